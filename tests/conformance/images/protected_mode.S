/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exceptions and interrupts without long mode: 32-bit and 16-bit gates, the stack from the TSS, segments that count,
 * 8086 code. As in long_mode.S, each case prints what the processor left behind.
 */
    .intel_syntax noprefix
    .include "memory.inc"

    .set CR0_PROTECTED, 0x80010033      /* PG, WP, NE, ET, MP, PE */

    .section .multiboot, "a"
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

    .text
    .code32
    .global _start
_start:
    mov al, 0xFF                        /* the timer stays out */
    out 0x21, al
    cli
    cld
    mov esp, REPORT_STACK
    call build_page_tables
    mov eax, 0x610                      /* PSE, OSFXSR, OSXMMEXCPT */
    mov cr4, eax
    mov eax, offset directory
    mov cr3, eax
    mov eax, CR0_PROTECTED
    mov cr0, eax
    lgdt [first_gdt_pointer]
    jmp 0x08:1f
1:  mov eax, 0x10
    mov ss, eax
    jmp start

    .include "report32.inc"
    .include "protected_mode_cases.inc"
    .include "protected_mode_setup.inc"

start:
    mov al, 0xFF                        /* the timer stays out */
    out 0x21, al
    .include "cases_protected.inc"
    say "end\n"
    mov dx, 0xF4
    mov al, 0x10
    out dx, al
1:  cli
    hlt
    jmp 1b
