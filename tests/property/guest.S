// SPDX-License-Identifier: GPL-2.0-or-later
// The frame for random guests: enters long mode, maps memory twice, handles every vector, lets the timer run, and then
// executes the program in the first module, cut into slots of 32 bytes. A fault goes on at the next slot, so that any
// bytes at all may stand in a slot.
//
//   0 .. 16 MiB        identity, user-accessible, 2 MiB pages, except
//   0x400000-0x600000  4 KiB pages: 0x500000 read-only, 0x501000 not present, 0x502000 no-execute, 0x503000 supervisor
//   1 GiB ..           the same 16 MiB once more
        .intel_syntax noprefix
        .set SLOT, 32
        .section .multiboot, "a"
        .align 4
        .long 0x1BADB002, 3, -(0x1BADB002 + 3)

        .text
        .code32
        .global _start
_start: cli
        mov esp, offset stack_top
        // The first module: where the program is.
        mov eax, [ebx + 24]
        mov ecx, [eax]
        mov edx, [eax + 4]
        mov [program], ecx
        mov [program_end], edx
        // Page tables.
        mov dword ptr [pml4], offset pdpt + 7
        mov dword ptr [pdpt], offset pd + 7
        mov dword ptr [pdpt + 8], offset pd + 7
        xor ecx, ecx
1:      mov eax, ecx
        shl eax, 21
        or eax, 0x87
        mov [pd + ecx * 8], eax
        inc ecx
        cmp ecx, 8
        jb 1b
        mov dword ptr [pd + 16], offset pt + 7
        xor ecx, ecx
1:      mov eax, ecx
        shl eax, 12
        add eax, 0x400007
        mov [pt + ecx * 8], eax
        inc ecx
        cmp ecx, 512
        jb 1b
        and dword ptr [pt + 0x100 * 8], ~2
        mov dword ptr [pt + 0x101 * 8], 0
        mov dword ptr [pt + 0x102 * 8 + 4], 0x80000000
        and dword ptr [pt + 0x103 * 8], ~4
        mov eax, cr4
        or eax, 0x620           // PAE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        mov eax, offset pml4
        mov cr3, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x901           // LME, NXE, SCE
        wrmsr
        mov eax, cr0
        or eax, 0x80010022      // PG, WP, NE, MP
        mov cr0, eax
        lgdt [gdt_pointer]
        jmp 0x08:long_mode

        .code64
long_mode:
        xor eax, eax
        mov ds, eax
        mov es, eax
        mov fs, eax
        mov gs, eax
        mov eax, 0x10
        mov ss, eax
        // The IDT: stub n at stubs + 16 n; exceptions on IST 1, DPL 3 for 3, 4 and 0x80.
        lea rdi, [idt]
        lea rsi, [stubs]
        xor ecx, ecx
1:      mov rax, rsi
        mov [rdi], ax
        mov word ptr [rdi + 2], 0x08
        mov word ptr [rdi + 4], 0x8E00
        cmp ecx, 32
        jae 2f
        mov byte ptr [rdi + 4], 1
2:      cmp ecx, 3
        je 3f
        cmp ecx, 4
        je 3f
        cmp ecx, 0x80
        jne 4f
3:      mov byte ptr [rdi + 5], 0xEE
4:      shr rax, 16
        mov [rdi + 6], ax
        mov dword ptr [rdi + 8], 0
        mov dword ptr [rdi + 12], 0
        add rdi, 16
        add rsi, 16
        inc ecx
        cmp ecx, 256
        jb 1b
        lidt [idt_pointer]
        lea rax, [ist_top]
        mov [tss + 36], rax     // IST 1
        lea rax, [stack_top]
        mov [tss + 4], rax      // RSP 0
        lea rax, [tss]
        mov [gdt + 0x28 + 2], ax
        shr rax, 16
        mov [gdt + 0x28 + 4], al
        mov [gdt + 0x28 + 7], ah
        mov eax, 0x28
        ltr ax
        // SYSCALL enters at syscall_entry, which returns.
        mov ecx, 0xC0000081
        xor eax, eax
        mov edx, 0x00130008
        wrmsr
        inc ecx
        lea rax, [syscall_entry]
        xor edx, edx
        wrmsr
        mov ecx, 0xC0000084
        mov eax, 0x200
        wrmsr
        // PIC to 0x20 and 0x28, everything open; timer with the count the program begins with.
        mov al, 0x11
        out 0x20, al
        out 0xA0, al
        mov al, 0x20
        out 0x21, al
        mov al, 0x28
        out 0xA1, al
        mov al, 4
        out 0x21, al
        mov al, 2
        out 0xA1, al
        mov al, 1
        out 0x21, al
        out 0xA1, al
        xor eax, eax
        out 0x21, al
        out 0xA1, al
        mov ebx, [program]
        mov al, 0x34
        out 0x43, al
        mov al, [rbx]
        out 0x40, al
        mov al, [rbx + 1]
        out 0x40, al
        mov dx, 0x3F9
        mov al, 1
        out dx, al
        mov dx, 0x3FC
        mov al, 0x0B
        out dx, al
        lea rsp, [program_stack]
        mov rdi, 0x600000
        mov rsi, 0x601000
        add rbx, SLOT
        sti
        jmp rbx

