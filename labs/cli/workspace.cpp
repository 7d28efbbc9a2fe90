// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/cli/workspace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <sstream>

namespace ringside::labs {
namespace {

using std::filesystem::copy_options;
using std::filesystem::path;

Result<std::string> read_text(const path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(fmt::format("{} cannot be read.", file.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Result<void> write_text(const path& file, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(fmt::format("{} cannot be written.", file.string()));
  return {};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

Result<void> make_workspace(const Installation& here, const Lab& lab, const path& folder, const path& from) {
  std::error_code error;
  if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error))
    return fail(
        fmt::format("{} is there already, and nothing of it was touched. Give another folder: ringside lab "
                    "start {} FOLDER.",
                    folder.string(), lab.number()));
  const path hidden = folder / kHidden / "modules";
  std::filesystem::create_directories(hidden, error);
  const auto copy = [&](const path& what, const path& to) {
    if (!error)
      std::filesystem::copy(what, to, copy_options::recursive | copy_options::overwrite_existing, error);
  };
  copy(from, folder);
  copy(lab.readme(), folder / "README.md");
  if (std::filesystem::is_directory(lab.given())) copy(lab.given(), folder / "given");
  copy(here.sources / "kernel", folder / "kernel");
  copy(here.built / lab.name / "libkernel.a", hidden / "libkernel.a");
  copy(here.modules / "compile.rsp", hidden / "compile.rsp");
  copy(here.modules / "link.rsp", hidden / "link.rsp");
  if (error)
    return fail(fmt::format("The folder {} cannot be filled: {}.", folder.string(), error.message()));

  if (auto done = write_text(folder / "lab.toml", fmt::format("lab = \"{}\"\n", lab.name)); !done)
    return done;
  std::vector<std::string> sources;
  for (const std::string& file : lab.files)
    if (!file.ends_with(".h") && file != lab.linker_script) sources.push_back(file);
  const path templates = here.labs() / "workspace";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(templates, error)) {
    if (!entry.is_regular_file()) continue;
    auto text = read_text(entry.path());
    if (!text) return std::unexpected(text.error());
    std::string filled = replaced(std::move(*text), "@LAB@", lab.name);
    filled = replaced(std::move(filled), "@NUMBER@", lab.number());
    filled = replaced(std::move(filled), "@SOURCES@", fmt::format("{}", fmt::join(sources, " ")));
    filled = replaced(std::move(filled), "@LINKER_SCRIPT@",
                      lab.linker_script.empty() ? "kernel/kernel.ld" : lab.linker_script);
    filled = replaced(std::move(filled), "@RINGSIDE@", (here.sources / "ringside").string());
    if (auto done = write_text(folder / std::filesystem::relative(entry.path(), templates), filled); !done)
      return done;
  }
  return {};
}

Result<path> find_workspace(const Lab& lab, const std::string& named) {
  std::error_code error;
  if (!named.empty()) {
    if (!std::filesystem::is_directory(named, error))
      return fail(fmt::format("There is no folder {}.", named));
    if (const auto is = lab_of(named); is && *is != lab.name)
      return fail(fmt::format("{} is for lab {}, and not for {}.", named, *is, lab.name));
    return path(named);
  }
  if (lab_of(".") == lab.name) return path(".");
  if (std::filesystem::is_directory(lab.name, error)) return path(lab.name);
  return fail(fmt::format("Neither this folder nor {} in it is for lab {}. Make one: ringside lab start {}.",
                          lab.name, lab.number(), lab.number()));
}

}  // namespace ringside::labs
