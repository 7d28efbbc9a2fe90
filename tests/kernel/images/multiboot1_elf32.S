/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The most usual kernel there is: ELF32 at 1 MiB by Multiboot 1, asking for aligned modules and memory information.
 */
#include "image.inc"
.text
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    call report_multiboot1
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
