// SPDX-License-Identifier: GPL-2.0-or-later
// Port accesses as data: what a program writes, what it reads, and what QEMU's PC answered.
//
//   section NAME             a heading
//   out PORT VALUE           a byte, hexadecimal
//   in PORT VALUE            a byte that QEMU answered
//   in PORT VALUE ours VALUE REASON
//                            ... and our board answers this, for a reason that stands in reasons.h
//   wait N                   N microseconds
//   # ...                    a comment
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"

namespace ringside::sequences {

// The times of images/player.S: of the access behind the beginning of its round, and of the round.
inline constexpr Ticks kOutAt = 6, kOutTicks = 8, kInAt = 7, kInTicks = 10, kWaitTicks = 10;
inline constexpr std::uint32_t kRoundsPerMicrosecond = 500;  // of two instructions

enum class Act : std::uint8_t { text, section, out, in, wait };

struct Line {
  Act act = Act::text;
  std::string text;  // as it stands in the file; of a section its name
  std::uint16_t port = 0;
  std::uint8_t value = 0;  // written, or answered by QEMU
  std::uint32_t count = 0;
  std::optional<std::uint8_t> ours;  // where it is another
  std::string reason;
};

using Sequence = std::vector<Line>;

Result<Sequence> parse(std::string_view text);
Result<Sequence> read_file(const std::string& path);
std::string print(const Sequence& sequence);  // parse(print(s)) == s

// What our board answers, one value for each `in`: chips as a BIOS leaves them, no CPU.
std::vector<std::uint8_t> on_board(const Sequence& sequence);

// The same sequence as a guest, images/player.S, on our whole machine and on QEMU's.
Result<std::vector<std::uint8_t>> on_machine(const Sequence& sequence);
Result<std::vector<std::uint8_t>> on_qemu(const Sequence& sequence);

}  // namespace ringside::sequences
