/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ELF32 file by Multiboot 2 with the least header there is, whose length is not a multiple of 8 but whose checksum is
 * right: boot loaders go by the end tag.
 */
#include "image.inc"
.text
    .align 8
header:
    .long 0xE85250D6, 0, 20, -(0xE85250D6 + 20)
    .short 0, 0
    .long 8

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    call report_multiboot2
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
