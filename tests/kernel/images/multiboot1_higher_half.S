/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Linked at 0xC0100000, loaded at 1 MiB: 32-bit kernels that leave the lower 3 GiB to programs. The ELF's entry is a virtual
 * address, so the loader must translate it. Maps 4 MiB pages at both places, jumps up, drops the lower one.
 */
#include "image.inc"
.set BASE, 0xC0000000
.text
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

.globl _start
_start:
    mov esp, offset stack_top - BASE
    call begin
    call report_multiboot1
    mov edi, offset page_directory - BASE
    mov dword ptr [edi], 0x83                    /* present, writable, 4 MiB, from physical 0 */
    mov dword ptr [edi + 4 * (BASE >> 22)], 0x83
    mov eax, cr4
    or eax, 1 << 4                               /* PSE: page size extension */
    mov cr4, eax
    mov cr3, edi
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    mov eax, offset high
    jmp eax
high:
    add esp, BASE
    mov dword ptr [page_directory], 0
    mov eax, cr3
    mov cr3, eax
    say " running at "
    call 1f
1:  pop eax
    and eax, 0xFFF00000
    call hex
    jmp finish

#include "report.inc"

.bss
    .align 4096
page_directory:
    .skip 4096
    .skip 4096
stack_top:
