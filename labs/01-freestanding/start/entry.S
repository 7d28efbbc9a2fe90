// SPDX-License-Identifier: MIT
//
// Your file. The processor comes here from given/boot/boot.S, in 64-bit mode, with EAX and EBX as the boot loader left
// them, and without a stack.

.intel_syntax noprefix
.cfi_sections .debug_frame

.text
.global _start
.type _start, @function
_start:
    .cfi_startproc
    .cfi_undefined rip                          // nobody called us: a debugger stops its walk here
    // Step 2: what does a C++ function expect to find? Then: call kernel_main.
1:  cli
    hlt
    jmp 1b
    .cfi_endproc
.size _start, . - _start

// Step 2: 16 KiB for the stack, between the labels kernel_stack_bottom and kernel_stack_top, both .global.

.section .note.GNU-stack, "", @progbits
