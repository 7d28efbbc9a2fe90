// SPDX-License-Identifier: GPL-2.0-or-later
// The fault anatomy: what the processor did between the instruction and the first line of the handler. Three
// columns: the instruction and its access, the steps with one of them lit, the stack as it grows.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gui/panels/panels.h"
#include "gui/widgets/controls.h"
#include "gui/widgets/text.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

struct StepRef {
  std::size_t attempt, step;
};

std::vector<StepRef> all_steps(const Delivery& delivery) {
  std::vector<StepRef> refs;
  for (std::size_t a = 0; a < delivery.attempts.size(); ++a)
    for (std::size_t s = 0; s < delivery.attempts[a].steps.size(); ++s) refs.push_back({a, s});
  return refs;
}

struct Drawing {
  PanelState& state;
  const MachineView& view;
  const DeliveryRecord& record;
  const DeliveryText* words;
  Commands& commands;
  const Look& look = state.look;
  const Delivery& delivery = record.delivery;
  std::vector<StepRef> steps = all_steps(delivery);
  int lit = state.anatomy.step >= 0 ? std::min(state.anatomy.step, static_cast<int>(steps.size()) - 1)
                                    : static_cast<int>(steps.size()) - 1;

  const Exception& first() const { return delivery.attempts.front().exception; }
  bool is_exception() const { return first().vector < 32; }
  ImU32 ink() const { return is_exception() ? look.theme.fault : look.theme.interrupt; }

  void gap(float pixels) { ImGui::Dummy({0, look.px(pixels)}); }
  void code(std::string_view shown, Link kind, std::uint64_t target) {
    link(look, view, shown, kind, target, look.theme.text, look.fonts.mono, commands);
  }

  // ---- left: the instruction and its access ----
  void cause() {
    const std::uint8_t vector = first().vector;
    text(look.fonts.large, ink(),
         fmt::format("{} {}", is_exception() ? shape(Meaning::fault) : shape(Meaning::interrupt),
                     is_exception() ? mnemonic(vector) : fmt::format("vector {}", vector)));
    paragraph(look, look.fonts.body, look.theme.text, exception_name(vector));
    paragraph(look, look.fonts.small, look.theme.muted, source_words(first().source));
    if (const Exception& ended = delivery.attempts.back().exception; delivery.attempts.size() > 1)
      paragraph(look, look.fonts.small, look.theme.fault,
                fmt::format("{} ends as {} {}", shape(Meaning::fault), mnemonic(ended.vector),
                            exception_name(ended.vector)));
    gap(6);
    caption(look, first().source == Source::external ? "interrupted before" : "at the instruction");
    if (words && !words->instruction.empty())
      paragraph(look, look.fonts.mono, look.theme.text, words->instruction);
    code(hex64(record.rip), Link::source, record.rip);
    if (words && !words->place.empty()) paragraph(look, look.fonts.mono, look.theme.muted, words->place);
    if (words && !words->source.empty()) paragraph(look, look.fonts.small, look.theme.muted, words->source);
    if (first().cr2) {
      gap(6);
      caption(look, "the access, kept in CR2");
      code(hex64(*first().cr2), Link::linear, *first().cr2);
    }
    if (pushes_error_code(vector) && (first().source == Source::fault || first().source == Source::abort)) {
      gap(6);
      caption(look, "error code");
      code(fmt::format("{:#x}", first().error_code), Link::none, 0);
      paragraph(look, look.fonts.small, look.theme.text, error_code_words(vector, first().error_code));
    }
    gap(6);
    caption(look, "the processor goes");
    const unsigned from = delivery.before.cpl, to = delivery.after.cpl;
    if (delivery.triple_fault())
      text(look.fonts.body, look.theme.fault, "\u25B2 nowhere: it shuts down");
    else {
      text(look.fonts.body, look.theme.text,
           from == to ? fmt::format("on in ring {}", to) : fmt::format("from ring {} to ring {}", from, to));
      code(hex64(delivery.after.rip), Link::source, delivery.after.rip);
      if (view.symbols)
        paragraph(look, look.fonts.mono, look.theme.muted, view.symbols->name({delivery.after.rip}));
    }
  }

