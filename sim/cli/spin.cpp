// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cli/spin.h"

#include <cstring>

#include "sim/explain/explain.h"
#include "sim/inspect/guest_memory.h"

namespace ringside {
namespace {

constexpr std::uint64_t kMostLoopSteps = kMostSpinSteps / 2;  // once round to find it, once to prove it

std::uint64_t memory_fingerprint(const Machine& machine) {
  const auto bytes = machine.memory().bytes();
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  for (std::size_t at = 0; at + 32 <= bytes.size(); at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, bytes.data() + at, 32);
    for (unsigned i = 0; i < 4; ++i) lanes[i] = (lanes[i] ^ words[i]) * 0x9E37'79B9'7F4A'7C15;
  }
  return lanes[0] ^ (lanes[1] << 1) ^ (lanes[2] << 2) ^ (lanes[3] << 3);
}

// RDTSC, RDTSCP, RDRAND, RDSEED, RDPMC: what they give is not in the registers yet.
bool asks_the_world(const Machine& machine) {
  const CpuState& cpu = machine.cpu();
  const auto code = GuestMemory(cpu, machine.memory()).readable({linear_rip(cpu)}, 15);
  for (std::size_t i = 0; i + 1 < code.size() && i < 4; ++i) {
    if (code[i] != std::byte{0x0F}) continue;
    const auto next = std::to_integer<unsigned>(code[i + 1]);
    if (next == 0x31 || next == 0x33 || next == 0x01 || next == 0xC7) return true;
  }
  return false;
}

}  // namespace

bool goes_in_circles(Timeline& timeline) {
  const Machine& machine = timeline.machine();
  const std::uint64_t events = machine.events().total();
  const CpuState start = machine.cpu();
  if (start.halted) return false;
  std::uint64_t length = 0;
  do {
    if (asks_the_world(machine) || timeline.step().final() || machine.events().total() != events)
      return false;
    ++length;
  } while (!(machine.cpu() == start) && length < kMostLoopSteps);
  if (length == kMostLoopSteps) return false;
  const std::uint64_t memory = memory_fingerprint(machine);
  for (std::uint64_t i = 0; i < length; ++i)
    if (timeline.step().final() || machine.events().total() != events) return false;
  return machine.cpu() == start && memory_fingerprint(machine) == memory;
}

}  // namespace ringside
