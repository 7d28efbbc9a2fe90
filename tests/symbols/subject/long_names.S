// Debug information that has one text count many times over: namespaces with long names, and 30,000 variables
// in one of them.
.altmacro
.macro variable number
  .byte 3
  .asciz "v&number"
  .byte 9, 3                                      // DW_OP_addr
  .quad code
.endm

.section .debug_abbrev, "", @progbits
abbreviations:
  .byte 1, 0x11, 1, 0x03, 0x08, 0x13, 0x0b, 0, 0  // compile unit with children: name, language
  .byte 2, 0x39, 1, 0x03, 0x08, 0, 0              // namespace with children: name
  .byte 3, 0x34, 0, 0x03, 0x08, 0x02, 0x18, 0, 0  // variable: name, location
  .byte 0

.section .debug_info, "", @progbits
  .long end - version
version:
  .short 5
  .byte 1, 8                                      // DW_UT_compile, size of an address
  .long abbreviations
  .byte 1
  .asciz "long_names.cpp"
  .byte 0x21
  .byte 2
  .fill 100000, 1, 'a'
  .byte 0
  .byte 3
  .asciz "short"
  .byte 9, 3                                      // DW_OP_addr
  .quad code
  .byte 0
  .byte 2
  .fill 3000, 1, 'b'                              // not too long by itself
  .byte 0
  .set number, 10000
  .rept 30000
  variable %number
  .set number, number + 1
  .endr
  .byte 0
  .byte 0
end:

.text
.global _start
_start:
code:
  hlt
