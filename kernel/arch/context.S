// SPDX-License-Identifier: MIT
//
// See arch/context.h. RDI points to the ReturnPoint.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

.global set_return_point
.type set_return_point, @function
set_return_point:
    .cfi_startproc
    mov [rdi], rbx
    mov [rdi + 8], rbp
    mov [rdi + 16], r12
    mov [rdi + 24], r13
    mov [rdi + 32], r14
    mov [rdi + 40], r15
    lea rax, [rsp + 8]                          // RSP and RIP as they are once we have returned
    mov [rdi + 48], rax
    mov rax, [rsp]
    mov [rdi + 56], rax
    pushfq
    pop [rdi + 64]
    xor eax, eax
    ret
    .cfi_endproc
.size set_return_point, . - set_return_point

.global return_to
.type return_to, @function
return_to:
    .cfi_startproc
    mov rbx, [rdi]
    mov rbp, [rdi + 8]
    mov r12, [rdi + 16]
    mov r13, [rdi + 24]
    mov r14, [rdi + 32]
    mov r15, [rdi + 40]
    mov rsp, [rdi + 48]
    mov eax, 1
    push [rdi + 64]
    popfq
    jmp [rdi + 56]
    .cfi_endproc
.size return_to, . - return_to

.section .note.GNU-stack, "", @progbits
