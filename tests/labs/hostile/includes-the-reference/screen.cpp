// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// The reference kernel's own writer, in the place of one's own.
#include "drivers/vga_text.cpp"
#include "@SOURCES@/kernel/drivers/vga_text.cpp"