syscall_entry:
        // RCX = return RIP, R11 = RFLAGS.
        inc qword ptr [counts + 8 * 256]
        rex.W sysret

        .altmacro
        .macro stub n
        .balign 16
        .if \n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21
        .else
        push 0
        .endif
        push \n
        .if \n >= 32 && \n < 48
        jmp irq
        .else
        jmp fault
        .endif
        .endm
        .balign 16
stubs:
        .set n, 0
        .rept 256
        stub %n
        .set n, n + 1
        .endr
        .noaltmacro
        .balign 16

irq:    push rax
        push rbx
        mov rbx, [rsp + 16]
        inc qword ptr [counts + rbx * 8]
        mov al, 0x20
        cmp ebx, 40
        jb 1f
        out 0xA0, al
1:      out 0x20, al
        cmp ebx, 33
        jne 2f
        in al, 0x60
2:      pop rbx
        pop rax
        add rsp, 16
        iretq

// On the stack: vector, error code, RIP, CS, RFLAGS, RSP, SS.
fault:  push rax
        push rbx
        push rcx
        mov rbx, [rsp + 24]
        inc qword ptr [counts + rbx * 8]
        cmp ebx, 1
        je single_step
        cmp ebx, 3
        je back
        cmp ebx, 4
        je back
        cmp ebx, 0x80
        je switch_ring
        // To the next slot of the program, at the beginning if it was elsewhere.
        mov rax, [rsp + 40]
        mov rcx, rax
        and rcx, 0x3FFFFFFF
        sub ecx, [program]
        jc 1f
        and ecx, -SLOT
        add ecx, SLOT
        mov eax, [program_end]
        sub eax, [program]
        sub eax, SLOT
        cmp ecx, eax
        jb 2f
1:      mov ecx, SLOT
2:      add ecx, [program]
        mov [rsp + 40], rcx
        // A stack and flags to go on with, in the ring it was in.
        lea rax, [program_stack]
        mov [rsp + 64], rax
        mov qword ptr [rsp + 56], 0x202
        test byte ptr [rsp + 48], 3
        jz 3f
        mov qword ptr [rsp + 48], 0x23
        mov qword ptr [rsp + 72], 0x1B
        jmp back
3:      mov qword ptr [rsp + 48], 0x08
        mov qword ptr [rsp + 72], 0x10
        jmp back

single_step:
        // Some steps further, then off.
        mov rax, [counts + 8]
        and eax, 7
        jnz back
        and qword ptr [rsp + 56], ~0x100
        jmp back

switch_ring:
        xor qword ptr [rsp + 48], 0x23 ^ 0x08
        xor qword ptr [rsp + 72], 0x1B ^ 0x10
        or qword ptr [rsp + 56], 0x200

back:   mov rdi, 0x600000
        mov rsi, 0x601000
        pop rcx
        pop rbx
        pop rax
        add rsp, 16
        iretq

        .data
        .balign 16
gdt:    .quad 0
        .quad 0x00AF9B000000FFFF        // 08 code, ring 0
        .quad 0x00CF93000000FFFF        // 10 data, ring 0
        .quad 0x00CFF3000000FFFF        // 18 data, ring 3
        .quad 0x00AFFB000000FFFF        // 20 code, ring 3
        .quad 0x0000890000000067, 0     // 28 TSS
        .quad 0x00CFFB000000FFFF        // 38 code, ring 3, 32 bits
gdt_pointer:
        .word . - gdt - 1
        .quad gdt
idt_pointer:
        .word 256 * 16 - 1
        .quad idt
program:        .long 0
program_end:    .long 0

        .bss
        .balign 4096
pml4:   .skip 4096
pdpt:   .skip 4096
pd:     .skip 4096
pt:     .skip 4096
idt:    .skip 4096
tss:    .skip 128
        .global counts
counts: .skip 8 * 264
        .balign 4096
        .skip 4096
ist_top:
        .skip 8192
stack_top:
        .skip 8192
program_stack:
        .skip 4096
