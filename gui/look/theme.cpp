// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/look/theme.h"

#include <array>

namespace ringside {
namespace {

// 0xRRGGBB as written in a style guide, to ImGui's byte order.
constexpr ImU32 rgb(unsigned value) {
  return IM_COL32(value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF, 0xFF);
}

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

}  // namespace

Theme dark_theme() {
  return {.dark = true,
          .ground = rgb(0x14171C),
          .panel = rgb(0x1B1F26),
          .raised = rgb(0x232832),
          .line = rgb(0x313846),
          .text = rgb(0xE6E9EF),
          .muted = rgb(0xA3ADBB),
          .faint = rgb(0x76808F),
          .now = rgb(0xF5D76E),
          .changed = rgb(0xFFB454),
          .fault = rgb(0xFF7A59),
          .interrupt = rgb(0x62B8F5),
          .write = rgb(0x3CCB9B),
          .context_switch = rgb(0xE08BC0),
          .passed = rgb(0x7FD08A)};
}

Theme light_theme() {
  return {.dark = false,
          .ground = rgb(0xF3F5F8),
          .panel = rgb(0xFFFFFF),
          .raised = rgb(0xE9ECF1),
          .line = rgb(0xD5DAE1),
          .text = rgb(0x1A1F27),
          .muted = rgb(0x4A5462),
          .faint = rgb(0x697384),
          .now = rgb(0x7A5B00),
          .changed = rgb(0x8F4A00),
          .fault = rgb(0xB3261E),
          .interrupt = rgb(0x0B5EA8),
          .write = rgb(0x006B4F),
          .context_switch = rgb(0x8E2F74),
          .passed = rgb(0x1E6B2E)};
}

ImU32 colour(const Theme& theme, Meaning meaning) {
  switch (meaning) {
    case Meaning::now: return theme.now;
    case Meaning::changed: return theme.changed;
    case Meaning::fault: return theme.fault;
    case Meaning::interrupt: return theme.interrupt;
    case Meaning::write: return theme.write;
    case Meaning::context_switch: return theme.context_switch;
    case Meaning::passed: return theme.passed;
  }
  return theme.text;
}

ImU32 colour(const Theme& theme, Tone tone) {
  switch (tone) {
    case Tone::plain: return theme.text;
    case Tone::muted: return theme.muted;
    case Tone::good: return theme.passed;
    case Tone::fault: return theme.fault;
    case Tone::interrupt: return theme.interrupt;
    case Tone::write: return theme.write;
    case Tone::now: return theme.now;
  }
  return theme.text;
}

// None of them is one of the seven meanings.
ImU32 hue(const Theme& theme, std::size_t number) {
  constexpr std::array<ImU32, kHues> kDark = {
      IM_COL32(0x9D, 0xB2, 0xFF, 255), IM_COL32(0xC3, 0xA9, 0xF5, 255), IM_COL32(0xA9, 0xC9, 0xD9, 255),
      IM_COL32(0xC9, 0xD3, 0xA0, 255), IM_COL32(0xC9, 0xCE, 0xD8, 255)};
  constexpr std::array<ImU32, kHues> kLight = {
      IM_COL32(0x33, 0x46, 0xA8, 255), IM_COL32(0x66, 0x3A, 0xA6, 255), IM_COL32(0x2F, 0x5D, 0x73, 255),
      IM_COL32(0x53, 0x5E, 0x1D, 255), IM_COL32(0x4A, 0x54, 0x62, 255)};
  return (theme.dark ? kDark : kLight)[number % kHues];
}

const char* shape(Meaning meaning) {
  switch (meaning) {
    case Meaning::now: return "\u25B6";
    case Meaning::changed: return "\u25CF";
    case Meaning::fault: return "\u25B2";
    case Meaning::interrupt: return "\u26A1";
    case Meaning::write: return "\u270E";
    case Meaning::context_switch: return "\u21C4";
    case Meaning::passed: return "\u2713";
  }
  return "";
}

const char* shape(Tone tone) {
  switch (tone) {
    case Tone::plain:
    case Tone::muted: return "";
    case Tone::good: return shape(Meaning::passed);
    case Tone::fault: return shape(Meaning::fault);
    case Tone::interrupt: return shape(Meaning::interrupt);
    case Tone::write: return shape(Meaning::write);
    case Tone::now: return shape(Meaning::now);
  }
  return "";
}

ImU32 mix(ImU32 from, ImU32 to, float amount) {
  ImU32 result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const float a = static_cast<float>(from >> shift & 0xFF), b = static_cast<float>(to >> shift & 0xFF);
    result |= static_cast<ImU32>(a + (b - a) * amount + 0.5f) << shift;
  }
  return result;
}

