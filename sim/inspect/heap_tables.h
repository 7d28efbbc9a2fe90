// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's heap as tables; heap_map.h says what is in them. A kernel without a heap gives a table without
// rows, whose note says so.
#pragma once

#include <string>

#include "sim/inspect/context.h"
#include "sim/inspect/heap_map.h"
#include "sim/inspect/table.h"

namespace ringside {

// One row a block, by address.
Table heap_table(const InspectContext&);
// One row a list: the free lists of the design, its size classes, orders or slabs.
Table heap_lists_table(const InspectContext&);
// One row for each thing that is broken; none where all is well.
Table heap_check_table(const InspectContext&);
// The heap to scale, 64 letters a row.
Table heap_strip_table(const InspectContext&);

// The words in front of a block: whoever wrote them handed it out. Where there are none, what its user wrote
// first.
RowSource header_source(const HeapBlock& block);

// "list: 64.0 KiB, 1,568 bytes used in 2 blocks, ...": one or two sentences.
std::string heap_words(const HeapMap& map);
// "1.7 %" of a number of tenths.
std::string percent_words(unsigned tenths);

}  // namespace ringside
