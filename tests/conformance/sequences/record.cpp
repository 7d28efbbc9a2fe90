// SPDX-License-Identifier: GPL-2.0-or-later
// record_sequences FILE...: plays each file to QEMU and writes what it answered into the file. Where our
// board answers something else, it says so; the reason is to be found by a person and written behind the
// value.
#include <fmt/format.h>

#include <fstream>

#include "sequence.h"

int main(int argc, char** argv) {
  using namespace ringside::sequences;
  for (int i = 1; i < argc; ++i) {
    auto sequence = read_file(argv[i]);
    const auto theirs = sequence ? on_qemu(*sequence) : std::unexpected(sequence.error());
    if (!theirs) {
      fmt::print(stderr, "record_sequences: {}: {}\n", argv[i], theirs.error().sentence);
      return 2;
    }
    const auto ours = on_board(*sequence);
    std::size_t n = 0;
    std::string section;
    for (std::size_t row = 0; row < sequence->size(); ++row) {
      Line& line = (*sequence)[row];
      if (line.act == Act::section) section = line.text;
      if (line.act != Act::in) continue;
      line.value = (*theirs)[n];
      if (ours[n] == line.value) line.ours.reset();
      if (ours[n] != line.value && line.ours != ours[n]) {
        fmt::print("{}:{}: {}: port {:x}: QEMU {:02x}, ours {:02x}\n", argv[i], row + 1, section, line.port,
                   line.value, ours[n]);
        line.ours = ours[n];
        if (line.reason.empty()) line.reason = "?";
      }
      ++n;
    }
    std::ofstream(argv[i]) << print(*sequence);
    fmt::print("{}: {} reads recorded\n", argv[i], n);
  }
  return 0;
}
