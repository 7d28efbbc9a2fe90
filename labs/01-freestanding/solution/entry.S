// SPDX-License-Identifier: MIT
//
// The first 64-bit code: from a machine without a stack to a C++ function.

.intel_syntax noprefix
.cfi_sections .debug_frame

.text
.global _start
.type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined rip                          // nobody called us: a debugger stops its walk here
    mov edi, eax                                // first argument: which protocol
    mov esi, ebx                                // second: where the report lies
    mov rsp, offset kernel_stack_top
    xor ebp, ebp                                // a backtrace ends at RBP = 0
    cld
    call kernel_main                            // pushes 8 bytes: the stack is as the ABI wants it in there
1:  cli
    hlt
    jmp 1b
    .cfi_endproc
.size _start, . - _start

.bss
.balign 4096
.global kernel_stack_bottom, kernel_stack_top
kernel_stack_bottom:
    .skip 16384
kernel_stack_top:

.section .note.GNU-stack, "", @progbits
