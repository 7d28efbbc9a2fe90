// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// An object file of 1 GB.
asm(R"(.data
.fill 0x40000000, 1, 0x55
)");
