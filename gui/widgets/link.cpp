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

// What lies where a number of this kind leads.
Asked asked_of(const MachineView& view, Link kind, std::uint64_t target) {
  const bool long_mode = view.cpu.efer & efer::lma, real = !(view.cpu.cr0 & cr0::pe);
  const unsigned word = mode(view.cpu) == CpuMode::long_64 ? 8 : 4;
  const auto bytes = [](std::uint64_t at, unsigned length, std::string name) {
    return Asked{fmt::format("{:#x} {}", at, length), std::move(name)};
  };
  switch (kind) {
    case Link::linear: return bytes(target, word, "what lies there");
    case Link::physical: return {fmt::format("phys {:#x} {}", target, word), "what lies there"};
    case Link::port: return {fmt::format("port {:#x}", target), fmt::format("port {:#x}", target)};
    case Link::vector: {
      const unsigned gate = real ? 4 : long_mode ? 16 : 8;
      return bytes(view.cpu.idtr.base + target * gate, gate, fmt::format("gate {}", target));
    }
    case Link::selector:
      if (real || (target & ~std::uint64_t{3}) == 0) return {};
      return bytes((target & 4 ? view.cpu.ldtr.base : view.cpu.gdtr.base) + (target & ~std::uint64_t{7}), 8,
                   fmt::format("descriptor {:#x}", target & ~std::uint64_t{7}));
    default: return {};
  }
}

// What the right mouse button offers for a number of this kind.
void menu(const Look& look, const MachineView& view, std::string_view shown, Link kind, std::uint64_t target,
          const Asked& where, Commands& commands) {
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
  } else if (kind != Link::none && kind != Link::physical && kind != Link::port && kind != Link::msr) {
    item("Show", ShowLink{kind, target});
  }
  item("Copy", CopyText{kind == Link::linear || kind == Link::physical ? fmt::format("{:#x}", target)
                                                                       : std::string(shown)});
  const Asked there = asked_of(view, kind, target);
  ask_items(where, commands);
  if (there.subject != where.subject) ask_items(there, commands);
}

}  // namespace

Asked asked_of(const RowSource& source) {
  const std::string bytes = source.length == 1 ? "the byte" : fmt::format("the {} bytes", source.length);
  switch (source.kind) {
    case RowSource::Kind::none: return {};
    case RowSource::Kind::linear:
      return {fmt::format("{:#x} {}", source.at, source.length),
              fmt::format("{} at {:#x}", bytes, source.at)};
    case RowSource::Kind::physical:
      return {fmt::format("phys {:#x} {}", source.at, source.length),
              fmt::format("{} at the physical address {:#x}", bytes, source.at)};
    case RowSource::Kind::port:
      return {fmt::format("port {:#x}", source.at), fmt::format("port {:#x}", source.at)};
  }
  return {};
}

void ask_items(const Asked& about, Commands& commands) {
  if (about.subject.empty()) return;
  ImGui::Separator();
  ImGui::PushID(about.subject.c_str());
  const auto item = [&](const std::string& words, UiCommand command) {
    if (ImGui::MenuItem(words.c_str())) commands.push_back(std::move(command));
  };
  item(fmt::format("Who wrote {}?", about.name), DoAsk{about.subject, false});
  item("Who reads it next?", DoAsk{about.subject, true});
  const bool memory = about.subject.starts_with("0x") || about.subject.starts_with("phys") ||
                      about.subject.starts_with("cell") || about.subject.starts_with("pte");
  if (memory) item("Watch it: stop when it is written", DoSay{"watch store " + about.subject});
  ImGui::PopID();
}

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
    case Link::thread: return fmt::format("thread {}: its calls and its stack", target);
    case Link::moment: return fmt::format("machine time {} ns: go there", with_commas(target));
  }
  return {};
}

void link(const Look& look, const MachineView& view, std::string_view shown, Link kind, std::uint64_t target,
          ImU32 colour, ImFont* font, Commands& commands, const Asked& where) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = text_size(font, shown);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const auto draw = [&] {
    if (font == look.fonts.mono)
      number_at(list, look, at, shown, colour);
    else
      text_at(list, font, at, colour, shown);
  };
  const bool leads = kind != Link::none;
  if ((!leads && where.subject.empty()) || size.x <= 0) {
    draw();
    ImGui::Dummy(size);
    return;
  }
  ImGui::PushID(static_cast<int>(at.x));
  ImGui::PushID(static_cast<int>(at.y));
  if (ImGui::InvisibleButton("link", size) && leads) commands.push_back(ShowLink{kind, target});
  if (leads && ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    list->AddLine({at.x, at.y + size.y}, {at.x + size.x, at.y + size.y}, colour, look.px(1));
    if (const std::string words = decode(view, kind, target); !words.empty() && !ImGui::IsMouseDown(0))
      tooltip(look, words);
  }
  draw();
  if (ImGui::BeginPopupContextItem("menu")) {
    menu(look, view, shown, kind, target, where, commands);
    ImGui::EndPopup();
  }
  ImGui::PopID();
  ImGui::PopID();
}

}  // namespace ringside
