/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plays a sequence of port accesses: the first module holds what to do, each byte that is read goes to the debug
 * console. sequences/sequence.h counts the instructions below: they are the time between two accesses.
 *
 *   'o' port (2 bytes) value    OUT
 *   'i' port (2 bytes)          IN
 *   'w' count (4 bytes)         2 * count instructions
 *   anything else               the end
 */
    .intel_syntax noprefix
    .section .multiboot, "a"
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

    .text
    .code32
    .global _start
_start:
    cli
    cld
    mov eax, [ebx + 24]
    mov esi, [eax]
next:
    lodsb
    cmp al, 'o'
    je write
    cmp al, 'i'
    je read
    cmp al, 'w'
    je wait
    mov al, 0x10
    out 0xF4, al
write:
    lodsw
    movzx edx, ax
    lodsb
    out dx, al
    jmp next
read:
    lodsw
    movzx edx, ax
    in al, dx
    out 0xE9, al
    jmp next
wait:
    lodsd
    mov ecx, eax
1:  dec ecx
    jnz 1b
    jmp next
