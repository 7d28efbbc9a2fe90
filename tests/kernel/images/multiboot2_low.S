/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * At physical 0x600, right above the BIOS data area, its memory reaching up to 0x10000.
 */
#include "multiboot2_elf32.S"
.bss
    .skip 0xC000
