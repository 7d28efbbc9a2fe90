// SPDX-License-Identifier: MIT
//
// See arch/switch.h. RDI points to the context to leave, RSI to the one to go on with.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

.set rsp_offset, 0                              // in SavedContext
.set fpu_offset, 16

.macro define_switch name, saves_r15
.global \name
.type \name, @function
\name:
    .cfi_startproc
    push rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    push rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    push r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r12, 0
    push r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r13, 0
    push r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r14, 0
.if \saves_r15
    push r15
.else
    sub rsp, 8                                  // the same layout, and nothing in the place
.endif
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r15, 0
    fxsave64 [rdi + fpu_offset]
    mov [rdi + rsp_offset], rsp

    mov rsp, [rsi + rsp_offset]                 // from here on we are the other thread
    fxrstor64 [rsi + fpu_offset]
.if \saves_r15
    pop r15
.else
    add rsp, 8
.endif
    .cfi_adjust_cfa_offset -8
    .cfi_restore r15
    pop r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore r14
    pop r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore r13
    pop r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore r12
    pop rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbx
    pop rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    ret                                         // to where the other thread called us
    .cfi_endproc
.size \name, . - \name
.endm

define_switch switch_context, 1
define_switch switch_context_forgetting_r15, 0

.section .note.GNU-stack, "", @progbits
