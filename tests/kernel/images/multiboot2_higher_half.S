/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Linked at -2 GiB + 1 MiB, loaded at 1 MiB: the usual 64-bit kernel. Enters long mode by hand (Intel SDM volume 3, section
 * 10.8.5): page tables, PAE, EFER.LME, paging, a 64-bit code segment; then jumps to the higher half.
 */
#include "image.inc"
.set BASE, 0xFFFFFFFF80000000
.text
multiboot2_begin
multiboot2_finish

.globl _start
_start:
    mov esp, offset stack_top - BASE
    call begin
    call report_multiboot2

    mov edi, offset level4 - BASE
    mov eax, offset level3 - BASE + 3            /* present, writable */
    mov [edi], eax
    mov [edi + 511 * 8], eax
    mov edi, offset level3 - BASE
    mov eax, offset level2 - BASE + 3
    mov [edi], eax
    mov [edi + 510 * 8], eax
    mov edi, offset level2 - BASE
    mov dword ptr [edi], 0x83                    /* one page of 2 MiB, from physical 0 */

    mov eax, cr4
    or eax, 1 << 5                               /* PAE */
    mov cr4, eax
    mov eax, offset level4 - BASE
    mov cr3, eax
    mov ecx, 0xC0000080                          /* EFER */
    rdmsr
    or eax, 1 << 8                               /* LME */
    wrmsr
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    lgdt [gdt_pointer - BASE]
    .byte 0xEA                                   /* jmp 8:low64, a far jump that the assembler cannot spell for this distance */
    .long low64 - BASE
    .short 8

.code64
low64:
    movabs rax, offset high
    jmp rax
high:
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov ss, eax
    lea rsp, [rip + stack_top]
    lea rsi, [rip + message]
1:  lodsb
    test al, al
    jz 3f
    mov ah, al
    mov edx, 0x3FD
2:  in al, dx
    test al, 0x20
    jz 2b
    mov edx, 0x3F8
    mov al, ah
    out dx, al
    jmp 1b
3:  mov edx, 0xF4
    mov al, 0x10
    out dx, al
4:  cli
    hlt
    jmp 4b

message:
    .asciz " running in 64-bit mode\n"

    .align 8
gdt:
    .quad 0
    .quad 0x00209A0000000000                     /* code, present, 64-bit */
gdt_pointer:
    .short gdt_pointer - gdt - 1
    .long gdt - BASE

#include "report.inc"

.bss
    .align 4096
level4: .skip 4096
level3: .skip 4096
level2: .skip 4096
    .skip 4096
stack_top:
