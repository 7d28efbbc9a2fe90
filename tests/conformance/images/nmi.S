/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A guest that waits for NMIs, which come from outside: see nmi_test.cpp.
 */
    .include "long_mode.inc"
    case "in a loop"
    say "ready\n"
1:  jmp 1b
    end_case
    /* The handler did not come back by IRETQ, so NMIs are still blocked here. */
    case "after IRETQ"
    say "blocked\n"
    mov ecx, 10000
1:  loop 1b
    push 0x10
    push CASE_RSP
    push 2
    push 0x08
    push offset 1f
    iretq
1:  nop
    nop
    end_case
    case "while halted"
    push 0x10
    push CASE_RSP
    push 2
    push 0x08
    push offset 1f
    iretq
1:  say "halting\n"
    sti
    hlt
    nop
    end_case
    case "in ring 3, with IST"
    by_ist1 2
    push 0x10
    push CASE_RSP
    push 2
    push 0x08
    push offset 1f
    iretq
1:  say "ring 3\n"
    ring3
1:  jmp 1b
    end_case
    long_mode_end
