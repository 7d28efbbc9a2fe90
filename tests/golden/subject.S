/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A kernel of one page, for tests of tables, explanations and steps: everything in it stands at a known place and
 * happens at a known time. It goes to long mode, sets up GDT, TSS, IDT, PICs and timer, says "ready" on COM1 and then
 * sleeps. Each key makes it do one thing:
 *   F  writes to a page that is not mapped; the handler skips the instruction
 *   D  divides by zero; nobody handles it, so that it ends in a double fault on IST 1, which ends the run
 *   T  loads an empty IDT and executes INT3: a triple fault
 *   U  goes to ring 3, which executes HLT
 *   H  halts for ever
 */
    .intel_syntax noprefix
    .set COM1, 0x3F8
    .set KERNEL_CODE, 0x08
    .set KERNEL_DATA, 0x10
    .set USER_DATA, 0x18 + 3
    .set USER_CODE, 0x20 + 3
    .set TSS, 0x28

    .section .header, "a"
    .align 8
header:                                     /* Multiboot 2 specification, 3.1.1 */
    .long 0xE85250D6, 0, header_end - header, -(0xE85250D6 + header_end - header)
    .short 0, 0
    .long 8
header_end:

    .text
    .code32
    .globl start
    .type start, @function
start:
    mov esp, offset stack_top
    mov eax, cr4
    or eax, 1 << 5                          /* PAE */
    mov cr4, eax
    mov eax, offset pml4
    mov cr3, eax
    mov ecx, 0xC0000080                     /* EFER */
    rdmsr
    or eax, 1 << 8 | 1 << 11                /* LME, NXE */
    wrmsr
    mov eax, cr0
    or eax, 1 << 31 | 1 << 16               /* PG, WP */
    mov cr0, eax
    lgdt [gdt_pointer]
    .byte 0xEA                              /* far jump; intel_syntax has no spelling for it */
    .long start64
    .short KERNEL_CODE
    .size start, . - start

    .code64
    .macro function name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    .endm
    .macro end_function name
    .cfi_endproc
    .size \name, . - \name
    .endm

    function start64
    .cfi_undefined rip
    mov eax, KERNEL_DATA
    mov ds, eax
    mov es, eax
    mov ss, eax
    call set_up_tables
    call set_up_pics
    call set_up_timer
    mov edi, offset ready
    call say
    mov edi, 3
    call countdown
    sti
sleep:
    hlt
    jmp sleep
    end_function start64

/* Gates: edi = vector, esi = handler, edx = type, DPL and P above the IST index. */
    function set_gate
    shl edi, 4
    mov word ptr [idt + rdi], si
    mov word ptr [idt + rdi + 2], KERNEL_CODE
    mov word ptr [idt + rdi + 4], dx
    shr esi, 16
    mov word ptr [idt + rdi + 6], si
    ret
    end_function set_gate

    .macro gate vector, handler, bits
    mov edi, \vector
    mov esi, offset \handler
    mov edx, \bits
    call set_gate
    .endm

    function set_up_tables
    mov eax, offset tss
    mov word ptr [gdt + TSS + 2], ax
    shr eax, 16
    mov byte ptr [gdt + TSS + 4], al
    mov eax, TSS
    ltr ax
    gate 8, double_fault_handler, 0x8E01
    gate 14, page_fault_handler, 0x8E00
    gate 0x20, timer_handler, 0x8E00
    gate 0x21, keyboard_handler, 0x8E00
    lidt [idt_pointer]
    ret
    end_function set_up_tables

    .macro out_byte port, value
    mov al, \value
    out \port, al
    .endm

    function set_up_pics
    out_byte 0x20, 0x11
    out_byte 0x21, 0x20
    out_byte 0x21, 0x04
    out_byte 0x21, 0x01
    out_byte 0x21, 0xFC
    out_byte 0xA0, 0x11
    out_byte 0xA1, 0x28
    out_byte 0xA1, 0x02
    out_byte 0xA1, 0x01
    out_byte 0xA1, 0xFF
    ret
    end_function set_up_pics

    function set_up_timer
    out_byte 0x43, 0x34                     /* counter 0, both bytes, mode 2 */
    out_byte 0x40, 0x9C                     /* 11932: 100 Hz */
    out_byte 0x40, 0x2E
    ret
    end_function set_up_timer

