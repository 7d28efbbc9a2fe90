// SPDX-License-Identifier: MIT
//
// Instructions that raise exceptions, each with a name, so that everybody can say where it was.

.intel_syntax noprefix
.cfi_sections .debug_frame
.text

.macro function name
.global \name
.type \name, @function
\name:
.endm

function lab_probe
    .cfi_startproc
.global lab_probe_read
lab_probe_read:
    mov rax, [rdi]                              // #PF or #GP, if at all
    mov [rsi], rax
    mov eax, 1
    ret
.global lab_probe_failed
lab_probe_failed:
    xor eax, eax
    ret
    .cfi_endproc
.size lab_probe, . - lab_probe

function lab_breakpoint
    .cfi_startproc
    int3
.global lab_behind_breakpoint
lab_behind_breakpoint:
    ret
    .cfi_endproc
.size lab_breakpoint, . - lab_breakpoint

// EDI: the divisor.
function lab_divide
    .cfi_startproc
    mov eax, 1000
    xor edx, edx
.global lab_divide_at
lab_divide_at:
    div edi
    ret
    .cfi_endproc
.size lab_divide, . - lab_divide

function lab_undefined
    .cfi_startproc
    ud2
    ret
    .cfi_endproc
.size lab_undefined, . - lab_undefined

// DI: a selector.
function lab_load_fs
    .cfi_startproc
    mov fs, edi
    ret
    .cfi_endproc
.size lab_load_fs, . - lab_load_fs

// RDI: an address.
function lab_store
    .cfi_startproc
    mov [rdi], rax
    ret
    .cfi_endproc
.size lab_store, . - lab_store

.section .note.GNU-stack, "", @progbits
