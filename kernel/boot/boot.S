// SPDX-License-Identifier: MIT
//
// From the boot loader to C++.
//
// A Multiboot loader has put the image at 1 MiB and jumps to `start` in the simplest state an x86 can offer: 32-bit
// protected mode, paging off, interrupts off, flat segments. EAX says which protocol, EBX where its report lies.
// The kernel wants 64-bit long mode at high addresses. The way there:
//
//   1  is this a CPU with long mode?            CPUID
//   2  page tables, for paging is not optional  physical 0..1 GiB, visible at three places
//   3  long mode on, in the manual's order      CR4.PAE, CR3, EFER.LME, CR0.PG   (Intel SDM vol. 3, 10.8.5)
//   4  into 64-bit code                         a far jump through a descriptor with L = 1
//   5  up to the high addresses, call C++       kernel_main(magic, information)
//
// EDI and ESI hold magic and information address all the way: they are also the first two argument registers of a
// 64-bit C++ function (System V AMD64 ABI, 3.2.3), so nothing has to be moved at the end.

.intel_syntax noprefix
.cfi_sections .debug_frame

.set KERNEL_BASE, 0xffffffff80000000            // as in kernel.ld and memory/layout.h

// ---- what the boot loader looks for ------------------------------------------------------------------------------

.section .boot.header, "a"

// Multiboot 1 (specification 0.6.96, 3.1.1 to 3.1.3). Flag 16 says: do not read the file as ELF, use these addresses.
.set MULTIBOOT1_MAGIC, 0x1badb002
.set MULTIBOOT1_FLAGS, 1 << 0 | 1 << 1 | 1 << 16 // modules page-aligned, memory map please, address fields valid
    .balign 4
multiboot1_header:
    .long MULTIBOOT1_MAGIC
    .long MULTIBOOT1_FLAGS
    .long -(MULTIBOOT1_MAGIC + MULTIBOOT1_FLAGS)
    .long multiboot1_header                     // header_addr
    .long image_start                           // load_addr
    .long image_load_end                        // load_end_addr
    .long image_end                             // bss_end_addr: from load_end_addr to here the loader clears
    .long start                                 // entry_addr

// Multiboot 2 (specification 2.0, 3.1.1 to 3.1.4). Reads 64-bit ELF by itself.
.set MULTIBOOT2_MAGIC, 0xe85250d6
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_MAGIC
    .long 0                                     // architecture: 32-bit protected mode of i386
    .long multiboot2_header_end - multiboot2_header
    .long -(MULTIBOOT2_MAGIC + (multiboot2_header_end - multiboot2_header))
    .short 0, 0                                 // end tag
    .long 8
multiboot2_header_end:

// ---- 32-bit code, running where it was loaded --------------------------------------------------------------------

.section .boot, "ax"
.code32
.global start
.type start, @function
start:
    cli
    cld
    mov esp, offset kernel_stack_top - KERNEL_BASE
    mov edi, eax
    mov esi, ebx

// 1. CPUID exists if bit 21 of EFLAGS can be flipped; long mode if bit 29 of EDX of function 0x80000001 is set.
check_cpu:
    pushfd
    pop eax
    mov ecx, eax
    xor eax, 1 << 21
    push eax
    popfd
    pushfd
    pop eax
    push ecx
    popfd                                       // as it was
    mov ebp, offset no_cpuid
    cmp eax, ecx
    je refuse

    mov ebp, offset no_long_mode
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb refuse
    mov eax, 0x80000001
    cpuid
    test edx, 1 << 29
    jz refuse
    mov ebp, offset no_nx
    test edx, 1 << 20
    jz refuse

