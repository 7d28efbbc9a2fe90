// SPDX-License-Identifier: GPL-2.0-or-later
// The frame in which bytes made by a fuzzer run as code: it enters the mode that `mode` names, with every table in
// order, and jumps to 0x8000. A fault is answered by going on a byte further; outside of the code, and by INT3, of which
// the rest of the window is made, from the beginning. All of it lies below 64 KiB, where 16-bit code can reach it with
// every segment at 0.
//
//   0x2000  this code      0x5000  GDT, TSS       0x8000  the bytes      0xA000  their stack
//   0x4000  parameters     0x6000  the IDTs       0x9000  data           0xB000  the handlers' stacks
//   0x100000  page tables: the first 2 MiB to themselves, for everyone, except
//             0xC000 not present, 0xD000 read-only, 0xE000 the supervisor's, 0xF000 not for execution (PAE, 64 bits).
//             All are accessed and dirty: the engine marks a page of code when it translates from it, and how far it
//             translates ahead depends on how a run is cut.
        .intel_syntax noprefix
        .set CODE, 0x8000
        .set CODE_BYTES, 0x1000
        .set HANDLER_STACK, 0xBF00
        .set IST_STACK, 0xB800
        .set STACK, 0xAF00
        .set PML4, 0x101000
        .set PDPT, 0x102000
        .set PD, 0x103000
        .set PT, 0x104000
        .set PD32, 0x105000
        .set PT32, 0x106000
        .set PDPT_PAE, 0x107000

        .section .frame, "awx"
        .align 8
        .long 0xE85250D6, 0, 24, -(0xE85250D6 + 24), 0, 8      // Multiboot 2: no tags
        .code32
        .global _start
_start: cli
        mov esp, HANDLER_STACK
        lgdt [gdt_pointer]
        push 0x10
        pop ss
        test byte ptr [handled], 1
        jz 1f
        lidt [idt32_pointer]
1:      test byte ptr [timer], 1
        jz 2f
        call start_timer
2:      movzx eax, byte ptr [mode]
        jmp [paths + eax * 4]

// PIC to 0x20 and 0x28, all but timer, keyboard and COM1 masked; timer with the count of the parameters.
start_timer:
        mov al, 0x11
        out 0x20, al
        mov al, 0x20
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xEC
        out 0x21, al
        mov al, 0x34
        out 0x43, al
        mov al, [timer_count]
        out 0x40, al
        mov al, [timer_count + 1]
        out 0x40, al
        ret

// ---- the modes ----------------------------------------------------------------------------------------------------
        .balign 4
paths:  .long to_real, to_protected_16, to_protected_32, to_paging, to_pae, to_long, to_compatibility
        .long to_paging_user, to_pae_user, to_v86, to_long_user, to_compatibility_user

to_real:
        jmp 0x28:1f             // 16-bit limits first: real mode keeps what it finds
        .code16
1:      mov ax, 0x38
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov eax, cr0
        and al, 0xFE
        mov cr0, eax
        jmp 0:2f
2:      xor ax, ax
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        mov ss, ax
        mov esp, STACK
        test byte ptr [handled], 1
        jz 3f
        lidt [ivt_pointer]
3:      jmp 0:CODE
        .code32

to_protected_16:
        call load_data
        jmp 0x28:CODE
to_protected_32:
        call load_data
        jmp 0x18:CODE
to_paging:
        call enable_paging
        jmp to_protected_32
to_pae: call enable_pae
        jmp to_protected_32
to_paging_user:
        call enable_paging
        jmp leave_32
to_pae_user:
        call enable_pae
leave_32:
        mov ax, 0x50
        ltr ax
        mov ax, 0x33
        call load_data_of
        push 0x33
        push STACK
        push 2
        push 0x43
        push CODE
        iret
to_v86: call enable_paging
        mov ax, 0x50
        ltr ax
        xor eax, eax
        push eax                // GS FS DS ES SS
        push eax
        push eax
        push eax
        push eax
        push STACK
        push 0x20002
        push eax
        push CODE
        iret

load_data:
        mov ax, 0x10
        pop ebx
        mov esp, STACK
        push ebx
load_data_of:
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
        ret
