// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/panels/bench.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "gui/widgets/drawn_text.h"

namespace ringside {
namespace {

constexpr ImGuiWindowFlags kBare =
    ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoMove;

// Trailing blanks and empty lines say nothing about a panel.
std::string tidy(const std::string& text) {
  std::string out, line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out += line + '\n';
    line.clear();
  }
  return out;
}

}  // namespace

Bench::Bench(float width, float height, float scale) : view(plain_view()), context_(ImGui::CreateContext()) {
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = {width, height};
  io.DeltaTime = 1.0f / 60;
  io.MousePos = {-1, -1};
  state.look.fonts = load_fonts(*io.Fonts, FontSource::built_in, scale, 1);
  state.look.scale = scale;
  apply_style(state.look.theme, scale);
  unsigned char* pixels = nullptr;
  int texture_width = 0, texture_height = 0;
  io.Fonts->GetTexDataAsRGBA32(&pixels, &texture_width, &texture_height);
  io.Fonts->SetTexID(reinterpret_cast<ImTextureID>(1));
}

Bench::~Bench() { ImGui::DestroyContext(context_); }

Bench::Draw Bench::drawing(const Panel& panel) {
  return [this, &panel] {
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("bench", nullptr, kBare);
    state.changes.begin_frame(view.stop_number, view.state == RunState::running);
    panel.draw(state, view, commands);
    ImGui::End();
  };
}

void Bench::frame(const Draw& draw) {
  ImGui::NewFrame();
  draw();
  ImGui::Render();
}

std::string Bench::draw(const Panel& panel) {
  const Draw d = drawing(panel);
  frame(d);
  frame(d);
  return tidy(drawn_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state.look.fonts));
}

std::string Bench::draw(Shell& shell) {
  const Draw d = [&] { shell.draw(state, view, commands); };
  for (int i = 0; i < 3; ++i) frame(d);
  return tidy(drawn_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state.look.fonts));
}

std::string Bench::cut() const {
  return cut_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state.look.fonts);
}

bool Bench::click(const Draw& draw, std::string_view text, int button) {
  frame(draw);
  frame(draw);
  const auto at = find_drawn_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state.look.fonts, text);
  if (!at) return false;
  ImGuiIO& io = ImGui::GetIO();
  io.MousePos = *at;
  frame(draw);
  io.MouseDown[button] = true;
  frame(draw);
  io.MouseDown[button] = false;
  frame(draw);
  io.MousePos = {-1, -1};
  frame(draw);
  return true;
}

bool Bench::click(const Panel& panel, std::string_view text, int button) {
  return click(drawing(panel), text, button);
}
std::string Bench::hover(Shell& shell, std::string_view text) {
  draw(shell);
  const auto at = find_drawn_text(*ImGui::GetDrawData(), *ImGui::GetIO().Fonts, state.look.fonts, text);
  if (at) ImGui::GetIO().MousePos = *at;
  return draw(shell);
}
bool Bench::click(Shell& shell, std::string_view text, int button) {
  return click([&] { shell.draw(state, view, commands); }, text, button);
}

MachineView plain_view() {
  MachineView v;
  v.symbols = std::make_shared<const Symbols>(Symbols::none());
  v.image_name = "kernel.elf";
  v.stop_number = 1;
  v.instructions = 1234567;
  v.time = 2'000'000'000;
  CpuState& c = v.cpu;
  c.cr0 = cr0::pe | cr0::pg | cr0::wp | cr0::ne;
  c.cr3 = 0x127000;
  c.cr4 = cr4::pae;
  c.efer = efer::lme | efer::lma | efer::nxe;
  c.cs = {.selector = 0x08, .base = 0, .limit = 0xFFFFFFFF, .attributes = 0xA09B};
  c.ss = {.selector = 0x10, .base = 0, .limit = 0xFFFFFFFF, .attributes = 0xC093};
  c.rip = v.rip = 0xFFFFFFFF80101234;
  c[Gpr::rax] = 0x2A;
  c[Gpr::rsp] = 0xFFFFFFFF80125F30;
  c.rflags = 0x202;
  v.palette = palette(vga_text_after_bios());
  return v;
}

std::string golden_difference(std::string_view name, const std::string& text) {
  const std::string path = fmt::format("{}/{}.txt", GOLDEN_DIR, name);
  if (const char* update = std::getenv("RINGSIDE_UPDATE_GOLDEN"); update && *update == '1') {
    std::ofstream(path) << text;
    return {};
  }
  std::ifstream in(path);
  if (!in) return fmt::format("{} is missing. RINGSIDE_UPDATE_GOLDEN=1 writes it. Drawn:\n{}", path, text);
  const std::string expected((std::istreambuf_iterator<char>(in)), {});
  if (expected == text) return {};
  return fmt::format("differs from {}\n--- expected\n{}--- drawn\n{}", path, expected, text);
}

}  // namespace ringside
