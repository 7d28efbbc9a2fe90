// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// The neighbours of the folder.
asm(R"(.data
.incbin "../bin/true"
.incbin "../../grades/results.json"
.incbin "../secret"
)");
