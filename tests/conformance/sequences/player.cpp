// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sequence.h"
#include "tests/conformance/side_by_side.h"

namespace ringside::sequences {
namespace {

// As images/player.S reads it.
std::string program(const Sequence& sequence) {
  std::string code;
  const auto number = [&](std::uint32_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) code += static_cast<char>(value >> (8 * i));
  };
  for (const Line& l : sequence) {
    if (l.act == Act::out) {
      code += 'o';
      number(l.port, 2);
      number(l.value, 1);
    } else if (l.act == Act::in) {
      code += 'i';
      number(l.port, 2);
    } else if (l.act == Act::wait) {
      code += 'w';
      number(l.count * kRoundsPerMicrosecond, 4);
    }
  }
  return code + 'e';
}

Result<std::vector<std::uint8_t>> play(const Sequence& sequence,
                                       Result<testing::Witnessed> (*machine)(const testing::Subject&)) {
  const auto module = std::filesystem::temp_directory_path() / fmt::format("ringside-sequence-{}", getpid());
  std::ofstream(module, std::ios::binary) << program(sequence);
  const auto seen = machine({.image = RINGSIDE_CONFORMANCE_IMAGES "/player.elf",
                             .module = module.string(),
                             .module_name = "sequence",
                             .counted = true});
  std::error_code ignored;
  std::filesystem::remove(module, ignored);
  if (!seen) return std::unexpected(seen.error());
  return std::vector<std::uint8_t>(seen->console.begin(), seen->console.end());
}

}  // namespace

Result<std::vector<std::uint8_t>> on_machine(const Sequence& sequence) {
  return play(sequence, [](const testing::Subject& s) { return testing::on_ringside(s); });
}
Result<std::vector<std::uint8_t>> on_qemu(const Sequence& sequence) {
  return play(sequence, &testing::on_qemu);
}

}  // namespace ringside::sequences
