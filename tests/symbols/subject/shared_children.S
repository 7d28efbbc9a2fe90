// Debug information in which a struct can be seen at each of 2,000 places, by as many members in it: the text
// of its name is made of codes that start a struct, and all of them have the same children.
.section .debug_abbrev, "", @progbits
abbreviations:
  .byte 2, 0x11, 1, 0x03, 0x08, 0x13, 0x0b, 0, 0  // compile unit with children: name, language
  .byte 1, 0x13, 1, 0x03, 0x08, 0, 0              // structure with children: name
  .byte 3, 0x0d, 0, 0x49, 0x13, 0, 0              // member: type
  .byte 4, 0x34, 0, 0x03, 0x08, 0x49, 0x13, 0x02, 0x18, 0, 0  // variable: name, type, location
  .byte 0

.section .debug_info, "", @progbits
unit:
  .long end - version
version:
  .short 5
  .byte 1, 8                                      // DW_UT_compile, size of an address
  .long abbreviations
  .byte 2
  .asciz "shared_children.cpp"
  .byte 0x21
structures:
  .fill 2000, 1, 1
  .byte 0
  .set number, 0
  .rept 2000
  .byte 3
  .long structures - unit + number
  .set number, number + 1
  .endr
  .byte 0
  .byte 4
  .asciz "shared"
  .long structures - unit
  .byte 9, 3                                      // DW_OP_addr
  .quad code
  .byte 0
end:

.text
.global _start
_start:
code:
  hlt