// 2. One page directory of 512 pages of 2 MiB, hung into the tree at three places:
//      0                    so that the next instruction is still there once paging is on
//      0xffff800000000000   all memory of the machine (memory/layout.h, kDirectMapBase)
//      KERNEL_BASE          where the kernel is linked
build_page_tables:
.set PRESENT_WRITABLE, 3
.set LARGE_PAGE, 1 << 7
    mov eax, offset boot_pdpt - KERNEL_BASE + PRESENT_WRITABLE
    mov dword ptr [boot_pml4 - KERNEL_BASE], eax
    mov dword ptr [boot_pml4 - KERNEL_BASE + 256 * 8], eax
    mov eax, offset boot_pdpt_high - KERNEL_BASE + PRESENT_WRITABLE
    mov dword ptr [boot_pml4 - KERNEL_BASE + 511 * 8], eax
    mov eax, offset boot_pd - KERNEL_BASE + PRESENT_WRITABLE
    mov dword ptr [boot_pdpt - KERNEL_BASE], eax
    mov dword ptr [boot_pdpt_high - KERNEL_BASE + 510 * 8], eax

    mov eax, PRESENT_WRITABLE + LARGE_PAGE
    xor ecx, ecx
1:  mov dword ptr [boot_pd - KERNEL_BASE + ecx * 8], eax
    add eax, 2 << 20
    inc ecx
    cmp ecx, 512
    jne 1b

// 3. The order is the manual's. CR0.PG with EFER.LME set activates long mode; until the far jump we run in its 32-bit
//    compatibility mode. CR0.WP makes read-only pages hold for the kernel too; EFER.NXE makes bit 63 of a page table
//    entry mean "no execution".
enable_long_mode:
    mov eax, cr4
    or eax, 1 << 5                              // PAE
    mov cr4, eax
    mov eax, offset boot_pml4 - KERNEL_BASE
    mov cr3, eax
    mov ecx, 0xc0000080                         // EFER
    rdmsr
    or eax, 1 << 8 | 1 << 11                    // LME, NXE
    wrmsr
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16                   // PG, WP
    mov cr0, eax

// 4. A code segment with L = 1 makes the CPU decode 64-bit instructions.
    lgdt [boot_gdt_pointer]
    jmp 0x08:start64

// EBP = a message: onto the screen, white on red, and out of COM1; then stop.
refuse:
    mov ebx, 0xb8000
1:  mov al, [ebp]
    test al, al
    jz 2f
    mov ah, 0x4f
    mov [ebx], ax
    mov dx, 0x3f8
    out dx, al
    add ebx, 2
    inc ebp
    jmp 1b
2:  cli
    hlt
    jmp 2b

no_cpuid:     .asciz "Ringside's kernel cannot start: this CPU has no CPUID instruction.\n"
no_long_mode: .asciz "Ringside's kernel cannot start: this CPU has no 64-bit long mode.\n"
no_nx:        .asciz "Ringside's kernel cannot start: this CPU cannot mark pages as not executable (NX).\n"

// Base and limit mean nothing in 64-bit mode (SDM vol. 3, 3.4.5). As in arch/segments.h, but marked as accessed.
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00209b0000000000                    // 0x08: code, L = 1
    .quad 0x0000930000000000                    // 0x10: data
boot_gdt_end:
boot_gdt_pointer:
    .short boot_gdt_end - boot_gdt - 1
    .quad boot_gdt

// ---- 64-bit code -------------------------------------------------------------------------------------------------

.code64
start64:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov edi, edi                                // clears the upper halves, undefined after 32-bit code
    mov esi, esi
    movabs rax, offset start_high
    jmp rax

// 5. From here on RIP is in the top 2 GiB, where the rest of the kernel is linked.
.text
.type start_high, @function
start_high:
    .cfi_startproc
    .cfi_undefined rip                          // nobody called us: a debugger stops its walk here
    mov rsp, offset kernel_stack_top
    xor ebp, ebp                                // a backtrace ends at RBP = 0
    call kernel_main
2:  cli                                         // not reached: kernel_main does not return
    hlt
    jmp 2b
    .cfi_endproc
.size start_high, . - start_high

// ---- memory that is there from the first instruction on, zero ----------------------------------------------------

.bss
.balign 4096
boot_pml4:      .skip 4096
boot_pdpt:      .skip 4096
boot_pdpt_high: .skip 4096
boot_pd:        .skip 4096

// The stack grows down, towards the guard page, which memory/kernel_map.cpp leaves unmapped.
.global kernel_stack_guard, kernel_stack_bottom, kernel_stack_top
kernel_stack_guard:  .skip 4096
kernel_stack_bottom: .skip 16384
kernel_stack_top:

.section .note.GNU-stack, "", @progbits
