// SPDX-License-Identifier: MIT
//
// See arch/register_probe.h.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

// x87 and SSE: how to round, all errors masked.
.macro set_rounding mxcsr, control_word
    push \mxcsr
    ldmxcsr [rsp]
    mov qword ptr [rsp], \control_word
    fldcw [rsp]
    add rsp, 8
.endm

// RDI: seed. RSI: the flag. RDX: where to put the dump, kept on the stack meanwhile.
.global hold_registers
.type hold_registers, @function
hold_registers:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    push rdx

    test dil, 1
    jz 1f
    set_rounding 0x7f80, 0x0f7f                 // towards zero
    jmp 2f
1:  set_rounding 0x1f80, 0x037f                 // to the nearest
2:
.set number, 0
.rept 16
    .altmacro
    .macro load_xmm n
    lea rax, [rdi + 101 + \n]
    movq xmm\n, rax
    .endm
    load_xmm %number
    .noaltmacro
    .purgem load_xmm
    .set number, number + 1
.endr
    lea rax, [rdi + 1]
    lea rbx, [rdi + 2]
    lea rcx, [rdi + 3]
    lea rdx, [rdi + 4]
    lea rbp, [rdi + 5]
    lea r8, [rdi + 6]
    lea r9, [rdi + 7]
    lea r10, [rdi + 8]
    lea r11, [rdi + 9]
    lea r12, [rdi + 10]
    lea r13, [rdi + 11]
    lea r14, [rdi + 12]
    lea r15, [rdi + 13]

3:  cmp byte ptr [rsi], 0
    je 3b

    mov rdi, [rsp]                              // the dump; seed and flag are no longer needed
    mov [rdi], rax
    mov [rdi + 8], rbx
    mov [rdi + 16], rcx
    mov [rdi + 24], rdx
    mov [rdi + 32], rbp
    mov [rdi + 40], r8
    mov [rdi + 48], r9
    mov [rdi + 56], r10
    mov [rdi + 64], r11
    mov [rdi + 72], r12
    mov [rdi + 80], r13
    mov [rdi + 88], r14
    mov [rdi + 96], r15
    stmxcsr [rdi + 104]
    fnstcw [rdi + 108]
.set number, 0
.rept 16
    .altmacro
    .macro store_xmm n
    movq [rdi + 112 + 8 * \n], xmm\n
    .endm
    store_xmm %number
    .noaltmacro
    .purgem store_xmm
    .set number, number + 1
.endr
    set_rounding 0x1f80, 0x037f
    pop rdx
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret
.size hold_registers, . - hold_registers

// RDI: the value. RSI: the function.
.global r15_across
.type r15_across, @function
r15_across:
    push rbp
    mov rbp, rsp
    push r15
    sub rsp, 8                                  // a call wants RSP at a multiple of 16
    mov r15, rdi
    call rsi
    mov rax, r15
    add rsp, 8
    pop r15
    pop rbp
    ret
.size r15_across, . - r15_across

.section .note.GNU-stack, "", @progbits
