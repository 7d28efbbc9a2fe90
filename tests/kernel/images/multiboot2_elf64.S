/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ELF64 file by Multiboot 2, with requests for information, an optional wish for a framebuffer, and the ELF's symbols
 * handed over.
 */
#include "image.inc"
.text
multiboot2_begin
    .short 1, 0                 /* information request: command line, basic memory, memory map */
    .long 20, 1, 4, 6
    .align 8
    .short 5, 1                 /* framebuffer, optional */
    .long 20, 800, 600, 32
    .align 8
    .short 6, 0                 /* page-aligned modules */
    .long 8
multiboot2_finish

.globl _start
_start:
    mov esp, offset stack_top
    call begin
    call report_multiboot2
    say " framebuffer-type="
    mov eax, 8
    call find_tag
    movzx eax, byte ptr [edi + 29]
    call hex
    say " sections="
    mov eax, 9
    call find_tag
    mov eax, [edi + 12]         /* bytes of a section header */
    call hex
    jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
