// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/pit8254.h"

#include "sim/base/bits.h"

namespace ringside {
namespace {

// RW1, RW0 of the control word. 0 there is the counter latch command.
enum class ByteOrder : std::uint8_t { kLatch, kLsb, kMsb, kBoth };

ByteOrder byte_order(std::uint8_t control) { return static_cast<ByteOrder>(bits(control, 5, 4)); }

std::uint32_t modulus(const PitCounter& counter) { return is_bcd(counter) ? 10000 : 65536; }

std::uint32_t from_bcd(std::uint16_t digits) {
  return (digits >> 12) * 1000u + ((digits >> 8) & 15) * 100u + ((digits >> 4) & 15) * 10u + (digits & 15);
}

std::uint16_t to_bcd(std::uint32_t number) {
  return static_cast<std::uint16_t>((number / 1000 % 10) << 12 | (number / 100 % 10) << 8 |
                                    (number / 10 % 10) << 4 | number % 10);
}

std::uint16_t count_bytes(const PitCounter& counter) {
  return is_bcd(counter) ? to_bcd(counter.ce) : static_cast<std::uint16_t>(counter.ce);
}

bool is_periodic(const PitCounter& counter) { return mode_of(counter) == 2 || mode_of(counter) == 3; }

bool is_strobe(const PitCounter& counter) { return mode_of(counter) == 4 || mode_of(counter) == 5; }

// Modes 1 and 5 wait for a rising edge of GATE and do not care for its level after that ("Gate Pin
// Operations").
bool is_triggered_by_gate(const PitCounter& counter) {
  return mode_of(counter) == 1 || mode_of(counter) == 5;
}

// Whether CLK pulses decrement CE. In mode 0 the first byte of a new count of two stops the counting.
bool decrements(const PitCounter& counter) {
  if (!counter.counting) return false;
  if (mode_of(counter) == 0 && counter.write_msb_next) return false;
  return counter.gate || is_triggered_by_gate(counter);
}

// CR moves to CE. Mode 3 counts by two from an even number, so an odd count is loaded less one.
void load(PitCounter& counter) {
  counter.load_pending = false;
  counter.null_count = false;
  counter.loaded = count_of(counter);
  counter.ce = mode_of(counter) == 3 ? counter.loaded & ~1u : counter.loaded;
  counter.counting = !(is_periodic(counter) && counter.loaded == 1);
}

// The CLK pulse that loads CE because a count was written or GATE rose. It does not decrement.
void clock_with_load(PitCounter& counter) {
  load(counter);
  counter.armed = true;
  if (mode_of(counter) == 1) counter.out = false;
  if (is_strobe(counter)) counter.out = true;
}

// CLK pulses from the present CE to the end of OUT's half cycle in mode 3: an odd count spends its extra
// pulse high.
std::uint32_t half_cycle_left(const PitCounter& counter) {
  return counter.ce / 2 + (counter.out && counter.loaded % 2 == 1 ? 1 : 0);
}

// At the end of a cycle the periodic modes load CR again and raise OUT. From there on whole cycles leave no
// trace.
std::uint64_t begin_cycle(PitCounter& counter, std::uint64_t clocks_left) {
  load(counter);
  counter.out = true;
  return counter.counting ? clocks_left % counter.loaded : clocks_left;
}

// Each run_* makes CE and OUT go to the next change of OUT or through `clocks` pulses, whichever is less, and
// returns the pulses still to do.
std::uint64_t run_rate_generator(PitCounter& counter, std::uint64_t clocks) {
  if (!counter.out) return begin_cycle(counter, clocks - 1);
  const std::uint64_t to_pulse = counter.ce - 1;
  if (clocks < to_pulse) {
    counter.ce -= static_cast<std::uint32_t>(clocks);
    return 0;
  }
  counter.ce = 1;
  counter.out = false;
  return clocks - to_pulse;
}

std::uint64_t run_square_wave(PitCounter& counter, std::uint64_t clocks) {
  const std::uint64_t left = half_cycle_left(counter);
  if (clocks < left) {
    counter.ce -= static_cast<std::uint32_t>(2 * clocks);
    return 0;
  }
  if (!counter.out) return begin_cycle(counter, clocks - left);
  load(counter);
  counter.out = !counter.counting;
  return clocks - left;
}

void wrap_down(PitCounter& counter, std::uint64_t clocks) {
  const std::uint32_t range = modulus(counter);
  counter.ce = (counter.ce + range - static_cast<std::uint32_t>(clocks % range)) % range;
}

std::uint64_t run_to_terminal_count(PitCounter& counter, std::uint64_t clocks) {
  if (!counter.armed || clocks < counter.ce) {
    wrap_down(counter, clocks);
    return 0;
  }
  const std::uint64_t left = clocks - counter.ce;
  counter.ce = 0;
  counter.armed = false;
  counter.out = !is_strobe(counter);
  return left;
}

// A strobe lasts one CLK pulse, whatever GATE does meanwhile.
std::uint64_t end_strobe(PitCounter& counter, std::uint64_t clocks) {
  if (decrements(counter)) wrap_down(counter, 1);
  counter.out = true;
  return clocks - 1;
}

void run(PitCounter& counter, std::uint64_t clocks) {
  while (clocks > 0) {
    if (counter.load_pending) {
      clock_with_load(counter);
      --clocks;
    } else if (is_strobe(counter) && !counter.out) {
      clocks = end_strobe(counter, clocks);
    } else if (!decrements(counter)) {
      return;
    } else if (mode_of(counter) == 2) {
      clocks = run_rate_generator(counter, clocks);
    } else if (mode_of(counter) == 3) {
      clocks = run_square_wave(counter, clocks);
    } else {
      clocks = run_to_terminal_count(counter, clocks);
    }
  }
}

constexpr std::uint64_t kNoEdge = ~std::uint64_t{0};

// CLK pulses until OUT changes.
std::uint64_t clocks_to_edge(PitCounter counter) {
  if (counter.load_pending) {
    const bool before = counter.out;
    clock_with_load(counter);
    if (counter.out != before) return 1;
    const std::uint64_t rest = clocks_to_edge(counter);
    return rest == kNoEdge ? kNoEdge : rest + 1;
  }
  if (is_strobe(counter) && !counter.out) return 1;
  if (!decrements(counter)) return kNoEdge;
  if (mode_of(counter) == 2) return counter.out ? counter.ce - 1 : 1;
  if (mode_of(counter) == 3) {
    const bool stops_high = counter.out && count_of(counter) == 1;  // the illegal count
    return stops_high ? kNoEdge : half_cycle_left(counter);
  }
  return counter.armed ? counter.ce : kNoEdge;
}

void latch_count(PitCounter& counter) {
  if (counter.count_latched) return;  // the first latch stands until it is read
  counter.ol = count_bytes(counter);
  counter.count_latched = true;
}

// Figure 12: OUT, null count, and the control word as written.
void latch_status(PitCounter& counter) {
  if (counter.status_latched) return;
  counter.status = static_cast<std::uint8_t>(counter.out << 7 | counter.null_count << 6 | counter.control);
  counter.status_latched = true;
}

void write_control(PitCounter& counter, std::uint8_t control) {
  counter = PitCounter{.control = control, .ce = counter.ce, .loaded = counter.loaded, .gate = counter.gate};
  counter.out = mode_of(counter) != 0;
}

void read_back(Pit8254& pit, std::uint8_t command) {
  for (unsigned i = 0; i < 3; ++i) {
    if (!bit(command, 1 + i)) continue;
    if (!bit(command, 5)) latch_count(pit.counter[i]);
    if (!bit(command, 4)) latch_status(pit.counter[i]);
  }
}

void write_command(Pit8254& pit, std::uint8_t value) {
  const unsigned select = bits(value, 7, 6);
  if (select == 3) {
    read_back(pit, value);
  } else if (byte_order(value) == ByteOrder::kLatch) {
    latch_count(pit.counter[select]);
  } else {
    write_control(pit.counter[select], value & 0x3F);
  }
}

// All bytes of a count are there. The modes differ in when CE gets it ("Mode Definitions").
void accept_count(PitCounter& counter, std::uint16_t value) {
  counter.cr = value;
  counter.null_count = true;
  counter.cr_valid = true;
  const unsigned mode = mode_of(counter);
  if (mode == 0) counter.out = false;
  if (mode == 0 || mode == 4 || (is_periodic(counter) && !counter.counting)) counter.load_pending = true;
}

void write_count(PitCounter& counter, std::uint8_t value) {
  switch (byte_order(counter.control)) {
    case ByteOrder::kLatch: return;  // no control word yet
    case ByteOrder::kLsb: accept_count(counter, value); return;
    case ByteOrder::kMsb: accept_count(counter, static_cast<std::uint16_t>(value << 8)); return;
    case ByteOrder::kBoth: break;
  }
  counter.write_msb_next = !counter.write_msb_next;
  if (counter.write_msb_next) {
    counter.cr_lsb = value;
    if (mode_of(counter) == 0) counter.out = false;
  } else {
    accept_count(counter, static_cast<std::uint16_t>(value << 8 | counter.cr_lsb));
  }
}

std::uint8_t read_count(PitCounter& counter) {
  if (counter.status_latched) {
    counter.status_latched = false;
    return counter.status;
  }
  const std::uint16_t value = counter.count_latched ? counter.ol : count_bytes(counter);
  const ByteOrder order = byte_order(counter.control);
  const bool msb = order == ByteOrder::kMsb || (order == ByteOrder::kBoth && counter.read_msb_next);
  if (order == ByteOrder::kBoth) counter.read_msb_next = !counter.read_msb_next;
  if (order != ByteOrder::kBoth || msb) counter.count_latched = false;
  return static_cast<std::uint8_t>(msb ? value >> 8 : value);
}

}  // namespace

// floor(now * f / 10^9) without leaving 64 bits: whole seconds apart from the rest.
std::uint64_t pit_clocks_at(Ticks now) {
  return now / kTicksPerSecond * kPitClockHz + now % kTicksPerSecond * kPitClockHz / kTicksPerSecond;
}

Ticks pit_time_of_clock(std::uint64_t clocks) {
  const std::uint64_t rest = clocks % kPitClockHz * kTicksPerSecond;
  return clocks / kPitClockHz * kTicksPerSecond + (rest + kPitClockHz - 1) / kPitClockHz;
}

unsigned mode_of(const PitCounter& counter) {
  const unsigned mode = bits(counter.control, 3, 1);
  return mode > 5 ? mode - 4 : mode;  // M2 does not matter in modes 2 and 3
}

bool is_bcd(const PitCounter& counter) { return bit(counter.control, 0); }

std::uint32_t count_of(const PitCounter& counter) {
  const std::uint32_t range = modulus(counter);
  const std::uint32_t count = (is_bcd(counter) ? from_bcd(counter.cr) : counter.cr) % range;
  return count == 0 ? range : count;
}

Ticks period_of(const PitCounter& counter) {
  if (!is_periodic(counter) || !counter.counting) return 0;
  return (counter.loaded * kTicksPerSecond + kPitClockHz / 2) / kPitClockHz;
}

Pit8254 pit_after_bios() {
  Pit8254 pit;
  write_port(pit, 3, 0x34, 0);  // counter 0, both bytes, mode 2
  write_port(pit, 0, 0, 0);
  write_port(pit, 0, 0, 0);
  write_port(pit, 3, 0x54, 0);  // counter 1, low byte, mode 2
  write_port(pit, 1, 18, 0);
  return pit;
}

void advance(Pit8254& pit, Ticks now) {
  const std::uint64_t clocks = pit_clocks_at(now);
  if (clocks <= pit.clocks) return;
  for (PitCounter& counter : pit.counter) run(counter, clocks - pit.clocks);
  pit.clocks = clocks;
}

void write_port(Pit8254& pit, unsigned offset, std::uint8_t value, Ticks now) {
  advance(pit, now);
  if (offset == 3) {
    write_command(pit, value);
  } else if (offset < 3) {
    write_count(pit.counter[offset], value);
  }
}

std::uint8_t read_port(Pit8254& pit, unsigned offset, Ticks now) {
  advance(pit, now);
  return offset < 3 ? read_count(pit.counter[offset]) : 0xFF;
}

std::uint8_t peek_port(const Pit8254& pit, unsigned offset, Ticks now) {
  Pit8254 copy = pit;
  return read_port(copy, offset, now);
}

// "Gate Pin Operations": low stops modes 0, 2, 3 and 4 and raises OUT in 2 and 3 at once; the rising edge
// starts modes 1 and 5 and starts a new cycle in 2 and 3.
void set_gate(Pit8254& pit, unsigned index, bool level, Ticks now) {
  advance(pit, now);
  PitCounter& counter = pit.counter[index];
  if (counter.gate == level) return;
  counter.gate = level;
  if (!level && is_periodic(counter) && byte_order(counter.control) != ByteOrder::kLatch) counter.out = true;
  if (level && counter.cr_valid && (is_periodic(counter) || is_triggered_by_gate(counter)))
    counter.load_pending = true;
}

bool out(const Pit8254& pit, unsigned counter, Ticks now) {
  Pit8254 copy = pit;
  advance(copy, now);
  return copy.counter[counter].out;
}

std::uint16_t count_at(const Pit8254& pit, unsigned counter, Ticks now) {
  Pit8254 copy = pit;
  advance(copy, now);
  return count_bytes(copy.counter[counter]);
}

Ticks next_event(const Pit8254& pit, unsigned counter) {
  const std::uint64_t clocks = clocks_to_edge(pit.counter[counter]);
  return clocks == kNoEdge ? kNever : pit_time_of_clock(pit.clocks + clocks);
}

Ticks next_event(const Pit8254& pit) { return next_event(pit, 0); }

}  // namespace ringside