enable_paging:
        mov eax, PD32
        mov cr3, eax
        mov eax, cr4
        or eax, 0x610           // PSE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        jmp paging_on
enable_pae:
        mov eax, PDPT_PAE
        jmp 1f
enable_long:
        mov eax, PML4
1:      mov cr3, eax
        mov eax, cr4
        or eax, 0x620           // PAE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x800           // NXE
        cmp byte ptr [mode], 4
        je 2f
        cmp byte ptr [mode], 8
        je 2f
        or eax, 0x101           // LME, SCE
2:      wrmsr
paging_on:
        mov eax, cr0
        or eax, 0x80010022      // PG, WP, NE, MP
        mov cr0, eax
        ret

to_long:
        call enter_long
        jmp 0x08:CODE
to_compatibility:
        call enter_long
        jmp 0x18:CODE
to_long_user:
        mov ebx, 0x4B
        jmp 1f
to_compatibility_user:
        mov ebx, 0x43
1:      call enter_long
        mov ax, 0x33
        call load_data_of
        push 0x33
        push STACK
        push 2
        push ebx
        push CODE
        iret
enter_long:                     // to compatibility mode
        call enable_long
        test byte ptr [handled], 1
        jz 1f
        lidt [idt64_pointer]
1:      mov ax, 0x58
        ltr ax
        mov ecx, 0xC0000081     // STAR: kernel 0x08 and 0x10, user 0x33 and 0x4B
        xor eax, eax
        mov edx, 0x003B0008
        wrmsr
        inc ecx
        mov eax, offset syscall_entry
        xor edx, edx
        wrmsr
        cmp byte ptr [mode], 7
        jb load_data
        ret

// ---- the handlers -------------------------------------------------------------------------------------------------
// 32 bits. Only SS can be relied on.
plain_32:
        push 0
error_32:                       // error code, EIP, CS, EFLAGS
        push eax
        mov eax, [esp + 8]
        inc eax
        sub eax, CODE
        cmp eax, CODE_BYTES
        jb 1f
        xor eax, eax
1:      add eax, CODE
        mov [esp + 8], eax
        test byte ptr [esp + 18], 2
        jz 2f
        mov dword ptr [esp + 12], 0     // CS of virtual-8086 code
2:      pop eax
        add esp, 4
trap_32:
        iretd
again_32:
        mov dword ptr [esp], CODE
        iretd
irq_32: push eax
        mov al, 0x20
        out 0x20, al
        in al, 0x60
        pop eax
        iretd

        .code16
plain_16:                       // IP, CS, FLAGS
        push bp
        push ax
        mov bp, sp
        mov ax, [bp + 4]
        inc ax
        sub ax, CODE
        cmp ax, CODE_BYTES
        jb 1f
        xor ax, ax
1:      add ax, CODE
        mov [bp + 4], ax
        mov word ptr [bp + 6], 0
        pop ax
        pop bp
trap_16:
        iret
again_16:
        push bp
        mov bp, sp
        mov word ptr [bp + 2], CODE
        pop bp
        iret
irq_16: push ax
        mov al, 0x20
        out 0x20, al
        in al, 0x60
        pop ax
        iret

        .code64
plain_64:
        push 0
error_64:                       // error code, RIP, CS, RFLAGS, RSP, SS
        push rax
        mov rax, [rsp + 16]
        inc rax
        sub rax, CODE
        cmp rax, CODE_BYTES
        jb 1f
        xor eax, eax
1:      add eax, CODE
        mov [rsp + 16], rax
        pop rax
        add rsp, 8
trap_64:
        iretq
again_64:
        mov qword ptr [rsp], CODE
        iretq
irq_64: push rax
        mov al, 0x20
        out 0x20, al
        in al, 0x60
        pop rax
        iretq
syscall_entry:
        rex.W sysret

// ---- parameters and tables ----------------------------------------------------------------------------------------
        .org 0x2000
mode:           .byte 5
handled:        .byte 1         // 0: no IDT, the first exception is the last
timer:          .byte 0
                .byte 0
timer_count:    .word 100
gdt_pointer:    .word gdt_end - gdt - 1
                .long gdt
idt32_pointer:  .word 256 * 8 - 1
                .long idt32
