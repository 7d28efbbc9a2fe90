/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ELF64 file by Multiboot 1. QEMU refuses ELF64 by program headers, so such kernels carry address fields as well; then
 * the header's entry counts and not the ELF's, which here leads to a complaint.
 */
#include "image.inc"
.text
first:
    .align 4
header:
    .long 0x1BADB002, 0x10003, -(0x1BADB002 + 0x10003)
    .long header, first, loaded_end, stack_top, right

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    say " WRONG ENTRY"
    jmp finish

right:
    mov esp, offset stack_top
    call begin
    call report_multiboot1
    jmp finish

#include "report.inc"

    .align 4
loaded_end:
.bss
    .align 4
    .skip 4096
stack_top:
