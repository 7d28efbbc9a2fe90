// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace ringside {
namespace {

// Every setting once: the same list writes and reads.
template <class S, class Visitor>
void visit_settings(S& s, Visitor&& visit) {
  visit("width", s.width, 640, 16384);
  visit("height", s.height, 400, 16384);
  visit("scale", s.scale, kMinScale, kMaxScale);
  visit("dark", s.dark, 0, 1);
  visit("stop_at_faults", s.stop_at_faults, 0, 1);
  visit("lab_large", s.lab_large, 0, 1);
  visit("workspace", s.workspace, 1, kWorkspaces);
  visit("split_left", s.splits.left, 0.0f, 0.9f);
  visit("split_screen", s.splits.screen, 0.0f, 0.9f);
  visit("split_happened", s.splits.happened, 0.1f, 0.9f);
  visit("split_code_width", s.splits.code_width, 0.1f, 0.9f);
  visit("split_registers", s.splits.registers, 0.1f, 0.9f);
  visit("split_lab", s.splits.lab, 0.0f, 0.9f);
  visit("split_code_height", s.splits.code_height, 0.1f, 0.9f);
  visit("tab1", s.tab[0], 0, 0);
  visit("tab2", s.tab[1], 0, 0);
  visit("tab3", s.tab[2], 0, 0);
  visit("tab4", s.tab[3], 0, 0);
  visit("tab5", s.tab[4], 0, 0);
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

template <class T>
void parse(std::string_view value, T& into, T low, T high) {
  T parsed{};
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc{} || end != value.data() + value.size()) return;
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(parsed)) return;
  into = std::clamp(parsed, low, high);
}

void take(std::string_view value, int& into, int low, int high) { parse(value, into, low, high); }
void take(std::string_view value, float& into, float low, float high) { parse(value, into, low, high); }
void take(std::string_view value, bool& into, int, int) {
  if (value == "1" || value == "0") into = value == "1";
}
void take(std::string_view value, std::string& into, int, int) {
  const bool plain = value.size() < 32 &&
                     std::ranges::all_of(value, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  if (plain) into = value;
}

}  // namespace

std::string to_text(const Settings& settings) {
  std::string out;
  visit_settings(settings, [&](const char* name, const auto& value, auto, auto) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, bool>)
      out += fmt::format("{} = {}\n", name, value ? 1 : 0);
    else
      out += fmt::format("{} = {}\n", name, value);
  });
  return out;
}

Settings settings_from_text(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
    visit_settings(settings, [&](const char* known, auto& into, auto low, auto high) {
      if (name == known) take(value, into, low, high);
    });
  }
  return settings;
}

std::filesystem::path settings_path() {
  // An empty or relative XDG_CONFIG_HOME counts as not set (XDG base directory specification).
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config == '/')
    return std::filesystem::path(config) / "ringside" / "layout.ini";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::filesystem::path(home) / ".config" / "ringside" / "layout.ini";
  return {};
}

Settings load_settings(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (path.empty() || !in) return {};
  std::string text(65536, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return settings_from_text(text);
}

void save_settings(const std::filesystem::path& path, const Settings& settings) {
  if (path.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  // Written beside it and moved over it, so that a crash leaves the old file.
  const std::filesystem::path fresh = path.string() + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    if (!(out << to_text(settings))) return;
  }
  std::filesystem::rename(fresh, path, ignored);
}

}  // namespace ringside
