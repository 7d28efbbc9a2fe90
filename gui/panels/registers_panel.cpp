// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "gui/panels/panels.h"
#include "gui/widgets/text.h"

namespace ringside {
namespace {

constexpr std::array<const char*, 16> kNames = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                                "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};
// In the order people read them, not in the one that instructions encode.
constexpr std::array<Gpr, 16> kOrder = {Gpr::rax, Gpr::rbx, Gpr::rcx, Gpr::rdx, Gpr::rsi, Gpr::rdi,
                                        Gpr::rbp, Gpr::rsp, Gpr::r8,  Gpr::r9,  Gpr::r10, Gpr::r11,
                                        Gpr::r12, Gpr::r13, Gpr::r14, Gpr::r15};

struct Bit {
  std::uint64_t mask;
  const char* name;
};
constexpr Bit kFlags[] = {{rflags::cf, "CF"}, {rflags::pf, "PF"}, {rflags::af, "AF"}, {rflags::zf, "ZF"},
                          {rflags::sf, "SF"}, {rflags::of, "OF"}, {rflags::df, "DF"}, {rflags::if_, "IF"},
                          {rflags::tf, "TF"}, {rflags::rf, "RF"}, {rflags::nt, "NT"}, {rflags::ac, "AC"},
                          {rflags::vm, "VM"}};
constexpr Bit kCr0[] = {{cr0::pe, "PE"}, {cr0::mp, "MP"}, {cr0::em, "EM"}, {cr0::ts, "TS"}, {cr0::ne, "NE"},
                        {cr0::wp, "WP"}, {cr0::am, "AM"}, {cr0::nw, "NW"}, {cr0::cd, "CD"}, {cr0::pg, "PG"}};
constexpr Bit kCr4[] = {{cr4::tsd, "TSD"},
                        {cr4::de, "DE"},
                        {cr4::pse, "PSE"},
                        {cr4::pae, "PAE"},
                        {cr4::pge, "PGE"},
                        {cr4::osfxsr, "OSFXSR"},
                        {cr4::osxmmexcpt, "OSXMMEXCPT"},
                        {cr4::umip, "UMIP"},
                        {cr4::fsgsbase, "FSGSBASE"},
                        {cr4::smep, "SMEP"},
                        {cr4::smap, "SMAP"}};
constexpr Bit kEfer[] = {{efer::sce, "SCE"}, {efer::lme, "LME"}, {efer::lma, "LMA"}, {efer::nxe, "NXE"}};

struct Drawing {
  PanelState& state;
  const MachineView& view;
  Commands& commands;
  const Look& look = state.look;

  // A changed mark, a name, a value that is a link.
  void value(const char* name, std::uint64_t v, const std::string& shown, Link kind, bool asked = true) {
    const int age = state.changes.age(fmt::format("registers/{}", name), v);
    change_mark(look, age);
    ImGui::SameLine(0, look.px(2));
    text(look.fonts.mono, look.theme.muted, fmt::format("{:<5}", name));
    ImGui::SameLine(0, look.px(8));
    link(look, view, shown, kind, v, changed_colour(look.theme, age, look.theme.text), look.fonts.mono,
         commands, asked ? asked_of(name) : Asked{});
  }

