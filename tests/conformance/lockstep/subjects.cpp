// SPDX-License-Identifier: GPL-2.0-or-later
#include "subjects.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/kernel/boot_images.h"
#include "tests/property/random_guest.h"

namespace ringside::lockstep {
namespace {

using testing::BootImage, testing::kBootImages, testing::kBootCommandLine, testing::kBootModule,
    testing::kBootModuleName;

constexpr unsigned kMemoryMib = 16, kImageMemoryMib = 64;
constexpr std::uint64_t kMostOfOne = 5'000'000, kMostOfEndless = 1'000'000;
constexpr unsigned kSlots = 400;  // of a random guest

std::vector<std::byte> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::byte> image(bytes.size());
  std::ranges::transform(bytes, image.begin(), [](char c) { return static_cast<std::byte>(c); });
  return image;
}

constexpr const char* kKernelLines[] = {
    "exit=5",
    "",  // to the prompt, and asleep there
    "exit=5 run=help;fault;mishap",
    "quiet exit=5 run=echo one; echo two  words ;;walk 0xffffffff80101000;walk 0;walk 0x8000000000000000",
    "quiet exit=5 run=fault db",
    "quiet exit=5 run=fault bp",
    "quiet exit=5 run=fault of",
    "quiet exit=5 run=fault xm",
    "quiet exit=5 run=fault br",
    "quiet exit=5 run=fault nmi",
    "quiet exit=5 run=fault mc",
    "quiet exit=5 run=fault de",
    "quiet exit=5 run=fault ud",
    "quiet exit=5 run=fault nm",
    "quiet exit=5 run=fault df",
    "quiet exit=5 run=fault ts",
    "quiet exit=5 run=fault np",
    "quiet exit=5 run=fault ss",
    "quiet exit=5 run=fault ss0",
    "quiet exit=5 run=fault gp",
    "quiet exit=5 run=fault gpsel",
    "quiet exit=5 run=fault pf",
    "quiet exit=5 run=fault null",
    "quiet exit=5 run=fault ro",
    "quiet exit=5 run=fault text",
    "quiet exit=5 run=fault nx",
    "quiet exit=5 run=fault rsvd",
    "quiet exit=5 run=fault mf",
    "quiet exit=5 run=fault overflow",
    "quiet exit=5 run=fault bounds",
};

}  // namespace

std::vector<Subject> subjects(const Amount& amount) {
  std::vector<Subject> all;
  const auto add = [&](std::string name, std::string image, std::string line = "", std::uint64_t seed = 0) {
    const std::uint64_t most = image.empty() ? amount.random_instructions : kMostOfOne;
    all.push_back(
        {std::move(name), std::move(image), std::move(line), seed, std::min(amount.instructions, most)});
  };
  for (const char* line : kKernelLines) add(fmt::format("kernel {}", line), RINGSIDE_KERNEL, line);
  for (const char* suite : {"arch", "boot", "drivers", "format", "interrupts", "lib", "registers"})
    add(fmt::format("kernel suite {}", suite), fmt::format("{}/{}.elf", RINGSIDE_KERNEL_SUITES, suite),
        "test");
  for (const BootImage& image : kBootImages)
    add("boot " + std::string(image.file), RINGSIDE_BOOT_IMAGES "/" + std::string(image.file),
        std::string(kBootCommandLine));
  for (const char* image : {"long_mode", "protected_mode", "devices"})
    add(fmt::format("image {}", image), fmt::format("{}/{}.elf", RINGSIDE_CONFORMANCE_IMAGES, image));
  add("workload", RINGSIDE_WORKLOAD);
  for (Subject& endless : all)
    if (endless.name == "kernel " || endless.name == "workload")
      endless.instructions = std::min(endless.instructions, kMostOfEndless);
  for (std::uint64_t i = 0; i < amount.random_guests; ++i)
    add(fmt::format("random {}", amount.first_seed + i), "", "", amount.first_seed + i);
  return all;
}

Guest guest(const Subject& subject) {
  Guest guest{.name = subject.name, .config = {}, .instructions = subject.instructions};
  if (subject.image.empty()) {
    guest.config = random_guest(subject.seed, kSlots, Execution::exact);
    return guest;
  }
  guest.config.image = contents(subject.image);
  guest.config.image_name = subject.image;
  guest.config.command_line = subject.command_line;
  if (subject.name.starts_with("boot ")) {
    const auto bytes = std::as_bytes(std::span(kBootModule));
    guest.config.modules.push_back({std::string(kBootModuleName), {bytes.begin(), bytes.end()}});
  }
  guest.config.memory_mib = subject.name.starts_with("image ") ? kImageMemoryMib : kMemoryMib;
  return guest;
}

std::string launch_pad() { return RINGSIDE_CONFORMANCE_IMAGES "/nmi.elf"; }

std::string summary(const Tally& t) {
  std::string text = fmt::format(
      "\n{} instructions run here, {} states compared in {} fields, {} exceptions by vector and error code\n"
      "all of memory compared {} times\n"
      "{} times all was taken over behind an explained difference, {} states skipped so\n"
      "{} interrupts taken where QEMU took them; {} empty rounds of REP stepped over; {} instructions begun "
      "twice by QEMU\n",
      t.instructions, t.states, t.fields, t.exceptions, t.memories, t.resynchronised, t.skipped, t.interrupts,
      t.rounds, t.begun_again);
  const auto list = [&](const char* title, const std::map<std::string, std::uint64_t>& counts) {
    if (counts.empty()) return;
    text += fmt::format("{}:\n", title);
    for (const auto& [name, n] : counts) text += fmt::format("  {:>8}  {}\n", n, name);
  };
  list("taken from QEMU, the machine's own choice", t.taken);
  list("taken from QEMU, undefined flags", t.undefined);
  list("differences explained (lockstep/reasons.cpp)", t.explained);
  return text;
}

}  // namespace ringside::lockstep