idt64_pointer:  .word 256 * 16 - 1
                .long idt64, 0
ivt_pointer:    .word 256 * 4 - 1
                .long ivt

        .org 0x3000
        .set TSS32, 0x5100
        .set TSS64, 0x5200
gdt:    .quad 0
        .quad 0x00AF9B000000FFFF        // 08 code, ring 0, 64 bits
        .quad 0x00CF93000000FFFF        // 10 data, ring 0
        .quad 0x00CF9B000000FFFF        // 18 code, ring 0, 32 bits
        .quad 0x00CF9F000000FFFF        // 20 conforming code
        .quad 0x000F9B000000FFFF        // 28 code, ring 0, 16 bits
        .quad 0x00CFF3000000FFFF        // 30 data, ring 3
        .quad 0x000093000000FFFF        // 38 data of 64 KiB
        .quad 0x00CFFB000000FFFF        // 40 code, ring 3, 32 bits
        .quad 0x00AFFB000000FFFF        // 48 code, ring 3, 64 bits
        .quad 0x0000890000000078 | TSS32 << 16          // 50
        .quad 0x0000890000000078 | TSS64 << 16, 0       // 58
        .word plain_32, 0x18, 0xEC00, 0                 // 68 a call gate to ring 0
gdt_end:
        .org 0x3100
        .long 0, HANDLER_STACK, 0x10
        .org 0x3100 + 0x66
        .word 0x68              // the bitmap: ports 0 to 0x7F are everyone's
        .skip 16
        .byte 0xFF
        .org 0x3200
        .long 0
        .quad HANDLER_STACK, 0, 0, 0, IST_STACK
        .org 0x3200 + 0x66
        .word 0x68
        .skip 16
        .byte 0xFF

        // A gate by its vector: what pushes an error code, what goes on by itself, what the PIC sends.
        .macro gate64 handler, attributes
        .word \handler, 0x08, 1 | \attributes << 8, 0, 0, 0, 0, 0     // IST 1
        .endm
        .macro gate32 handler, attributes
        .word \handler, 0x18, \attributes << 8, 0
        .endm
        .macro gate16 handler, attributes
        .word \handler, 0
        .endm
        .macro gates kind, plain, error, trap, again, irq
        .set v, 0
        .rept 256
        .if v == 3
        \kind \again, 0xEE
        .elseif v == 1 || v == 4 || v >= 0x80
        \kind \trap, 0xEE
        .elseif v >= 0x20 && v < 0x30
        \kind \irq, 0x8E
        .elseif v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21
        \kind \error, 0x8E
        .else
        \kind \plain, 0x8E
        .endif
        .set v, v + 1
        .endr
        .endm
        .org 0x4000
idt64:  gates gate64, plain_64, error_64, trap_64, again_64, irq_64
        .org 0x5000
idt32:  gates gate32, plain_32, error_32, trap_32, again_32, irq_32
        .org 0x5800
ivt:    gates gate16, plain_16, plain_16, trap_16, again_16, irq_16
        .org 0x6000
        .fill 0x4000, 1, 0xCC           // code, data, stacks

        .section .tables, "aw"
        .org 0x1000
        .quad PDPT + 0x67
        .org 0x2000
        .quad PD + 0x67
        .org 0x3000
        .quad PT + 0x67
        .org 0x4000
        .macro rights page, nx
        .if \page == 0xC
        .quad \page << 12
        .elseif \page == 0xD
        .quad \page << 12 | 0x65
        .elseif \page == 0xE
        .quad \page << 12 | 0x63
        .elseif \page == 0xF
        .quad \page << 12 | 0x67 | 1 << 63
        .else
        .quad \page << 12 | 0x67
        .endif
        .endm
        .set page, 0
        .rept 512
        rights page
        .set page, page + 1
        .endr
        .org 0x5000
        .long PT32 + 0x67
        .org 0x6000
        .set page, 0
        .rept 512
        .long page << 12 | 0x60 | ((page != 0xC) & 1) | ((page != 0xD) & 2) | ((page != 0xE) & 4)
        .set page, page + 1
        .endr
        .org 0x7000
        .quad PD + 1
        .org 0x8000
