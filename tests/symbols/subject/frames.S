/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions whose unwinding rules are written by hand, so that the tests can lay out the stack from this text. */

#ifdef ONLY_DEBUG_FRAME
        .cfi_sections .debug_frame
#endif

        .section .placed.pushes, "ax"
        .globl  pushes
        .type   pushes, @function
pushes: .cfi_startproc                  /* CFA = RSP + 8 */
        push    %rbx
        .cfi_def_cfa_offset 16
        .cfi_offset %rbx, -16
        sub     $32, %rsp
        .cfi_def_cfa_offset 48
in_pushes:
        nop
        add     $32, %rsp
        pop     %rbx
        ret
        .cfi_endproc
        .size   pushes, . - pushes

        .section .placed.interrupt_entry, "ax"
        .globl  interrupt_entry
        .type   interrupt_entry, @function
interrupt_entry:
        .cfi_startproc simple           /* The processor has pushed SS, RSP, RFLAGS, CS, RIP; the CFA is above them. */
        .cfi_signal_frame
        .cfi_def_cfa %rsp, 40
        .cfi_offset %rip, -40
        .cfi_offset %rsp, -16
        push    %rax
        .cfi_def_cfa_offset 48
        .cfi_offset %rax, -48
in_interrupt:
        nop
        pop     %rax
        iretq
        .cfi_endproc
        .size   interrupt_entry, . - interrupt_entry

        .section .placed.bottom, "ax"
        .globl  bottom
        .type   bottom, @function
bottom: .cfi_startproc                  /* the outermost function: nobody called it */
        .cfi_undefined %rip
        nop
        call    pushes
after_bottom_call:
        hlt
        .cfi_endproc
        .size   bottom, . - bottom

        .section .placed.no_rules, "ax"
        .globl  no_rules                /* no size, no type, no rules: a label in assembly */
no_rules:
        push    %rbp
        mov     %rsp, %rbp
in_no_rules:
        nop
        pop     %rbp
at_ret: ret
        .globl  after_no_rules
after_no_rules:
        nop

        .section .note.GNU-stack, "", @progbits
