// Debug information of sixty namespaces, each of which says that its sibling is what is its first child: a
// walk that believes both takes 2^60 ways to the variable at the end.
.section .debug_abbrev, "", @progbits
abbreviations:
  .byte 1, 0x11, 1, 0x03, 0x08, 0x13, 0x0b, 0, 0  // compile unit with children: name, language
  .byte 2, 0x39, 1, 0x01, 0x13, 0, 0              // namespace with children: sibling
  .byte 3, 0x34, 0, 0x03, 0x08, 0x02, 0x18, 0, 0  // variable: name, location
  .byte 0

.section .debug_info, "", @progbits
unit:
  .long end - version
version:
  .short 5
  .byte 1, 8                                      // DW_UT_compile, size of an address
  .long abbreviations
  .byte 1
  .asciz "sibling_is_child.cpp"
  .byte 0x21
  .rept 60
  .byte 2
  .long . + 4 - unit
  .endr
  .byte 3
  .asciz "last"
  .byte 9, 3                                      // DW_OP_addr
  .quad code
  .rept 61
  .byte 0
  .endr
end:

.text
.global _start
_start:
code:
  hlt
