/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Programs the chips and prints what they read back: one line a sequence, only of values that do not depend on the
 * moment. Runs in the state the boot loader leaves, with interrupts off.
 */
    .intel_syntax noprefix
    .include "memory.inc"

    .section .multiboot, "a"
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

    .text
    .code32
    .global _start
_start:
    cli
    cld
    mov esp, REPORT_STACK
    jmp start

    .include "report32.inc"

/* A line: begins, then reads and writes in any order, then end_line. */
.macro line name
    say "\name:"
.endm
.macro end_line
    say "\n"
.endm
.macro rd name, port
    mov edx, \port
    xor eax, eax
    in al, dx
    field "\name", eax
.endm
.macro wr port, value
    mov edx, \port
    mov al, \value
    out dx, al
.endm
/* Through an index register. */
.macro rdx_ name, port, index
    wr \port, \index
    rd "\name", \port + 1
.endm
.macro wrx port, index, value
    wr \port, \index
    wr \port + 1, \value
.endm

/* Waits until the status of port has all bits of `mask` set, or a long time. */
.macro wait_set port, mask
    mov ecx, 2000000
    mov edx, \port
98: in al, dx
    and al, \mask
    cmp al, \mask
    loopne 98b
.endm
.macro wait_clear port, mask
    mov ecx, 2000000
    mov edx, \port
98: in al, dx
    test al, \mask
    loopnz 98b
.endm
/* The keyboard controller: a command, a byte for it, a byte from it. */
.macro kbc command
    wait_clear 0x64, 2
    wr 0x64, \command
.endm
.macro kbc_data value
    wait_clear 0x64, 2
    wr 0x60, \value
.endm
.macro kbc_answer name
    wait_set 0x64, 1
    rd "\name", 0x60
.endm

start:
    .include "devices_interrupts.inc"
    .include "devices_input.inc"
    .include "devices_others.inc"
    say "end\n"
    mov dx, 0xF4
    mov al, 0x10
    out dx, al
1:  cli
    hlt
    jmp 1b
