/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A flat image by Multiboot 2's address tag and entry address tag.
 */
#include "image.inc"
.text
first:
multiboot2_begin
    .short 2, 0
    .long 24, multiboot2_header, first, loaded_end, stack_top
    .align 8
    .short 3, 0
    .long 12, _start
multiboot2_finish

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    call report_multiboot2
    jmp finish

#include "report.inc"

    .align 4
loaded_end:
.bss
    .align 4
    .skip 4096
stack_top:
