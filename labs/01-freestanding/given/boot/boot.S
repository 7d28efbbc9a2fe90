// SPDX-License-Identifier: MIT
//
// From the boot loader to your _start: 32-bit code, and given, because this lab is about what comes after it.
//
// A Multiboot loader jumps to `start` with paging off, a magic number in EAX and the address of its report in EBX. The
// code below switches the processor to 64-bit mode (Intel SDM vol. 3, 10.8.5) and touches neither of the two:
//
//   _start gets   EAX  which protocol the loader speaks     EBX  where its report lies (physical address)
//   and nothing else: no stack, no interrupt table, and in all other registers what happened to be there.
//
// Memory, as _start finds it: the first GiB of physical memory is at address 0, and once more at KERNEL_BASE.

.intel_syntax noprefix

.set KERNEL_BASE, 0xffffffff80000000            // as in linker.ld

// ---- what the boot loader looks for, in the first bytes of the file ----------------------------------------------

.section .boot.header, "a"

// Multiboot 1 (specification 0.6.96, 3.1). Flag 16: load the file as one piece, by these addresses. image_start,
// image_load_end and image_end are made by the linker script.
    .balign 4
multiboot1_header:
    .long 0x1badb002
    .long 1 << 0 | 1 << 1 | 1 << 16
    .long -(0x1badb002 + (1 << 0 | 1 << 1 | 1 << 16))
    .long multiboot1_header                     // header_addr
    .long image_start                           // load_addr
    .long image_load_end                        // load_end_addr
    .long image_end                             // bss_end_addr: from load_end_addr to here the loader clears
    .long start                                 // entry_addr

// Multiboot 2 (specification 2.0, 3.1). Reads the ELF file by its program headers.
    .balign 8
multiboot2_header:
    .long 0xe85250d6
    .long 0                                     // architecture: 32-bit protected mode of i386
    .long multiboot2_header_end - multiboot2_header
    .long -(0xe85250d6 + (multiboot2_header_end - multiboot2_header))
    .short 0, 0                                 // end tag
    .long 8
multiboot2_header_end:

// ---- the way into 64-bit mode ------------------------------------------------------------------------------------

.section .boot, "awx"
.code32
.global start
.type start, @function
start:
    cli
    mov edi, eax                                // the instructions below need EAX
    mov eax, cr4
    or eax, 1 << 5                              // PAE
    mov cr4, eax
    mov eax, offset boot_pml4
    mov cr3, eax
    mov ecx, 0xc0000080                         // EFER
    rdmsr
    or eax, 1 << 8                              // LME
    wrmsr
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16                   // PG, WP
    mov cr0, eax
    lgdt [boot_gdt_pointer]
    jmp 0x08:start64                            // a code segment with L = 1

.code64
start64:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov eax, edi
    movabs rcx, offset _start                   // wherever the linker script has put it
    jmp rcx

    .quad kernel_main                           // given/main.cpp is in the image, even before _start calls it
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff                    // 0x08: code, L = 1
    .quad 0x00cf93000000ffff                    // 0x10: data
boot_gdt_end:
boot_gdt_pointer:
    .short boot_gdt_end - boot_gdt - 1
    .quad boot_gdt

// Page tables, written down instead of computed: one GiB in pages of 2 MiB, at two places.
.set PRESENT_WRITABLE, 3
.set LARGE_PAGE, 1 << 7
    .balign 4096
boot_pml4:
    .quad boot_pdpt + PRESENT_WRITABLE
    .skip 510 * 8
    .quad boot_pdpt_high + PRESENT_WRITABLE
boot_pdpt:
    .quad boot_pd + PRESENT_WRITABLE
    .skip 511 * 8
boot_pdpt_high:
    .skip 510 * 8
    .quad boot_pd + PRESENT_WRITABLE
    .skip 8
boot_pd:
.set page, 0
.rept 512
    .quad page << 21 | PRESENT_WRITABLE | LARGE_PAGE
    .set page, page + 1
.endr

.section .note.GNU-stack, "", @progbits
