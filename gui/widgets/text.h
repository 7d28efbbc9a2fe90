// SPDX-License-Identifier: GPL-2.0-or-later
// Words and numbers as the whole window writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gui/look/look.h"
#include "gui/panels/panel.h"

namespace ringside {

// Draws `text` at the ImGui cursor in this font and colour, and moves on by its size.
void text(ImFont* font, ImU32 colour, std::string_view text);
// The same at a place of the draw list, without taking part in the layout.
void text_at(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text);
ImVec2 text_size(const ImFont* font, std::string_view text);
// `text` cut to `width` pixels, with an ellipsis if it had to be.
std::string elide(const ImFont* font, std::string_view text, float width);

// A number in which "0x" and the leading zeros are faint: "0xffff8000'00101234", "0010". Mono font.
void number(const Look& look, std::string_view digits, ImU32 colour);
void number_at(ImDrawList* list, const Look& look, ImVec2 at, std::string_view digits, ImU32 colour);

// Sixteen digits in four groups without the prefix: "ffff8000'00101234" as hex64 writes them.
std::string grouped(std::uint64_t value);

// "12,345,678".
std::string with_commas(std::uint64_t value);

// A mark for a value that changed `age` stops ago, as wide as a character whether it shows or not; -1 shows
// nothing.
void change_mark(const Look& look, int age);
// The colour of a value that changed `age` stops ago: from the colour of change back to `base`.
ImU32 changed_colour(const Theme& theme, int age, ImU32 base);

// Where a value stands, for the questions behind the right button: "who wrote this?", "who reads it next?".
struct Asked {
  std::string subject;  // as sim/session's subject() takes it: "rax", "0x102000 8", "port 0x21"; "" = nothing
  std::string name;     // "RAX", "8 bytes at 0x102000"
};
Asked asked_of(const RowSource& source);
// The lines of a menu about it; nothing where there is nothing to ask about.
void ask_items(const Asked& about, Commands& commands);

// A word or number that leads somewhere: underlined under the mouse, a click shows it, a tooltip decodes it,
// the right button offers what can be done with it, and with the place `where` it stands. Link::none draws
// plain text, with a menu only where it stands somewhere.
void link(const Look& look, const MachineView& view, std::string_view shown, Link kind, std::uint64_t target,
          ImU32 colour, ImFont* font, Commands& commands, const Asked& where = {});
// The lines of the tooltip: what a number of this kind means.
std::string decode(const MachineView& view, Link kind, std::uint64_t target);

// Beside the mouse, in as many lines as it needs.
void tooltip(const Look& look, std::string_view words);

// A caption above a group: small and muted.
void caption(const Look& look, std::string_view words);
// A sentence broken into lines at the panel's width.
void paragraph(const Look& look, ImFont* font, ImU32 colour, std::string_view words);
// A short word with its shape on a raised ground: "▲ #PF", "⚡ EOI owed".
void badge(const Look& look, ImU32 colour, std::string_view shape, std::string_view words);
float badge_width(const Look& look, std::string_view shape, std::string_view words);
// Hint in the middle of an empty panel.
void nothing_yet(const Look& look, std::string_view words);

}  // namespace ringside
