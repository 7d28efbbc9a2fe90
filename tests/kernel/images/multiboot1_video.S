/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wishes a linear 1024 x 768 framebuffer (flags bit 2) and must cope with EGA text, by what the information says.
 */
#include "image.inc"
.text
    .align 4
    .long 0x1BADB002, 7, -(0x1BADB002 + 7)
    .long 0, 0, 0, 0, 0
    .long 0, 1024, 768, 32

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    call report_multiboot1
    test dword ptr [ebx], 1 << 12
    jz 1f
    say " framebuffer="
    mov eax, [ebx + 88]
    call hex
    say " type="
    movzx eax, byte ptr [ebx + 109]
    call hex
    jmp finish
1:  say " no framebuffer"
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
