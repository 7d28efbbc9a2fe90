// SPDX-License-Identifier: GPL-2.0-or-later
// Any traffic on the board. Two copies of it get the same: one is brought to each moment in a single step,
// the other event by event. Both must stay equal, bit for bit; a peek must say what the read will; and after
// the board was brought to now, what comes next must lie ahead.
//
// Input: operations. First byte: kind (bits 0-2), size of the access (3-4); then what the kind needs.
#include <algorithm>
#include <array>

#include "sim/board/board.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {
namespace {

constexpr std::uint64_t kMemory = 64 << 20;
constexpr std::int64_t kStart = 1767225600;
constexpr unsigned kOperations = 400, kEventsAtOnce = 300, kEvents = 4000;

// All that somebody answers at, so that few inputs are spent on the others.
constexpr auto kPorts = std::to_array<std::uint16_t>(
    {0x20,  0x21,  0x40,  0x41,  0x42,  0x43,  0x60,  0x61,  0x64,  0x70,  0x71,  0x80,
     0x92,  0xA0,  0xA1,  0xE9,  0xF4,  0x3C0, 0x3C1, 0x3C2, 0x3C4, 0x3C5, 0x3CC, 0x3CE,
     0x3D4, 0x3D5, 0x3DA, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FC, 0x3FD, 0x3FE, 0x3FF, 0x4D0,
     0x4D1, 0x501, 0x604, 0xCF9, 0x3C7, 0x3C8, 0x3C9, 0x3CF, 0x1F0, 0x388, 0xCF8, 0xCFC});

bool same(const BoardRecord& a, const BoardRecord& b) {
  return a.kind == b.kind && a.line == b.line && a.value == b.value && a.time == b.time;
}

struct Pair {
  Board straight, stepwise;
  BoardEffects straight_effects, stepwise_effects;
  Ticks now = 0;
  unsigned events = 0;

  // Event by event as far as the input's share of events goes, then the other one to the same moment.
  void wait(Ticks ticks) {
    const Ticks target = now + ticks;
    unsigned left = kEventsAtOnce;
    advance(stepwise, now, stepwise_effects);  // what the last access set off at once
    while (now < target && left > 0) {
      const Ticks next = next_event(stepwise);
      require(next > now, "the board's next event does not lie ahead, so that time would stand still");
      if (next >= target)
        now = target;
      else
        now = next, --left, ++events;
      advance(stepwise, now, stepwise_effects);
    }
    advance(straight, now, straight_effects);
  }

  void compare() {
    require(straight == stepwise,
            "a board brought to now in one step differs from one that went event by event");
    require(next_event(straight) == next_event(stepwise), "equal boards expect different events");
    require(std::ranges::equal(straight_effects.records, stepwise_effects.records, same),
            "one step and many record different things");
    require(straight_effects.debug_exit == stepwise_effects.debug_exit &&
                straight_effects.reset == stepwise_effects.reset &&
                straight_effects.power_off == stepwise_effects.power_off,
            "one step and many have different effects");
    straight_effects = stepwise_effects = {};
  }

  void read(std::uint16_t port, unsigned size) {
    const Board before = straight;
    const std::uint32_t seen = peek_port(straight, port, size, now);
    require(straight == before, "a peek changed the board");
    const std::uint32_t value = read_port(straight, port, size, now, straight_effects);
    require(value == read_port(stepwise, port, size, now, stepwise_effects),
            "equal boards answer differently");
    if (size == 1)
      require(value == seen, fmt::format("port {:#x} reads {:#x} but peeks {:#x}", port, value, seen));
    if (!port_assigned(port) && size == 1)
      require(value == 0xFF, "a port that nobody answers at is not all ones");
  }
  void write(std::uint16_t port, unsigned size, std::uint32_t value) {
    write_port(straight, port, size, value, now, straight_effects);
    write_port(stepwise, port, size, value, now, stepwise_effects);
  }
};

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  Input input(data, size);
  Pair pair;
  pair.straight = input.byte() & 1 ? board_cold(kMemory, kStart) : board_after_bios(kMemory, kStart);
  pair.stepwise = pair.straight;
  for (unsigned i = 0; i < kOperations && pair.events < kEvents && !input.empty(); ++i) {
    const std::uint8_t operation = input.byte();
    const unsigned bytes = 1u << std::min(operation >> 3 & 3, 2);
    const std::uint16_t known =
        operation >> 5 == 7 ? input.take<std::uint16_t>() : kPorts[input.byte() % kPorts.size()];
    switch (operation & 7) {
      case 0:
      case 1: pair.read(known, bytes); break;
      case 2:
      case 3: pair.write(known, bytes, bytes == 1 ? input.byte() : input.take<std::uint32_t>()); break;
      case 4: pair.wait(1 + (known & 0xFF)); break;
      case 5: pair.wait(std::uint64_t{input.take<std::uint16_t>()} << (known & 15)); break;
      case 6: {
        const std::uint8_t which = input.byte();
        const auto key = static_cast<Key>(which % (kKeyCount + 1));
        press_key(pair.straight, key, !(operation & 8), pair.now, pair.straight_effects);
        press_key(pair.stepwise, key, !(operation & 8), pair.now, pair.stepwise_effects);
        break;
      }
      case 7:
        if (operation & 8) {
          const std::uint8_t received = input.byte();
          receive_serial(pair.straight, received, pair.now, pair.straight_effects);
          receive_serial(pair.stepwise, received, pair.now, pair.stepwise_effects);
        } else {
          require(interrupt_requested(pair.straight) == interrupt_requested(pair.stepwise),
                  "one of two has INTR");
          const auto a = acknowledge(pair.straight.pic), b = acknowledge(pair.stepwise.pic);
          require(a.irq == b.irq && a.vector == b.vector && a.spurious == b.spurious,
                  "equal interrupt controllers acknowledge differently");
        }
        break;
    }
    pair.compare();
  }
  return 0;
}
