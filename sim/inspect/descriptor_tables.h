// SPDX-License-Identifier: GPL-2.0-or-later
// The tables the processor looks things up in: IDT, GDT, TSS. What a guest makes of them is shown as it is: a
// table that cannot be read, a gate that leads nowhere, a limit that is absurd are rows, not errors.
#pragma once

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// Rows "0" to "255" by vector; runs of empty gates above 31 are one row ("40-255"). In real mode the table of
// far pointers.
Table idt_table(const InspectContext&);

// Rows by selector, "0x08". A descriptor of 16 bytes is one row; runs of empty slots are one row.
Table gdt_table(const InspectContext&);

// The TSS that TR names: stacks by ring, interrupt stacks, I/O permission bitmap. Rows "rsp0" ("esp0"),
// "ist1", "iomap".
Table tss_table(const InspectContext&);

}  // namespace ringside