/* edi = text that ends with 0 */
    function say
    push rbx
    .cfi_adjust_cfa_offset 8
    .cfi_offset rbx, -16
    mov ebx, edi
next_character:
    movzx edi, byte ptr [rbx]
    test edi, edi
    jz said
    call send
    inc ebx
    jmp next_character
said:
    pop rbx
    .cfi_adjust_cfa_offset -8
    ret
    end_function say

    function send
    mov edx, COM1
    mov eax, edi
    out dx, al
    ret
    end_function send

/* Calls itself until edi is 0. */
    function countdown
    dec edi
    jz counted
    call countdown
counted:
    ret
    end_function countdown

    function timer_handler
    .cfi_signal_frame
    .cfi_def_cfa rsp, 40
    .cfi_offset rip, -40
    .cfi_offset rsp, -16
    push rax
    .cfi_adjust_cfa_offset 8
    inc dword ptr [ticks]
    out_byte 0x20, 0x20
    pop rax
    .cfi_adjust_cfa_offset -8
    iretq
    end_function timer_handler

    function keyboard_handler
    xor eax, eax
    in al, 0x60
    mov ecx, eax
    out_byte 0x20, 0x20
    cmp ecx, 0x21
    je key_f
    cmp ecx, 0x20
    je key_d
    cmp ecx, 0x14
    je key_t
    cmp ecx, 0x16
    je key_u
    cmp ecx, 0x23
    je key_h
    iretq
key_f:
    mov byte ptr [0x40000000], 1
    iretq
key_d:
    xor ecx, ecx
    div ecx
key_t:
    lidt [empty_pointer]
    int3
key_u:
    push USER_DATA
    push offset user_stack_top
    push 0x202
    push USER_CODE
    push offset user_code
    iretq
key_h:
    cli
    hlt
    end_function keyboard_handler

    function page_fault_handler
    add rsp, 8                              /* the error code */
    add qword ptr [rsp], 8                  /* over the instruction that faulted */
    iretq
    end_function page_fault_handler

    function double_fault_handler
    mov eax, 0x10
    out 0xF4, al                            /* debug exit: status 33 */
    end_function double_fault_handler

    function user_code
    hlt
    end_function user_code

    .data
    .align 4096
pml4:   .quad pdpt + 7
    .skip 4088
pdpt:   .quad pd + 7
    .skip 4088
pd:     .quad 0x000087                      /* 2 MiB, open to user code */
    .quad 0x200083
    .quad 0x8000000000400081                /* read-only, not executable */
    .skip 4072
gdt:    .quad 0
    .quad 0x00AF9B000000FFFF
    .quad 0x00CF93000000FFFF
    .quad 0x00CFF3000000FFFF
    .quad 0x00AFFB000000FFFF
    .quad 0x0000890000000067, 0
gdt_end:
    .align 16
tss:    .long 0
    .quad stack_top, 0, 0, 0
    .quad ist1_top, 0, 0, 0, 0, 0, 0, 0
    .short 0, 0x68
    .align 16
gdt_pointer:
    .short gdt_end - gdt - 1
    .quad gdt
idt_pointer:
    .short 256 * 16 - 1
    .quad idt
empty_pointer:
    .short 0
    .quad 0
ready:
    .asciz "ready\n"

    .bss
    .align 4096
idt:    .skip 4096
    .type ticks, @object
    .size ticks, 4
ticks:  .skip 16
    .skip 1008
stack_top:
    .skip 1024
ist1_top:
    .skip 1024
user_stack_top:
