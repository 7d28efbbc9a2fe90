// SPDX-License-Identifier: MIT
//
// RDI: the thread to leave. RSI: the one to go on with. `rsp` is at offset 0 of a thread, `fpu` at 16.

.intel_syntax noprefix
.text

.global switch_to
.type switch_to, @function
switch_to:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    fxsave64 [rdi + 16]
    mov [rdi], rsp

    mov rsp, [rsi]                              // from here on we are the other thread
    fxrstor64 [rsi + 16]
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret                                         // to where it called us, or to begin()
.size switch_to, . - switch_to

.section .note.GNU-stack, "", @progbits
