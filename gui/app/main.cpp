// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-gui: the window. Exit codes: 0 closed, 1 the image cannot be run, 2 no display or a wrong option.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gui/app/window.h"

namespace {

using namespace ringside;

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(fmt::format("{} cannot be read.", path.string()));
  std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
  std::vector<std::byte> out(bytes.size());
  std::ranges::transform(bytes, out.begin(), [](char c) { return static_cast<std::byte>(c); });
  return out;
}

// The kernel lies beside this program in the build folder.
std::filesystem::path default_image() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path("kernel.elf")
               : self.parent_path().parent_path() / "kernel" / "kernel.elf";
}

Result<MachineConfig> configure(const Options& options) {
  const std::filesystem::path image =
      options.image.empty() ? default_image() : std::filesystem::path(options.image);
  MachineConfig config;
  auto bytes = read_file(image);
  if (!bytes) return std::unexpected(bytes.error());
  config.image = std::move(*bytes);
  config.image_name = image.filename().string();
  config.command_line = options.command_line;
  config.memory_mib = options.memory_mib;
  for (const std::string& path : options.modules) {
    auto module = read_file(path);
    if (!module) return std::unexpected(module.error());
    config.modules.push_back({.name = path, .bytes = std::move(*module)});
  }
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  auto config = configure(*parsed.options);
  if (!config) {
    fmt::print(stderr, "ringside: {}\n", config.error().sentence);
    return 1;
  }
  if (const auto done = run_window(*parsed.options, std::move(*config)); !done) {
    fmt::print(stderr, "ringside: {}\n", done.error().sentence);
    return 2;
  }
  return 0;
}
