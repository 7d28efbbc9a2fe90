/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A 32-bit image, linked at 0x101000: no sizes, no types. */
        .text
        .globl  entry_32
entry_32:
        nop
        cli                             // mark: cli
        hlt
        .section .note.GNU-stack, "", @progbits
