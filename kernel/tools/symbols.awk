# SPDX-License-Identifier: MIT
# `nm | c++filt` of the kernel -> assembly source of the table that panic's backtrace reads (lib/symbols.h):
# for each function the low 32 bits of its address and the offset of its name, in ascending order of address.
# Functions live in the top 2 GiB, so 32 bits say it all. Those of the same name share it.
BEGIN {
  count = named = offset = 0
  print "  .section .symbols, \"a\", @progbits"
  print "  .balign 8"
}
$2 ~ /^[tTwW]$/ && $1 ~ /^ffffffff/ {
  name = $0
  sub(/^[^ ]+ [^ ]+ /, "", name)
  gsub(/\(anonymous namespace\)::/, "", name)
  gsub(/["\\]/, "", name)
  sub(/\.(constprop|isra|part|cold)\.[0-9]+$/, "", name)
  if (name !~ /operator[-<>]/) {
    while (gsub(/<[^<>]*>/, "", name)) continue    # template arguments: a line of them says little
    if (sub(/\}::(operator\(\)|_FUN)$/, "}", name))    # f(int)::{lambda(char)#1}::operator() is f::{lambda}
      while (gsub(/\([^()]*\)|#[0-9]+/, "", name)) continue
    if (name !~ /\(/) sub(/^.* /, "", name)        # the return type that templates carry
  }
  if ($1 == last) next
  last = $1
  addresses[count] = substr($1, 9)
  if (!(name in offset_of)) {
    offset_of[name] = offset
    offset += length(name) + 1
    names[named++] = name
  }
  offsets[count++] = offset_of[name]
}
END {
  for (i = 0; i < count; ++i) printf "  .long 0x%s, %d\n", addresses[i], offsets[i]
  print "  .section .symbols.names, \"a\", @progbits"
  for (i = 0; i < named; ++i) printf "  .asciz \"%s\"\n", names[i]
  print "  .section .note.GNU-stack, \"\", @progbits"
}