  static Asked asked_of(const char* name) {
    std::string subject = name;
    std::ranges::transform(subject, subject.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return {subject, name};
  }

  // Bits by name: capitals = set. Wraps at the panel's edge.
  void bits(const char* name, std::uint64_t v, std::span<const Bit> names, const std::string& more = {}) {
    const int age = state.changes.age(fmt::format("registers/{}", name), v);
    change_mark(look, age);
    ImGui::SameLine(0, look.px(2));
    text(look.fonts.mono, look.theme.muted, fmt::format("{:<5}", name));
    ImGui::SameLine(0, look.px(8));
    // Nobody is asked about the flags: nearly every instruction writes them.
    link(look, view, v >> 32 ? grouped(v) : fmt::format("{:04x}'{:04x}", v >> 16, v & 0xFFFF), Link::none, 0,
         changed_colour(look.theme, age, look.theme.text), look.fonts.mono, commands,
         std::string_view(name) == "FLAGS" ? Asked{} : asked_of(name));
    const float indent = ImGui::GetItemRectMin().x,
                right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
    const auto word = [&](const std::string& shown, ImU32 ink) {
      const float width = text_size(look.fonts.mono, shown).x;
      if (ImGui::GetItemRectMax().x + look.px(8) + width < right)
        ImGui::SameLine(0, look.px(8));
      else
        ImGui::SetCursorScreenPos({indent, ImGui::GetCursorScreenPos().y});
      text(look.fonts.mono, ink, shown);
    };
    for (const Bit& bit : names) {
      const bool on = v & bit.mask;
      const int bit_age = state.changes.age(fmt::format("registers/{}/{}", name, bit.name), on);
      std::string shown = bit.name;
      if (!on)
        std::ranges::transform(shown, shown.begin(), [](char c) { return static_cast<char>(c | 0x20); });
      word(shown, changed_colour(look.theme, bit_age, on ? look.theme.text : look.theme.faint));
    }
    if (!more.empty()) word(more, look.theme.muted);
  }

  void general() {
    const float column = text_size(look.fonts.mono, "●").x +
                         text_size(look.fonts.mono, "RAX__0000'0000'0000'0000").x + look.px(28);
    const int columns = std::clamp(static_cast<int>(ImGui::GetContentRegionAvail().x / column), 1, 4);
    const int rows = (16 + columns - 1) / columns;
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const float line = ImGui::GetTextLineHeight() + look.px(1);
    for (int i = 0; i < 16; ++i) {
      ImGui::SetCursorScreenPos(
          {start.x + static_cast<float>(i / rows) * column, start.y + static_cast<float>(i % rows) * line});
      const Gpr gpr = kOrder[i];
      value(kNames[static_cast<unsigned>(gpr)], view.cpu[gpr], grouped(view.cpu[gpr]), Link::linear);
    }
    ImGui::SetCursorScreenPos({start.x, start.y + static_cast<float>(rows) * line + look.px(4)});
  }

  void segment(const char* name, const Segment& s) {
    const int age = state.changes.age(fmt::format("registers/{}", name),
                                      (s.base << 16) ^ (std::uint64_t{s.attributes} << 48) ^ s.selector);
    const ImU32 ink = changed_colour(look.theme, age, look.theme.text);
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    change_mark(look, age);
    ImGui::SameLine(0, look.px(2));
    text(look.fonts.mono, look.theme.muted, name);
    ImGui::TableNextColumn();
    const bool system = std::string_view(name) == "TR" || std::string_view(name) == "LDTR";
    link(look, view, fmt::format("{:04x}", s.selector), Link::selector, s.selector, ink, look.fonts.mono,
         commands, system ? asked_of(name) : Asked{});
    ImGui::TableNextColumn();
    number(look, grouped(s.base), ink);
    ImGui::TableNextColumn();
    number(look, fmt::format("{:08x}", s.limit), ink);
    ImGui::TableNextColumn();
    text(look.fonts.small, look.theme.muted, meaning(s));
  }

  static std::string meaning(const Segment& s) {
    if (!s.present()) return (s.selector & ~3u) == 0 ? "null" : "not present";
    if (!s.code_or_data())
      return s.type() == 2                     ? "LDT"
             : s.type() == 11 || s.type() == 9 ? "TSS"
                                               : fmt::format("system type {}", s.type());
    const bool code = s.type() & 8;
    return fmt::format("{}{}, DPL {}", code ? "code" : "data",
                       code && s.long_mode() ? " 64"
                       : s.default_big()     ? " 32"
                                             : " 16",
                       s.dpl());
  }

  void segments() {
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(6), look.px(1)});
    if (ImGui::BeginTable("segments", 5, ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings)) {
      const std::pair<const char*, const Segment*> all[] = {
          {"CS", &view.cpu.cs}, {"SS", &view.cpu.ss}, {"DS", &view.cpu.ds}, {"ES", &view.cpu.es},
          {"FS", &view.cpu.fs}, {"GS", &view.cpu.gs}, {"TR", &view.cpu.tr}, {"LDTR", &view.cpu.ldtr}};
      ImGui::TableNextRow();
      for (const char* heading : {"", "selector", "base", "limit", ""}) {
        ImGui::TableNextColumn();
        caption(look, heading);
      }
      for (const auto& [name, s] : all) segment(name, *s);
      ImGui::EndTable();
    }
    ImGui::PopStyleVar();
  }

  void table_register(const char* name, const DescriptorTable& t) {
    value(name, t.base, grouped(t.base), Link::linear);
    ImGui::SameLine(0, look.px(8));
    text(look.fonts.small, look.theme.muted, fmt::format("limit {:#x}", t.limit));
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  Drawing d{state, view, commands};
  const Look& look = state.look;
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {look.px(8), look.px(1)});
  ImGui::PushFont(look.fonts.mono);
  d.value("RIP", view.cpu.rip, grouped(view.cpu.rip), Link::linear, false);
  if (const std::string where = view.symbols ? view.symbols->name({view.cpu.rip}) : ""; !where.empty()) {
    ImGui::SameLine(0, look.px(8));
    text(look.fonts.mono, look.theme.muted, elide(look.fonts.mono, where, ImGui::GetContentRegionAvail().x));
  }
  ImGui::Dummy({0, look.px(2)});
  d.general();
  d.bits("FLAGS", view.cpu.rflags, kFlags, fmt::format("IOPL {}", view.cpu.rflags >> 12 & 3));
  ImGui::Dummy({0, look.px(2)});
  d.bits("CR0", view.cpu.cr0, kCr0);
  d.value("CR2", view.cpu.cr2, grouped(view.cpu.cr2), Link::linear);
  d.value("CR3", view.cpu.cr3, grouped(view.cpu.cr3), Link::physical);
  d.bits("CR4", view.cpu.cr4, kCr4);
  d.bits("EFER", view.cpu.efer, kEfer);
  d.table_register("GDTR", view.cpu.gdtr);
  d.table_register("IDTR", view.cpu.idtr);
  ImGui::Dummy({0, look.px(2)});
  d.segments();
  ImGui::PopFont();
  ImGui::PopStyleVar();
}

}  // namespace

const Panel registers_panel{
    .id = "registers",
    .title = "Registers",
    .help =
        "The processor's registers. A dot marks a value that the last step or run changed; it fades over "
        "three stops. Flags in "
        "capitals are set, in small letters clear. Zeros in front of a number are faint.\n\n"
        "A click on an address shows it; the right button offers memory, page walk, breakpoint and copy.",
    .draw = draw,
    .request = nullptr,
    .sideways = true,
};

}  // namespace ringside
