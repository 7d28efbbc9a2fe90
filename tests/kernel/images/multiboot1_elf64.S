/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An ELF64 file by Multiboot 1 and program headers alone: GRUB loads it, QEMU's -kernel does not. GNU Mach for x86-64 is one.
 */
#include "multiboot1_elf32.S"
