// SPDX-License-Identifier: GPL-2.0-or-later
// The lists of the heap's allocator, a row for each: its name, how many blocks it has, and a mark for each of
// them.
#pragma once

#include <vector>

#include "gui/panels/panel.h"

namespace ringside {

class HeapLists {
 public:
  HeapLists(PanelState& state, const HeapMap& heap, Commands& commands)
      : state_(state), heap_(heap), commands_(commands), look_(state.look) {}

  // The list whose links the strip draws: the one that was chosen, else one with links; null if all are
  // empty.
  const HeapList* shown() const;

  float height() const;  // of all rows
  // A click on a row chooses its list, on a mark its block too. Scrolls where it is higher.
  void draw(float height);

 private:
  std::vector<const HeapList*> listed() const;
  int columns() const;
  void row(const HeapList& list, bool is_shown, float name_width, float width);
  void marks(const HeapList& list, ImVec2 at, float right, bool clicked);

  PanelState& state_;
  const HeapMap& heap_;
  Commands& commands_;
  const Look& look_;
};

}  // namespace ringside