  // ---- middle: the steps ----
  void step_row(int index) {
    const MicroStep& step = delivery.attempts[steps[index].attempt].steps[steps[index].step];
    const bool is_lit = index == lit, reached = index <= lit;
    const ImU32 quiet = mix(look.theme.panel, look.theme.muted, 0.7f);
    const ImU32 main = !step.ok  ? look.theme.fault
                       : is_lit  ? look.theme.now
                       : reached ? look.theme.text
                                 : quiet;
    const Attempt& attempt = delivery.attempts[steps[index].attempt];
    const StepWords said = step_words(step, attempt, delivery.before, *view.symbols);
    // The lit step and the one that failed say all; the others are a heading.
    const std::string& more = is_lit || !step.ok ? said.sentence : said.detail;
    const float width = ImGui::GetContentRegionAvail().x, line = look.fonts.small->FontSize;
    const float indent =
        look.px(34) + look.px(10) * static_cast<float>(std::min<std::size_t>(steps[index].attempt, 3));
    const float wrap = std::max(width - indent, look.px(60));
    const float more_height =
        more.empty() || (!is_lit && step.ok)
            ? 0
            : look.fonts.small->CalcTextSizeA(line, FLT_MAX, wrap, more.c_str()).y + look.px(1);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = line + look.px(4) + more_height;
    ImGui::PushID(index);
    if (ImGui::InvisibleButton("step", {width, height})) state.anatomy.step = index;
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (is_lit)
      list->AddRectFilled(at, {at.x + width, at.y + height}, mix(look.theme.panel, look.theme.now, 0.14f),
                          look.px(3));
    else if (hovered)
      list->AddRectFilled(at, {at.x + width, at.y + height}, look.theme.raised, look.px(3));
    const float y = at.y + look.px(1);
    const char* mark = !step.ok ? shape(Meaning::fault) : is_lit ? shape(Meaning::now) : "";
    text_at(list, look.fonts.small, {at.x + look.px(2), y}, main, mark);
    const std::string number_text = std::to_string(index + 1);
    text_at(list, look.fonts.mono,
            {at.x + indent - look.px(6) - text_size(look.fonts.mono, number_text).x, y},
            reached ? look.theme.muted : quiet, number_text);
    text_at(list, look.fonts.small, {at.x + indent, y}, main, elide(look.fonts.small, said.what, wrap));
    if (more_height > 0)
      list->AddText(look.fonts.small, line, {at.x + indent, y + line + look.px(1)},
                    step.ok ? look.theme.muted : look.theme.fault, more.c_str(), nullptr, wrap);
    if (is_lit && scrolled_) ImGui::SetScrollHereY(0.5f);
  }

  void attempt_heading(std::size_t a) {
    const Attempt& attempt = delivery.attempts[a];
    const std::string title = attempt.exception.vector < 32
                                  ? fmt::format("{} {}", mnemonic(attempt.exception.vector),
                                                exception_name(attempt.exception.vector))
                                  : fmt::format("vector {}", attempt.exception.vector);
    if (a > 0) gap(4);
    ImGui::Dummy({look.px(10) * static_cast<float>(std::min<std::size_t>(a, 3)), 0});
    ImGui::SameLine(0, 0);
    text(look.fonts.small, look.theme.text,
         elide(look.fonts.small, a == 0 ? "Delivering " + title : "inside it: " + title,
               ImGui::GetContentRegionAvail().x));
  }

