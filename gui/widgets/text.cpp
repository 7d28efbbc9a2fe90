// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/widgets/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringside {
namespace {

const char* end_of(std::string_view s) { return s.data() + s.size(); }

// How many characters of a number are decoration: its prefix, and the zeros before the first digit that
// counts. The last digit always counts.
std::size_t faint_length(std::string_view digits) {
  std::size_t i = digits.starts_with("0x") ? 2 : 0;
  while (i + 1 < digits.size() && (digits[i] == '0' || digits[i] == '\'')) ++i;
  return i;
}

constexpr float kBadgePadding = 6;
std::string badge_words(std::string_view shape, std::string_view words) {
  return shape.empty() ? std::string(words) : std::string(shape) + " " + std::string(words);
}

}  // namespace

void text_at(ImDrawList* list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text) {
  list->AddText(font, font->FontSize, at, colour, text.data(), end_of(text));
}

ImVec2 text_size(const ImFont* font, std::string_view text) {
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), end_of(text));
  return {static_cast<float>(static_cast<int>(size.x + 0.99f)), size.y};
}

void text(ImFont* font, ImU32 colour, std::string_view words) {
  text_at(ImGui::GetWindowDrawList(), font, ImGui::GetCursorScreenPos(), colour, words);
  ImGui::Dummy(text_size(font, words));
}

std::string elide(const ImFont* font, std::string_view words, float width) {
  if (text_size(font, words).x <= width) return std::string(words);
  const float room = width - text_size(font, "\u2026").x;
  std::size_t keep = words.size();
  while (keep > 0 && (text_size(font, words.substr(0, keep)).x > room || (words[keep - 1] & 0xC0) == 0x80))
    --keep;
  while (keep > 0 && words[keep - 1] == ' ') --keep;
  return std::string(words.substr(0, keep)) + "\u2026";
}

void number_at(ImDrawList* list, const Look& look, ImVec2 at, std::string_view digits, ImU32 colour) {
  const std::size_t faint = faint_length(digits);
  text_at(list, look.fonts.mono, at, mix(look.theme.panel, look.theme.faint, 0.75f), digits.substr(0, faint));
  at.x += look.fonts.mono
              ->CalcTextSizeA(look.fonts.mono->FontSize, FLT_MAX, 0, digits.data(), digits.data() + faint)
              .x;
  text_at(list, look.fonts.mono, at, colour, digits.substr(faint));
}

void number(const Look& look, std::string_view digits, ImU32 colour) {
  number_at(ImGui::GetWindowDrawList(), look, ImGui::GetCursorScreenPos(), digits, colour);
  ImGui::Dummy(text_size(look.fonts.mono, digits));
}

std::string grouped(std::uint64_t value) {
  return fmt::format("{:04x}'{:04x}'{:04x}'{:04x}", value >> 48, value >> 32 & 0xFFFF, value >> 16 & 0xFFFF,
                     value & 0xFFFF);
}

std::string with_commas(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  return digits;
}

ImU32 changed_colour(const Theme& theme, int age, ImU32 base) {
  if (age < 0 || age >= kChangeStops) return base;
  return mix(theme.changed, base, static_cast<float>(age) / kChangeStops);
}

void change_mark(const Look& look, int age) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const char* dot = shape(Meaning::changed);
  if (age >= 0 && age < kChangeStops)
    text_at(ImGui::GetWindowDrawList(), look.fonts.mono, at,
            with_alpha(look.theme.changed, 1 - static_cast<float>(age) / kChangeStops), dot);
  ImGui::Dummy(text_size(look.fonts.mono, dot));
}

void tooltip(const Look& look, std::string_view words) {
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(std::min(look.px(420), ImGui::GetIO().DisplaySize.x - look.px(32)));
  ImGui::TextUnformatted(words.data(), end_of(words));
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void caption(const Look& look, std::string_view words) { text(look.fonts.small, look.theme.muted, words); }

void paragraph(const Look& look, ImFont* font, ImU32 colour, std::string_view words) {
  (void)look;
  ImGui::PushFont(font);
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  ImGui::PushTextWrapPos(0);
  ImGui::TextUnformatted(words.data(), end_of(words));
  ImGui::PopTextWrapPos();
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void badge(const Look& look, ImU32 colour, std::string_view shape, std::string_view words) {
  ImFont* font = look.fonts.small;
  const ImVec2 pad{look.px(kBadgePadding), look.px(1)};
  const std::string shown =
      elide(font, badge_words(shape, words), ImGui::GetContentRegionAvail().x - 2 * pad.x);
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = text_size(font, shown);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 to{at.x + size.x + 2 * pad.x, at.y + size.y + 2 * pad.y};
  list->AddRectFilled(at, to, mix(look.theme.panel, colour, 0.16f), look.px(4));
  text_at(list, font, {at.x + pad.x, at.y + pad.y}, colour, shown);
  ImGui::Dummy({to.x - at.x, to.y - at.y});
}

float badge_width(const Look& look, std::string_view shape, std::string_view words) {
  return text_size(look.fonts.small, badge_words(shape, words)).x + 2 * look.px(kBadgePadding);
}

void nothing_yet(const Look& look, std::string_view words) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float width = std::min(room.x, look.px(360));
  const ImVec2 size =
      look.fonts.body->CalcTextSizeA(look.fonts.body->FontSize, FLT_MAX, width, words.data(), end_of(words));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddText(
      look.fonts.body, look.fonts.body->FontSize,
      {at.x + std::max(0.0f, (room.x - size.x) / 2), at.y + std::max(0.0f, (room.y - size.y) * 0.4f)},
      look.theme.muted, words.data(), end_of(words), width);
}

}  // namespace ringside
