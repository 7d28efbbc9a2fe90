/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Below 1 MiB, at 0x20000, where a boot sector's successor lives. Reads the BIOS data area: the serial port's base, the
 * segment of the EBDA and the size of low memory.
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
    say " com1="
    movzx eax, word ptr [0x400]
    call hex
    say " ebda="
    movzx eax, word ptr [0x40E]
    call hex
    say " bios-lower="
    movzx eax, word ptr [0x413]
    call hex
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