  // The wheel goes through the steps where they have a column; in one column with all else it scrolls.
  void scrub(bool wheel) {
    const int last = static_cast<int>(steps.size()) - 1;
    if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) return;
    int move = 0;
    if (wheel && ImGui::GetIO().MouseWheel != 0) move = ImGui::GetIO().MouseWheel > 0 ? -1 : 1;
    if (!state.screen.focused && !ImGui::GetIO().WantTextInput) {
      if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_UpArrow))) move = -1;
      if (ImGui::IsKeyPressed(ImGui::GetKeyIndex(ImGuiKey_DownArrow))) move = 1;
    }
    if (move == 0) return;
    lit = std::clamp(lit + move, 0, last);
    state.anatomy.step = lit;
    scrolled_ = true;
  }

  void steps_list() {
    std::size_t attempt = ~std::size_t{0};
    for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
      if (steps[i].attempt != attempt) {
        attempt = steps[i].attempt;
        attempt_heading(attempt);
      }
      step_row(i);
      const Attempt& a = delivery.attempts[attempt];
      if (steps[i].step + 1 == a.steps.size() && a.end != AttemptEnd::delivered) {
        const bool end = a.end == AttemptEnd::triple_fault;
        text(look.fonts.small, end ? look.theme.fault : look.theme.muted,
             fmt::format("     {} {}", end ? shape(Meaning::fault) : "\u2192", end_words(a.end)));
      }
    }
    if (delivery.attempts.size() > 1) combinations();
  }

  // Table 6-5 of the manual: what a second exception inside the delivery of a first leads to. The cells that
  // decided are lit.
  void combinations() {
    static constexpr std::array<const char*, 3> kClasses = {"benign", "contributory", "page fault"};
    static constexpr std::array<std::uint8_t, 3> kExamples = {3, 13, 14};
    const auto class_of = [](std::uint8_t v) { return v == 14 ? 2 : v == 0 || (v >= 10 && v <= 13) ? 1 : 0; };
    gap(6);
    caption(look, "first \u2193  second \u2192   (SDM 3A, table 6-5)");
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, {look.px(5), look.px(2)});
    if (ImGui::BeginTable("combinations", 4,
                          ImGuiTableFlags_SizingFixedFit | ImGuiTableFlags_NoSavedSettings)) {
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      for (const char* c : kClasses) {
        ImGui::TableNextColumn();
        caption(look, c);
      }
      for (int f = 0; f < 3; ++f) {
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        caption(look, kClasses[f]);
        for (int s = 0; s < 3; ++s) {
          ImGui::TableNextColumn();
          bool decided = false;
          for (std::size_t a = 0; a + 1 < delivery.attempts.size(); ++a) {
            const Attempt& attempt = delivery.attempts[a];
            const MicroStep& last = attempt.steps.back();
            if (attempt.exception.vector != 8 && last.kind == MicroStepKind::nested_fault)
              decided |= class_of(attempt.exception.vector) == f && class_of(last.vector) == s;
          }
          const bool twice = combine(kExamples[f], kExamples[s]) == Combination::double_fault;
          if (decided)
            ImGui::TableSetBgColor(ImGuiTableBgTarget_CellBg, mix(look.theme.panel, look.theme.fault, 0.25f));
          text(look.fonts.small, decided ? look.theme.fault : look.theme.muted,
               fmt::format("{}{}", decided ? "\u25B2 " : "", twice ? "#DF" : "second"));
        }
      }
      ImGui::EndTable();
    }
    ImGui::PopStyleVar();
  }

  // ---- right: the stack ----
  struct Word {
    const MicroStep* step;
    int index;
  };
  void stack() {
    std::vector<Word> pushed;
    for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
      const MicroStep& s = delivery.attempts[steps[i].attempt].steps[steps[i].step];
      if (s.kind == MicroStepKind::push) pushed.push_back({&s, i});
    }
    caption(look, "the stack, before \u2193 after");
    const float width = ImGui::GetContentRegionAvail().x, height = look.px(36);
    ImDrawList* list = ImGui::GetWindowDrawList();
    const auto cell = [&](std::string_view title, std::string_view value, std::string_view place, ImU32 ink,
                          bool filled, bool arrow) {
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const ImVec2 end{at.x + width, at.y + height - look.px(2)};
      if (filled) list->AddRectFilled(at, end, mix(look.theme.panel, ink, 0.13f), look.px(3));
      list->AddRect(at, end, filled ? ink : look.theme.line, look.px(3), 0, look.px(1));
      list->PushClipRect(at, end, true);
      text_at(list, look.fonts.small, {at.x + look.px(8), at.y + look.px(3)}, filled ? ink : look.theme.muted,
              title);
      if (arrow) {
        const std::string rsp = "RSP \u2190";
        text_at(list, look.fonts.small,
                {end.x - look.px(6) - text_size(look.fonts.small, rsp).x, at.y + look.px(3)}, look.theme.now,
                rsp);
      } else if (!place.empty()) {
        text_at(list, look.fonts.mono,
                {end.x - look.px(6) - text_size(look.fonts.mono, place).x, at.y + look.px(3)},
                look.theme.faint, place);
      }
      if (!value.empty())
        number_at(list, look, {at.x + look.px(8), at.y + look.px(18)}, value,
                  filled ? look.theme.text : look.theme.faint);
      list->PopClipRect();
      ImGui::Dummy({width, height});
    };
    const bool nothing = pushed.empty() || pushed.front().index > lit;
    cell("before: RSP", hex64(delivery.before[Gpr::rsp]), "", look.theme.muted, false, nothing);
    const MicroStep* newest = nullptr;
    for (const Word& w : pushed)
      if (w.index <= lit && w.step->ok) newest = w.step;
    for (const Word& w : pushed) {
      const bool there = w.index <= lit && w.step->ok, failed = w.index <= lit && !w.step->ok;
      const std::string place = fmt::format("\u2026{:04x}", w.step->address.value & 0xFFFF);
      if (failed)
        cell(fmt::format("{} {}: the push fails", shape(Meaning::fault),
                         pushed_words(w.step->what, delivery.before.efer & efer::lma)),
             hex64(w.step->value), place, look.theme.fault, true, false);
      else
        cell(pushed_words(w.step->what, delivery.before.efer & efer::lma), there ? hex64(w.step->value) : "",
             place, look.theme.write, there, w.step == newest);
    }
    if (pushed.empty()) paragraph(look, look.fonts.small, look.theme.muted, "Nothing was pushed.");
  }

  void column(const char* id, float width, void (Drawing::*content)()) {
    const ImGuiWindowFlags flags =
        ImGuiWindowFlags_NoNav | (content == &Drawing::steps_list ? ImGuiWindowFlags_NoScrollWithMouse : 0);
    if (ImGui::BeginChild(id, {width, 0}, false, flags)) (this->*content)();
    ImGui::EndChild();
  }

  bool scrolled_ = false;
};

