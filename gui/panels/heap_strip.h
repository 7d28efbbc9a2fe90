// SPDX-License-Identifier: GPL-2.0-or-later
// The heap to scale: rows of memory in which each part of a block has a look of its own, and the links of a
// list as arcs between its blocks.
#pragma once

#include "gui/panels/panel.h"

namespace ringside {

// One swatch, for the strip and its legend alike.
void draw_heap_part(const Look& look, ImDrawList* list, HeapPart part, ImVec2 from, ImVec2 to);

// The strip in the room `height` pixels high; scrolls where it is higher. `list`: whose links are drawn; null
// = none. A click chooses a block in state.heap. Returns how many bytes a row shows.
std::uint64_t draw_heap_strip(PanelState& state, const HeapMap& heap, const HeapList* list, float height,
                              Commands& commands);

}  // namespace ringside
