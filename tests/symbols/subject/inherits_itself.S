// Debug information of a struct that inherits from itself, sixty times over.
.section .debug_abbrev, "", @progbits
abbreviations:
  .byte 1, 0x11, 1, 0x03, 0x08, 0x13, 0x0b, 0, 0  // compile unit with children: name, language
  .byte 2, 0x13, 1, 0x03, 0x08, 0x0b, 0x0b, 0, 0  // structure with children: name, size
  .byte 3, 0x1c, 0, 0x49, 0x13, 0x38, 0x0b, 0, 0  // inheritance: type, offset
  .byte 4, 0x34, 0, 0x03, 0x08, 0x49, 0x13, 0x02, 0x18, 0, 0  // variable: name, type, location
  .byte 0

.section .debug_info, "", @progbits
unit:
  .long end - version
version:
  .short 5
  .byte 1, 8                                      // DW_UT_compile, size of an address
  .long abbreviations
  .byte 1
  .asciz "inherits_itself.cpp"
  .byte 0x21
structure:
  .byte 2
  .asciz "Itself"
  .byte 24
  .rept 60
  .byte 3
  .long structure - unit
  .byte 0
  .endr
  .byte 0
  .byte 4
  .asciz "itself"
  .long structure - unit
  .byte 9, 3                                      // DW_OP_addr
  .quad object
  .byte 0
end:

.text
.global _start
_start:
  hlt

.data
.global itself
.type itself, @object
.size itself, 24
itself:
object:
  .skip 24
