/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Carries headers of both versions and runs by whichever the loader took; one that knows both takes version 2.
 */
#include "image.inc"
.text
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)
multiboot2_begin
multiboot2_finish

.globl _start
_start:
    mov esp, offset stack_top
    cmp eax, 0x36D76289
    je 1f
    call begin
    call report_multiboot1
    jmp finish
1:  call begin
    call report_multiboot2
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
