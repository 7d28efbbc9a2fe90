// SPDX-License-Identifier: GPL-2.0-or-later
// From the Multiboot entry to long mode, a timer at 1000 Hz, the work, and the end. The image carries address fields,
// as QEMU's loader takes no ELF64 file without.
        .intel_syntax noprefix
        .section .multiboot, "a"
        .align 4
header: .long 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000)
        .long header, image_start, image_end, bss_end, _start

        .text
        .code32
        .global _start
_start: cli
        mov esp, offset stack_top
        // The lowest GiB, identity, in 2 MiB pages.
        mov dword ptr [pml4], offset pdpt + 3
        mov dword ptr [pdpt], offset pd + 3
        xor ecx, ecx
1:      mov eax, ecx
        shl eax, 21
        or eax, 0x83
        mov [pd + ecx * 8], eax
        inc ecx
        cmp ecx, 512
        jb 1b
        mov eax, cr4
        or eax, 0x20            // PAE
        mov cr4, eax
        mov eax, offset pml4
        mov cr3, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x100           // LME
        wrmsr
        mov eax, cr0
        or eax, 0x80010000      // PG, WP
        mov cr0, eax
        lgdt [gdt_pointer]
        jmp 0x08:long_mode

        .code64
long_mode:
        mov eax, 0x10
        mov ds, eax
        mov es, eax
        mov ss, eax
        // Gate 0x20: the timer.
        lea rax, [timer]
        lea rdi, [idt + 0x20 * 16]
        mov [rdi], ax
        mov dword ptr [rdi + 2], 0x8E000008
        shr rax, 16
        mov [rdi + 6], ax
        mov dword ptr [rdi + 8], 0
        lidt [idt_pointer]
        // 8259A pair: vectors 0x20 and 0x28, everything masked but IRQ 0.
        .macro put port, value
        mov al, \value
        out \port, al
        .endm
        put 0x20, 0x11
        put 0xA0, 0x11
        put 0x21, 0x20
        put 0xA1, 0x28
        put 0x21, 0x04
        put 0xA1, 0x02
        put 0x21, 0x01
        put 0xA1, 0x01
        put 0x21, 0xFE
        put 0xA1, 0xFF
        // 8254, counter 0: mode 2, 1193182 Hz / 1193.
        put 0x43, 0x34
        put 0x40, (1193 & 0xFF)
        put 0x40, (1193 >> 8)
        sti
        call work
        cli
        xor eax, eax
        out 0xF4, al
1:      hlt
        jmp 1b

timer:  push rax
        inc qword ptr [timer_ticks]
        put 0x20, 0x20          // EOI
        pop rax
        iretq

        .data
        .align 8
gdt:    .quad 0, 0x00AF9A000000FFFF, 0x00CF92000000FFFF
gdt_pointer:
        .word . - gdt - 1
        .long gdt, 0
idt_pointer:
        .word 0x21 * 16 - 1
        .quad idt

        .bss
        .global timer_ticks
        .align 4096
pml4:   .skip 4096
pdpt:   .skip 4096
pd:     .skip 4096
idt:    .skip 4096
        .skip 16384
stack_top:
timer_ticks:
        .skip 8
