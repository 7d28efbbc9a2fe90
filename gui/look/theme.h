// SPDX-License-Identifier: GPL-2.0-or-later
// The colours of the window, and the seven meanings that have one colour and one shape everywhere.
// Contrast is measured against `panel`: text 13:1, muted 7:1, every meaning at least 6:1.
#pragma once

#include <imgui.h>

#include <cstddef>
#include <string_view>

#include "sim/inspect/table.h"

namespace ringside {

// What a mark says. Never said by colour alone: shape() is drawn beside it.
enum class Meaning : unsigned char { now, changed, fault, interrupt, write, context_switch, passed };

struct Theme {
  bool dark = true;
  ImU32 ground = 0;  // between the panels
  ImU32 panel = 0;   // of a panel
  ImU32 raised = 0;  // headers, buttons, the row under the mouse
  ImU32 line = 0;
  ImU32 text = 0;
  ImU32 muted = 0;  // captions, units
  ImU32 faint = 0;  // decoration only: leading zeros, grids
  ImU32 now = 0, changed = 0, fault = 0, interrupt = 0, write = 0, context_switch = 0, passed = 0;
};

Theme dark_theme();
Theme light_theme();

ImU32 colour(const Theme& theme, Meaning meaning);
// The colour of a table cell's tone.
ImU32 colour(const Theme& theme, Tone tone);
// A colour that means nothing but "another one": to tell parts of a drawing apart. Repeats after a few.
inline constexpr std::size_t kHues = 5;
ImU32 hue(const Theme& theme, std::size_t number);
// One character that the window's fonts have: arrow, dot, triangle, bolt, pen, two arrows, check mark.
const char* shape(Meaning meaning);
// The shape that goes with a tone; "" for plain and muted.
const char* shape(Tone tone);

// `amount` 0 gives `from`, 1 gives `to`.
ImU32 mix(ImU32 from, ImU32 to, float amount);
// The same colour with `alpha` 0 (invisible) to 1.
ImU32 with_alpha(ImU32 colour, float alpha);

// Sets ImGui's whole style from the theme: the only place that touches ImGuiStyle.
void apply_style(const Theme& theme, float scale);

}  // namespace ringside
