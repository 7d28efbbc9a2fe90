/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A kernel that ends in every way a run can end: the first letter of its command line says in which.
 *
 *   eHH  debug exit with the value 0xHH        b  all 256 byte values to COM1, "E9" to port 0xE9, debug exit
 *   w    debug exit by 16 bits at 0x501        l  100,000 times "a" to COM1, debug exit
 *   p    power-off                             k  asks the keyboard until Enter, scan codes to COM1, debug exit
 *   t    triple fault                          c  asks COM1 until a line feed, bytes back to COM1, debug exit
 *   r    reset                                 m  counts in memory for ever
 *   h    HLT with interrupts off               s  a loop of one instruction, interrupts off
 *   i    HLT with interrupts on, all masked    z  the same with interrupts on, all masked
 */
.intel_syntax noprefix
.code32
.text
    .align 4
    .long 0x1BADB002, 3, -(0x1BADB002 + 3)

.globl _start
_start:
    mov esp, offset stack_top
    mov esi, [ebx + 16]
    lodsb
    mov edi, offset ways
next_way:
    cmp byte ptr [edi], 0
    je way_h
    cmp al, [edi]
    je found
    add edi, 5
    jmp next_way
found:
    jmp [edi + 1]

.globl way_e
way_e:
    call hex_digit
    mov ah, al
    call hex_digit
    shl ah, 4
    or al, ah
    out 0xF4, al
    jmp way_h
hex_digit:                       /* the next letter as a number in AL; keeps AH */
    lodsb
    sub al, '0'
    cmp al, 9
    jbe 1f
    sub al, 'a' - '0' - 10
1:  ret

way_w:
    mov dx, 0x501
    mov ax, 0x1234
    out dx, ax

.globl way_h
way_h:
    cli
    hlt
    jmp way_h

way_p:
    mov dx, 0x604
    mov ax, 0x2000
    out dx, ax
    jmp way_h

way_t:
    lidt [empty_table]
.globl broken
broken:
    ud2

way_r:
    mov al, 0xFE
    out 0x64, al
    jmp way_h

way_i:
    call mask_all
    sti
1:  hlt
    jmp 1b

way_s:
    cli
.globl circle
circle:
    jmp circle

way_z:
    call mask_all
    sti
    jmp circle

way_m:
    inc dword ptr [counter]
    jmp way_m

way_b:
    xor ebx, ebx
1:  mov al, bl
    call send
    inc bl
    jnz 1b
    mov al, 'E'
    out 0xE9, al
    mov al, '9'
    out 0xE9, al
    jmp done

way_l:
    mov ecx, 100000
1:  mov al, 'a'
    call send
    loop 1b
    jmp done

way_k:
    in al, 0x64
    test al, 1
    jz way_k
    in al, 0x60
    mov bl, al
    call send
    cmp bl, 0x1C
    jne way_k
    jmp done

way_c:
    mov dx, 0x3FD
    in al, dx
    test al, 1
    jz way_c
    mov dx, 0x3F8
    in al, dx
    mov bl, al
    call send
    cmp bl, 10
    jne way_c
done:
    mov al, 0x10
    out 0xF4, al
    jmp way_h

.globl send
send:                            /* AL to COM1 when the transmitter is free */
    push eax
    mov dx, 0x3FD
1:  in al, dx
    test al, 0x20
    jz 1b
    pop eax
    mov dx, 0x3F8
    out dx, al
    ret

mask_all:
    mov al, 0xFF
    out 0x21, al
    out 0xA1, al
    ret

.data
.macro way letter
    .ascii "\letter"
    .long way_\letter
.endm
ways:
    way e
    way w
    way p
    way t
    way r
    way h
    way i
    way s
    way z
    way m
    way b
    way l
    way k
    way c
    .byte 0
empty_table:
    .short 0
    .long 0
counter:
    .long 0

.bss
    .align 16
    .skip 4096
stack_top:
