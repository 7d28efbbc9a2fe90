// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/book/folder.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace ringside::labs {

using std::filesystem::path;

std::optional<std::string> lab_of(const path& folder) {
  std::ifstream in(folder / "lab.toml");
  std::string line;
  if (!std::getline(in, line) || !line.starts_with("lab = \"") || line.size() < 9) return std::nullopt;
  return line.substr(7, line.size() - 8);
}

path check_folder(const path& folder) { return folder / kHidden / "check"; }

std::optional<Verdict> last_verdict(const path& folder) {
  std::ifstream in(check_folder(folder) / "verdict.json", std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  const auto verdict = verdict_from_json(text.str());
  return verdict ? std::optional(*verdict) : std::nullopt;
}

std::size_t hints_given(const path& folder, unsigned step) {
  std::ifstream in(folder / kHidden / fmt::format("hints-{}", step));
  std::size_t count = 0;
  in >> count;
  return count;
}

void remember_hints_given(const path& folder, unsigned step, std::size_t count) {
  std::error_code error;
  std::filesystem::create_directories(folder / kHidden, error);
  std::ofstream(folder / kHidden / fmt::format("hints-{}", step)) << count << "\n";
}

}  // namespace ringside::labs
