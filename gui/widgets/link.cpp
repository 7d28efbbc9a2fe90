// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "gui/widgets/text.h"
#include "sim/cpu/delivery.h"

namespace ringside {
namespace {

std::string place(const MachineView& view, std::uint64_t address) {
  if (!view.symbols) return {};
  std::string words = view.symbols->name({address});
  if (const auto source = view.symbols->source({address}))
    words += fmt::format("{}{}:{}", words.empty() ? "" : "\n", source->file, source->line);
  return words;
}

// What the right mouse button offers for a number of this kind.
void menu(const Look& look, std::string_view shown, Link kind, std::uint64_t target, Commands& commands) {
  const auto item = [&](const char* words, UiCommand command) {
    if (ImGui::MenuItem(words)) commands.push_back(std::move(command));
  };
  text(look.fonts.small, look.theme.muted, shown);
  if (kind == Link::linear || kind == Link::source) {
    item("Show in memory", ShowMemory{target});
    item("Walk the page tables", ShowWalk{target});
    item("Show the code here", ShowCode{target});
    item("Run to here", DoRunTo{{target}});
    item("Breakpoint here", DoToggleBreakpoint{{target}});
  } else if (kind != Link::physical && kind != Link::port && kind != Link::msr) {
    item("Show", ShowLink{kind, target});
  }
  item("Copy", CopyText{kind == Link::linear || kind == Link::physical ? fmt::format("{:#x}", target)
                                                                       : std::string(shown)});
}

}  // namespace

std::string decode(const MachineView& view, Link kind, std::uint64_t target) {
  switch (kind) {
    case Link::none: return {};
    case Link::linear: {
      const std::string where = place(view, target);
      return "linear address " + hex64(target) + (where.empty() ? "" : "\n" + where) +
             (canonical(target) ? "" : "\nnot canonical: bits 63 to 47 differ");
    }
    case Link::source: return place(view, target);
    case Link::physical:
      return fmt::format("physical address {}\nframe {} + {:#x}", hex64(target), target >> 12,
                         target & 0xFFF);
    case Link::selector:
      return fmt::format("selector {:#06x}: entry {} of the {}, RPL {}", target, target >> 3,
                         target & 4 ? "LDT" : "GDT", target & 3);
    case Link::vector:
      return target < 32
                 ? fmt::format("vector {}: {} {}", target, mnemonic(static_cast<std::uint8_t>(target)),
                               exception_name(static_cast<std::uint8_t>(target)))
                 : fmt::format("vector {} ({:#04x}): an interrupt", target, target);
    case Link::port: return fmt::format("port {:#06x}", target);
    case Link::irq:
      return fmt::format("IRQ {}: line {} of the {}", target, target % 8, target < 8 ? "master" : "slave");
    case Link::delivery: return "how it was delivered, step by step";
    case Link::event: return fmt::format("event {}", target);
    case Link::msr: return fmt::format("model-specific register {:#010x}", target);
  }
  return {};
}

void link(const Look& look, const MachineView& view, std::string_view shown, Link kind, std::uint64_t target,
          ImU32 colour, ImFont* font, Commands& commands) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = text_size(font, shown);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto draw = [&] {
    if (font == look.fonts.mono)
      number_at(list, look, at, shown, colour);
    else
      text_at(list, font, at, colour, shown);
  };
  if (kind == Link::none || size.x <= 0) {
    draw();
    ImGui::Dummy(size);
    return;
  }
  ImGui::PushID(static_cast<int>(at.x));
  ImGui::PushID(static_cast<int>(at.y));
  if (ImGui::InvisibleButton("link", size)) commands.push_back(ShowLink{kind, target});
  if (ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    list->AddLine({at.x, at.y + size.y}, {at.x + size.x, at.y + size.y}, colour, look.px(1));
    if (const std::string words = decode(view, kind, target); !words.empty() && !ImGui::IsMouseDown(0))
      tooltip(look, words);
  }
  draw();
  if (ImGui::BeginPopupContextItem("menu")) {
    menu(look, shown, kind, target, commands);
    ImGui::EndPopup();
  }
  ImGui::PopID();
  ImGui::PopID();
}

}  // namespace ringside
