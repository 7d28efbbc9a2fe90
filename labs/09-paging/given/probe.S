// SPDX-License-Identifier: MIT
//
// One instruction each, which may fault. [RSP] is the return address all the while, so that probe_gives_up can take
// their place.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

.macro begin name
    .global \name
    .type \name, @function
\name:
    .cfi_startproc
.endm
.macro end name
    .cfi_endproc
    .size \name, . - \name
.endm

begin try_read
    mov rax, [rdi]
    ret
end try_read

begin try_write
    mov rax, rsi
    mov [rdi], rsi
    ret
end try_write

begin try_jump
    xor eax, eax
    jmp rdi
end try_jump

begin probe_gives_up
    mov rax, -1
    ret
end probe_gives_up

.section .note.GNU-stack, "", @progbits
