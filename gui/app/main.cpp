// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-gui: the window. Exit codes: 0 closed, 1 the image cannot be run, 2 no display or a wrong option.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gui/app/window.h"
#include "labs/book/folder.h"
#include "labs/build/image.h"
#include "sim/session/open_recording.h"

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

// A lab: its texts and sources, the program that checks, and whom its kernel is called after.
Result<void> configure_lab(const Options& options, WindowSubject& subject) {
  const auto here = labs::Installation::in(labs::program_folder().parent_path() / "labs");
  const auto manifest = labs::Manifest::load(here.labs());
  if (!manifest) return std::unexpected(manifest.error());
  const auto lab = manifest->find(options.lab);
  if (!lab) return std::unexpected(lab.error());
  const auto folder = std::filesystem::absolute(options.lab_folder);
  if (const auto is = labs::lab_of(folder); is && *is != (*lab)->name)
    return fail(fmt::format("{} is for lab {}, and not for {}.", folder.string(), *is, (*lab)->name));
  subject.lab = {.lab = **lab,
                 .folder = folder,
                 .program = here.built / "ringside-lab",
                 .made_of = {here.checker, here.built / (*lab)->name / "libkernel.a"}};
  subject.lab_step = options.lab_step;
  subject.machine.name = "lab " + (*lab)->number();
  subject.machine.source_roots = {folder, (*lab)->folder, here.sources};
  return {};
}

Result<WindowSubject> configure(const Options& options) {
  WindowSubject subject;
  MachineConfig& config = subject.machine.config;
  config.command_line = options.command_line;
  config.memory_mib = options.memory_mib;
  for (const std::string& path : options.modules) {
    auto module = read_file(path);
    if (!module) return std::unexpected(module.error());
    config.modules.push_back({.name = path, .bytes = std::move(*module)});
  }
  if (!options.lab.empty()) {
    config.image_name = "kernel.elf";
    if (const auto done = configure_lab(options, subject); !done) return std::unexpected(done.error());
    return subject;
  }
  if (is_recording(options.image)) {
    subject.machine.recording = options.image;
    subject.machine.at = options.at;
    subject.machine.name = std::filesystem::path(options.image).filename().string();
    return subject;
  }
  if (options.at) return fail("--at is for recordings, and this is none.");
  const std::filesystem::path image =
      options.image.empty() ? default_image() : std::filesystem::path(options.image);
  auto bytes = read_file(image);
  if (!bytes) return std::unexpected(bytes.error());
  config.image = std::move(*bytes);
  config.image_name = image.filename().string();
  return subject;
}

}  // namespace

int main(int argc, char** argv) {
  const ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  auto subject = configure(*parsed.options);
  if (!subject) {
    fmt::print(stderr, "ringside: {}\n", subject.error().sentence);
    return 1;
  }
  if (const auto done = run_window(*parsed.options, std::move(*subject)); !done) {
    fmt::print(stderr, "ringside: {}\n", done.error().sentence);
    return 2;
  }
  return 0;
}