ImU32 with_alpha(ImU32 colour, float alpha) {
  return (colour & ~IM_COL32_A_MASK) | static_cast<ImU32>(alpha * 255 + 0.5f) << IM_COL32_A_SHIFT;
}

void apply_style(const Theme& theme, float scale) {
  ImGuiStyle style;
  style.WindowPadding = {8, 8};
  style.FramePadding = {8, 4};
  style.CellPadding = {8, 2};
  style.ItemSpacing = {8, 4};
  style.ItemInnerSpacing = {4, 4};
  style.ScrollbarSize = 12;
  style.GrabMinSize = 24;
  style.WindowRounding = style.ChildRounding = 4;
  style.FrameRounding = style.PopupRounding = style.GrabRounding = style.TabRounding = 4;
  style.ScrollbarRounding = 4;
  style.WindowBorderSize = style.ChildBorderSize = 0;
  style.PopupBorderSize = 1;
  style.FrameBorderSize = 0;
  style.ScaleAllSizes(scale);

  ImVec4* c = style.Colors;
  const ImVec4 clear{0, 0, 0, 0};
  const ImVec4 hover = vec(mix(theme.raised, theme.text, 0.10f)),
               active = vec(mix(theme.raised, theme.text, 0.18f));
  c[ImGuiCol_Text] = vec(theme.text);
  c[ImGuiCol_TextDisabled] = vec(theme.muted);
  c[ImGuiCol_WindowBg] = vec(theme.ground);
  c[ImGuiCol_ChildBg] = clear;
  c[ImGuiCol_PopupBg] = vec(theme.dark ? theme.raised : theme.panel);
  c[ImGuiCol_Border] = vec(theme.line);
  c[ImGuiCol_BorderShadow] = clear;
  c[ImGuiCol_FrameBg] = vec(theme.raised);
  c[ImGuiCol_FrameBgHovered] = hover;
  c[ImGuiCol_FrameBgActive] = active;
  c[ImGuiCol_ScrollbarBg] = clear;
  c[ImGuiCol_ScrollbarGrab] = vec(mix(theme.panel, theme.faint, 0.45f));
  c[ImGuiCol_ScrollbarGrabHovered] = vec(mix(theme.panel, theme.faint, 0.7f));
  c[ImGuiCol_ScrollbarGrabActive] = vec(theme.faint);
  c[ImGuiCol_CheckMark] = vec(theme.text);
  c[ImGuiCol_Button] = vec(theme.raised);
  c[ImGuiCol_ButtonHovered] = hover;
  c[ImGuiCol_ButtonActive] = active;
  c[ImGuiCol_Header] = vec(theme.raised);
  c[ImGuiCol_HeaderHovered] = hover;
  c[ImGuiCol_HeaderActive] = active;
  c[ImGuiCol_Separator] = vec(theme.line);
  c[ImGuiCol_TableHeaderBg] = clear;
  c[ImGuiCol_TableBorderStrong] = c[ImGuiCol_TableBorderLight] = vec(theme.line);
  c[ImGuiCol_TableRowBg] = c[ImGuiCol_TableRowBgAlt] = clear;
  c[ImGuiCol_TextSelectedBg] = vec(with_alpha(theme.interrupt, 0.35f));
  c[ImGuiCol_NavHighlight] = vec(theme.interrupt);
  c[ImGuiCol_ModalWindowDimBg] = vec(with_alpha(theme.ground, 0.7f));
  ImGui::GetStyle() = style;
}

}  // namespace ringside
