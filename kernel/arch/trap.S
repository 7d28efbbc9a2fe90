// SPDX-License-Identifier: MIT
//
// The way in and the way out of every exception and interrupt.
//
//   gate n of the IDT -> entry n: error code 0 where the CPU pushed none, then the vector
//                     -> common path: all other registers, making a TrapFrame (arch/trap_frame.h)
//                     -> handle_trap(TrapFrame&) in C++
//                     -> everything back, IRETQ
//
// The .cfi lines tell a debugger where the saved registers lie, so that it can walk through the interruption.

.intel_syntax noprefix
.cfi_sections .debug_frame

.text

// 256 entries of 16 bytes. Vectors for which the CPU pushes an error code: Intel SDM vol. 3, table 6-1.
.balign 16
.global trap_entries
.type trap_entries, @function
trap_entries:
.set vector, 0
.rept 256
    .balign 16
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_offset rip, -5 * 8                     // RIP CS RFLAGS RSP SS, at the end of what the CPU pushed
    .cfi_offset rsp, -2 * 8
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    .cfi_def_cfa rsp, 5 * 8
    push 0
    .cfi_adjust_cfa_offset 8
    .else
    .cfi_def_cfa rsp, 6 * 8
    .endif
    push vector
    .cfi_adjust_cfa_offset 8
    jmp trap_common
    .cfi_endproc
    .set vector, vector + 1
.endr
.balign 16
.size trap_entries, . - trap_entries

.type trap_common, @function
trap_common:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa rsp, 7 * 8                     // the frame above: vector, error code, RIP, CS, RFLAGS, RSP, SS
    .cfi_offset rip, -5 * 8
    .cfi_offset rsp, -2 * 8
.macro save register
    push \register
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset \register, 0
.endm
    save rax
    save rbx
    save rcx
    save rdx
    save rsi
    save rdi
    save rbp
    save r8
    save r9
    save r10
    save r11
    save r12
    save r13
    save r14
    save r15

    cld                                         // C++ may rely on it (System V AMD64 ABI, 3.2.1)
    mov rdi, rsp                                // the first argument: the TrapFrame

    // Return address and RBP as a call would have left them: a walk along the frame pointers now finds the
    // interrupted function as if it had called us.
    push [rsp + 17 * 8]
    .cfi_adjust_cfa_offset 8
    push rbp
    .cfi_adjust_cfa_offset 8
    mov rbp, rsp
    call handle_trap
    add rsp, 16
    .cfi_adjust_cfa_offset -16

.macro restore register
    pop \register
    .cfi_adjust_cfa_offset -8
    .cfi_restore \register
.endm
    restore r15
    restore r14
    restore r13
    restore r12
    restore r11
    restore r10
    restore r9
    restore r8
    restore rbp
    restore rdi
    restore rsi
    restore rdx
    restore rcx
    restore rbx
    restore rax
    add rsp, 16                                 // vector and error code
    .cfi_adjust_cfa_offset -16
    iretq
    .cfi_endproc
.size trap_common, . - trap_common

.section .note.GNU-stack, "", @progbits
