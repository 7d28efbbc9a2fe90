/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Linked at 1 MiB but wishes to lie between 8 and 16 MiB at a multiple of 2 MiB, as high as possible. Finds out where it
 * is and compares that with what the loader says.
 */
#include "image.inc"
.text
first:
multiboot2_begin
    .short 10, 0
    .long 24, 0x800000, 0x1000000, 0x200000, 2
multiboot2_finish

.globl _start
_start:
    lea esp, [ebx]              /* no stack of ours yet: borrow the word below the information */
    call 1f
1:  pop ebp
    sub ebp, offset 1b
    lea esp, [ebp + stack_top]
    call begin
    push ebp
    call report_multiboot2
    pop ebp
    say " moved="
    mov eax, ebp
    call hex
    mov eax, 21
    call find_tag
    lea eax, [ebp + first]
    cmp [edi + 8], eax
    je 2f
    say " BUT THE LOADER SAYS "
    mov eax, [edi + 8]
    call hex
2:  jmp finish

#include "report.inc"

.bss
    .align 16
    .skip 4096
stack_top:
