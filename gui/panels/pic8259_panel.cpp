// SPDX-License-Identifier: GPL-2.0-or-later
// The two interrupt controllers as chips: eight lines each, and for every line the three registers that
// decide.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct Drawing {
  PanelState& state;
  const MachineView& view;
  Commands& commands;
  const Look& look = state.look;

  // Set: the meaning's shape in its colour; clear: a faint dot. The position says which register it is.
  void lamp(const char* name, unsigned irq, bool on, const char* glyph, ImU32 ink) {
    ImGui::TableNextColumn();
    const int age = state.changes.age(fmt::format("pic/{}/{}", name, irq), on);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float size = look.fonts.small->FontSize;
    if (age == 0)
      ImGui::GetWindowDrawList()->AddRect({at.x - look.px(3), at.y}, {at.x + size, at.y + size + look.px(2)},
                                          look.theme.changed, look.px(2));
    if (on)
      text(look.fonts.small, ink, glyph);
    else {
      ImGui::GetWindowDrawList()->AddCircleFilled({at.x + size * 0.4f, at.y + size * 0.5f}, look.px(1.5f),
                                                  look.theme.faint);
      ImGui::Dummy({size, size});
    }
  }

  void line(const Pic8259& chip, unsigned irq) {
    const unsigned bit_of = irq % 8;
    const auto on = [&](std::uint8_t reg) { return (reg >> bit_of & 1) != 0; };
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    text(look.fonts.mono, look.theme.text, fmt::format("{:2}", irq));
    ImGui::TableNextColumn();
    text(look.fonts.small, look.theme.muted, irq_device(irq));
    lamp("irr", irq, on(chip.irr), shape(Meaning::interrupt), look.theme.interrupt);
    lamp("imr", irq, on(chip.imr), "\u2715", look.theme.muted);
    lamp("isr", irq, on(chip.isr), shape(Meaning::now), look.theme.now);
    ImGui::TableNextColumn();
    const std::uint8_t vector = vector_of(chip, bit_of);
    link(look, view, fmt::format("{}", vector), Link::vector, vector, look.theme.text, look.fonts.mono,
         commands);
    ImGui::TableNextColumn();
    const PicReason reason = standing(view.pic, irq);
    const std::string why = reason.standing == PicStanding::kNoRequest ? "" : standing_words(reason);
    text(look.fonts.small, reason.standing == PicStanding::kNext ? look.theme.interrupt : look.theme.muted,
         elide(look.fonts.small, why, ImGui::GetContentRegionAvail().x));
    if (ImGui::IsItemHovered()) tooltip(look, why);
  }

  void chip(const char* title, const Pic8259& chip, unsigned first, float width) {
    ImGui::BeginGroup();
    const ImVec2 from = ImGui::GetCursorScreenPos();
    ImGui::Dummy({width, look.px(4)});
    ImGui::Indent(look.px(8));
    text(look.fonts.strong, look.theme.text, title);
    for (const unsigned port : {first ? 0xA0u : 0x20u, first ? 0xA1u : 0x21u}) {
      ImGui::SameLine(0, look.px(8));
      link(look, view, fmt::format("{:#04x}", port), Link::port, port, look.theme.muted, look.fonts.mono,
           commands);
    }
    ImGui::SameLine(0, look.px(8));
    const bool out = int_output(chip);
    text(look.fonts.small, out ? look.theme.interrupt : look.theme.muted,
         out ? "\u26A1 INT high" : "INT low");
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(4), look.px(1)});
    if (ImGui::BeginTable(title, 7, ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings,
                          {width - look.px(16), 0})) {
      for (int column = 0; column < 7; ++column)
        ImGui::TableSetupColumn(
            "", column == 6 ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed);
      ImGui::TableNextRow();
      for (const char* heading : {"IRQ", "", "IRR", "IMR", "ISR", "vec", ""}) {
        ImGui::TableNextColumn();
        caption(look, heading);
      }
      for (unsigned i = 0; i < 8; ++i) line(chip, first + i);
      ImGui::EndTable();
    }
    ImGui::PopStyleVar();
    const char* trigger = chip.elcr ? "some lines level triggered" : "edge triggered";
    caption(look, fmt::format("base {:#04x} \u00b7 {}{}{}", chip.icw2 & 0xF8, trigger,
                              chip.icw4 & 2 ? " \u00b7 automatic EOI" : "",
                              chip.init == PicInit::kReady ? "" : " \u00b7 initialisation under way"));
    ImGui::Unindent(look.px(8));
    ImGui::Dummy({width, look.px(4)});
    ImGui::EndGroup();
    ImGui::GetWindowDrawList()->AddRect(from, {from.x + width, ImGui::GetItemRectMax().y}, look.theme.line,
                                        look.px(4), 0, look.px(1));
  }
};

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  Drawing d{state, view, commands};
  const auto next = peek_acknowledge(view.pic);
  if (next)
    badge(look, look.theme.interrupt, shape(Meaning::interrupt),
          fmt::format("INTR: IRQ {} would give vector {}", next->irq, next->vector));
  else
    badge(look, look.theme.muted, "", "INTR low: nothing to take");
  const auto one_more = [&](ImU32 ink, std::string_view mark, std::string_view words) {
    beside_if_room(look, badge_width(look, mark, words));
    badge(look, ink, mark, words);
  };
  const unsigned owed = eoi_owed(view.pic.master) | eoi_owed(view.pic.slave) << 8;
  for (unsigned irq = 0; irq < 16; ++irq)
    if (owed >> irq & 1 && irq != kPicCascadeLine)
      one_more(look.theme.now, shape(Meaning::now), fmt::format("EOI owed: IRQ {}", irq));
  if (!(view.cpu.rflags & rflags::if_)) one_more(look.theme.muted, "", "IF 0: the processor does not listen");
  ImGui::Dummy({0, look.px(4)});
  const float room = ImGui::GetContentRegionAvail().x, gap = look.px(24), beside = (room - gap) / 2;
  const bool two = beside >= look.px(264);
  const float width = two ? beside : room;
  const ImVec2 master = ImGui::GetCursorScreenPos();
  d.chip("Master", view.pic.master, 0, width);
  if (two) {
    ImGui::SameLine(0, gap);
    // The one wire between them: the slave's INT is the master's line 2.
    const float y = master.y + look.px(4) + look.fonts.strong->FontSize / 2;
    const ImU32 ink = int_output(view.pic.slave) ? look.theme.interrupt : look.theme.line;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddLine({master.x + width, y}, {master.x + width + gap, y}, ink, look.px(2));
    list->AddTriangleFilled({master.x + width, y}, {master.x + width + look.px(7), y - look.px(4)},
                            {master.x + width + look.px(7), y + look.px(4)}, ink);
  }
  d.chip("Slave", view.pic.slave, 8, width);
}

}  // namespace

const Panel pic_panel{
    .id = "pic",
    .title = "PIC",
    .help =
        "The two interrupt controllers 8259A. A device raises its line: its request is kept in IRR (bolt). A "
        "cross in IMR keeps it "
        "out. When the processor acknowledges, the request moves to ISR (arrow): its handler is under way, "
        "and nothing of the same "
        "or a lower rank gets through until the handler writes the end of interrupt, EOI.\n\n"
        "The slave's output is the master's line 2, so an interrupt of the slave is owed two EOIs. The last "
        "column says why a line "
        "waits.",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
