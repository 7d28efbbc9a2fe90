// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// The reference solution, if the compiler could see it.
asm(R"(.data
.incbin "@REFERENCE@"
)");