void navigation(PanelState& state, const MachineView& view, std::size_t index, Commands& commands) {
  const Look& look = state.look;
  const float height = look.px(22);
  const auto& all = view.deliveries;
  if (button(look, {.id = "earlier", .icon = "\u2190", .tooltip = "The delivery before"}, height,
             ButtonKind::quiet, index > 0))
    commands.push_back(ShowDelivery{all[index - 1]->number});
  ImGui::SameLine(0, 0);
  if (button(look, {.id = "later", .icon = "\u2192", .tooltip = "The next delivery"}, height,
             ButtonKind::quiet, index + 1 < all.size()))
    commands.push_back(ShowDelivery{all[index + 1]->number});
  ImGui::SameLine(0, look.px(4));
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() +
                       static_cast<float>(static_cast<int>((height - look.fonts.small->FontSize) / 2)));
  text(look.fonts.small, look.theme.muted,
       elide(look.fonts.small,
             fmt::format("{} of {}, after {} instructions", index + 1, all.size(),
                         with_commas(all[index]->instructions)),
             ImGui::GetContentRegionAvail().x));
}

void draw(PanelState& state, const MachineView& view, Commands& commands) {
  const Look& look = state.look;
  const auto& all = view.deliveries;
  if (all.empty()) {
    nothing_yet(look,
                "No exception or interrupt has been delivered yet. Cause a fault from the toolbar, or run "
                "the machine.");
    return;
  }
  auto shown = std::ranges::find_if(all, [&](const auto& r) { return r->number == state.anatomy.number; });
  if (state.anatomy.follow || shown == all.end()) {
    // The newest exception; an interrupt only where there has been none.
    shown = all.end() - 1;
    for (auto i = all.begin(); i != all.end(); ++i)
      if ((*i)->delivery.attempts.front().exception.vector < 32) shown = i;
  }
  const auto index = static_cast<std::size_t>(shown - all.begin());
  navigation(state, view, index, commands);
  Drawing d{state, view, **shown, index < view.delivery_texts.size() ? &view.delivery_texts[index] : nullptr,
            commands};
  if (d.steps.empty()) return;
  const float room = ImGui::GetContentRegionAvail().x, gap = look.px(16);
  const bool columns = room >= look.px(500);
  if (columns && state.anatomy.scrolled_for != (*shown)->number) d.scrolled_ = true;
  state.anatomy.scrolled_for = (*shown)->number;
  d.scrub(columns);
  ImGui::Dummy({0, look.px(2)});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {look.px(8), look.px(1)});
  if (columns) {
    const float left = room * 0.29f, right = room * 0.33f, middle = room - left - right - 2 * gap;
    d.column("cause", left, &Drawing::cause);
    ImGui::SameLine(0, gap);
    d.column("steps", middle, &Drawing::steps_list);
    ImGui::SameLine(0, gap);
    d.column("stack", right, &Drawing::stack);
  } else {
    if (ImGui::BeginChild("all", {0, 0}, false, ImGuiWindowFlags_NoNav)) {
      d.cause();
      d.gap(8);
      d.steps_list();
      d.gap(8);
      d.stack();
    }
    ImGui::EndChild();
  }
  ImGui::PopStyleVar();
}

}  // namespace

const Panel anatomy_panel{
    .id = "anatomy",
    .title = "Fault anatomy",
    .help =
        "What the processor did between an instruction that failed, or was interrupted, and the first "
        "instruction of the handler. "
        "Left: the instruction and its access. Middle: every step, one of them lit; turn the wheel or use "
        "the up and down keys to "
        "go through them. Right: the words pushed on the stack up to the lit step.\n\n"
        "When a step itself fails, a second exception is delivered inside the first: it opens below it. "
        "Which pairs make a double "
        "fault stands in the small table; the cell that decided is lit.",
    .draw = draw,
    .request = nullptr,
};

}  // namespace ringside
