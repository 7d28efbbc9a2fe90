// SPDX-License-Identifier: MIT
//
// Steps 1, 2 and 5. RDI: the thread to leave. RSI: the one to go on with. `rsp` is at offset 0 of a thread,
// `fpu` at 16.

.intel_syntax noprefix
.text

.global switch_to
.type switch_to, @function
switch_to:
    ret
.size switch_to, . - switch_to

.section .note.GNU-stack, "", @progbits
