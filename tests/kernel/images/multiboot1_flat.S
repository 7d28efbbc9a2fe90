/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A flat image without any ELF: the header's address fields say where everything goes. Code stands before the header, as
 * in kernels that keep their entry at the very first byte, and the zeroed memory must really be zero.
 */
#include "image.inc"
.text
.globl _start
_start:
    jmp main
    .align 4
header:
    .long 0x1BADB002, 0x10003, -(0x1BADB002 + 0x10003)
    .long header, _start, loaded_end, stack_top, _start

main:
    mov esp, offset stack_top
    call begin
    mov edi, offset loaded_end
    mov ecx, offset stack_top - 64
    sub ecx, edi
    push eax
    xor eax, eax
    repe scasb
    je 1f
    say " NOT ZEROED"
1:  pop eax
    call report_multiboot1
    jmp finish

#include "report.inc"

    .align 4
loaded_end:
.bss
    .align 4
    .skip 8192
stack_top:
