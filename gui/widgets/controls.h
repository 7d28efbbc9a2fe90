// SPDX-License-Identifier: GPL-2.0-or-later
// Buttons, tabs and the frame of a panel.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gui/look/look.h"

namespace ringside {

enum class ButtonKind : unsigned char { plain, primary, quiet, chosen };

struct ButtonText {
  const char* id;
  const char* icon = "";     // a glyph_pictures() character
  const char* label = "";    // may be empty: the icon alone
  const char* tooltip = "";  // what it does, and its key
};

// The width that button() will take.
float button_width(const Look& look, const ButtonText& words);
// Draws it `height` high at the ImGui cursor; true when clicked. A disabled one is drawn faint and says its
// tooltip all the same.
bool button(const Look& look, const ButtonText& words, float height, ButtonKind kind = ButtonKind::plain,
            bool enabled = true);

// The same in small letters, for the lines between panels.
float small_button_width(const Look& look, const ButtonText& words);
bool small_button(const Look& look, const ButtonText& words, float height,
                  ButtonKind kind = ButtonKind::plain, bool enabled = true);

// Puts the next item, `width` wide, beside the last one, or below it where the panel ends before.
void beside_if_room(const Look& look, float width, float gap = 8);

// A row of tabs; returns the index of the one clicked, else -1. Falls back to a menu where they do not fit
// `width`.
int tabs(const Look& look, std::span<const char* const> titles, int chosen, float width, float height);

// A panel's ground with its rounded corners.
void tile_ground(const Look& look, const Rect& at);

}  // namespace ringside
