// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a drawn frame back as text: every letter that really lies in sight (not under a menu, for example),
// in its place. Golden tests compare it, and
// --dump-view writes it, so that a script can ask what is on the screen.
#pragma once

#include <imgui.h>

#include <optional>
#include <string>
#include <string_view>

#include "gui/look/fonts.h"

namespace ringside {

// Lines from the top; blanks stand for the room between words, about as many as would fit there.
std::string drawn_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts);

// The lines in which the edge of a panel goes through a letter, left or right: none, if panels elide what has
// no room. The guest's screen does not count, it scrolls sideways.
std::string cut_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts);

// The middle of the first place, from the top, where `text` stands without a gap; blanks in it match any gap.
std::optional<ImVec2> find_drawn_text(const ImDrawData& data, const ImFontAtlas& atlas, const Fonts& fonts,
                                      std::string_view text);

}  // namespace ringside
