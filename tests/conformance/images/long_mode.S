/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the processor does with exceptions and interrupts in long mode, told by the guest itself: each case raises
 * something, and the handler prints all that the processor left behind, one line a case. Nothing here knows what is
 * right: two machines run the same image and their lines are compared.
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
    call build_page_tables
    mov eax, CR4_USUAL
    mov cr4, eax
    mov eax, offset pml4
    mov cr3, eax
    mov ecx, 0xC0000080
    rdmsr
    or eax, 0x901               /* NXE, LME, SCE */
    wrmsr
    mov eax, CR0_USUAL
    mov cr0, eax
    lgdt [first_gdt_pointer]
    jmp 0x08:start64

    .include "report64.inc"
    .include "long_mode_cases.inc"
    .include "long_mode_setup.inc"

    .code64
start64:
    mov esp, REPORT_STACK
    call program_msrs
    call program_pics
    .include "cases_instructions.inc"
    .include "cases_pages.inc"
    .include "cases_gates.inc"
    .include "cases_rings.inc"
    .include "cases_interrupts.inc"
    say "end\n"
    mov dx, 0xF4
    mov al, 0x10
    out dx, al
1:  cli
    hlt
    jmp 1b
