// SPDX-License-Identifier: MIT
//
// probe_switch(seed, from, to, dump): puts seed + 1, seed + 2, ... into the registers that a function has to
// preserve, calls switch_to(from, to), and when it is back writes down what is in them: RBX RBP R12 R13 R14 R15,
// and by how many bytes RSP has moved.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

.global probe_switch
.type probe_switch, @function
probe_switch:
    .cfi_startproc
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    push rcx                                    // the dump
    mov [rcx + 48], rsp

    lea rbx, [rdi + 1]
    lea rbp, [rdi + 2]
    lea r12, [rdi + 3]
    lea r13, [rdi + 4]
    lea r14, [rdi + 5]
    lea r15, [rdi + 6]
    mov rdi, rsi
    mov rsi, rdx
    call switch_to

    mov rcx, [rsp]
    mov [rcx], rbx
    mov [rcx + 8], rbp
    mov [rcx + 16], r12
    mov [rcx + 24], r13
    mov [rcx + 32], r14
    mov [rcx + 40], r15
    sub [rcx + 48], rsp
    pop rcx
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    ret
    .cfi_endproc
.size probe_switch, . - probe_switch

.section .note.GNU-stack, "", @progbits
