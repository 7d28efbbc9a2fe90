// SPDX-License-Identifier: GPL-2.0-or-later
// The 8254 programmable interval timer: three 16-bit down counters clocked at 1.193182 MHz. In a PC counter
// 0's OUT is IRQ 0, counter 1 paces the memory refresh, counter 2 (its GATE is bit 0 of port 0x61, its OUT is
// read back in bit 5) makes the speaker's tone and measures short times.
//
//   0x40, 0x41, 0x42  write: counter 0, 1, 2's count    read: its status, latched count or running count
//   0x43              write: control word, counter latch or read-back command    read: nothing drives the bus
//
// Time: CLK pulse k (k = 1, 2, ...) comes at the first nanosecond t with floor(t * 1193182 / 10^9) = k.
// Counters are computed from the number of pulses that have passed, never by adding up rounded steps, so
// nothing drifts. A chip's state is that of its last advance(): compare two chips only at the same `now`.
//
// NOT MODELLED
// - Which half of the CLK period samples GATE: a gate that changes counts from the next pulse on.
// - A count of 1 in modes 2 and 3, which the data sheet calls illegal: the counter stops with OUT high.
// - Power-on: the data sheet leaves it undefined. Here OUT is low until a control word comes.
//
// Source: Intel 8254 data sheet, order number 231164-005.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "sim/base/units.h"

namespace ringside {

inline constexpr std::uint64_t kPitClockHz = 1'193'182;

// CLK pulses that have passed at machine time `now`, and the time of pulse `clocks`.
std::uint64_t pit_clocks_at(Ticks now);
Ticks pit_time_of_clock(std::uint64_t clocks);

struct PitCounter {
  std::uint8_t control = 0;     // D5..D0 of the control word as written: RW1 RW0 M2 M1 M0 BCD
  std::uint16_t cr = 0;         // count register, as written (so in BCD mode, BCD digits)
  std::uint8_t cr_lsb = 0;      // first byte of a count of two, waiting for the second
  bool write_msb_next = false;  // the first byte of a count of two has been written
  bool read_msb_next = false;   // the first byte of a count of two has been read
  std::uint32_t ce = 0;         // counting element as a number, 0..65536; 65536 (BCD: 10000) reads as 0
  std::uint32_t loaded = 0;     // the count last moved from CR to CE: the length of the cycle that runs
  std::uint16_t ol = 0;         // output latch, as it will be read
  bool count_latched = false;
  std::uint8_t status = 0;  // status latch of the read-back command
  bool status_latched = false;
  bool null_count = true;     // CR holds a count that CE has not got yet
  bool cr_valid = false;      // a count was written after the control word
  bool load_pending = false;  // the next CLK pulse moves CR to CE
  bool counting = false;      // CE was loaded at least once after the control word
  bool armed = false;         // modes 0, 1, 4, 5: the terminal count is still to come
  bool gate = true;
  bool out = false;

  bool operator==(const PitCounter&) const = default;
};

template <class Visitor>
void visit_fields(const PitCounter& counter, Visitor&& visit) {
  const auto& [control, cr, cr_lsb, write_msb, read_msb, ce, loaded, ol, count_latched, status,
               status_latched, null_count, cr_valid, load_pending, counting, armed, gate, out] = counter;
  visit("control", control);
  visit("cr", cr);
  visit("cr_lsb", cr_lsb);
  visit("write_msb_next", write_msb);
  visit("read_msb_next", read_msb);
  visit("ce", ce);
  visit("loaded", loaded);
  visit("ol", ol);
  visit("count_latched", count_latched);
  visit("status", status);
  visit("status_latched", status_latched);
  visit("null_count", null_count);
  visit("cr_valid", cr_valid);
  visit("load_pending", load_pending);
  visit("counting", counting);
  visit("armed", armed);
  visit("gate", gate);
  visit("out", out);
}

struct Pit8254 {
  std::array<PitCounter, 3> counter{PitCounter{}, PitCounter{}, PitCounter{.gate = false}};
  std::uint64_t clocks = 0;  // CLK pulses counted so far

  bool operator==(const Pit8254&) const = default;
};
static_assert(std::is_trivially_copyable_v<Pit8254>);

template <class Visitor>
void visit_fields(const Pit8254& pit, Visitor&& visit) {
  const auto& [counter, clocks] = pit;
  visit("counter0", counter[0]);
  visit("counter1", counter[1]);
  visit("counter2", counter[2]);
  visit("clocks", clocks);
}

// As a PC's BIOS leaves it at time 0: counter 0 in mode 2 with count 65536 (18.2 Hz), counter 1 in mode 2
// with count 18 (refresh), counter 2 not programmed and its gate low.
Pit8254 pit_after_bios();

// `offset` is the port's distance from 0x40: 0..3. `now` never goes back.
void write_port(Pit8254& pit, unsigned offset, std::uint8_t value, Ticks now);
std::uint8_t read_port(Pit8254& pit, unsigned offset, Ticks now);
std::uint8_t peek_port(const Pit8254& pit, unsigned offset, Ticks now);
void set_gate(Pit8254& pit, unsigned counter, bool level, Ticks now);

void advance(Pit8254& pit, Ticks now);
// The level of OUT at `now`, which is at or after the last advance().
bool out(const Pit8254& pit, unsigned counter, Ticks now);
// When OUT of a counter changes next, falling or rising alike, kNever if not without a write or a gate.
// Counter 0's change is what a board must wait for: mode 2's pulse is one clock long, and its end is the edge
// of IRQ 0.
Ticks next_event(const Pit8254& pit, unsigned counter);
Ticks next_event(const Pit8254& pit);

// Inspection.
unsigned mode_of(const PitCounter& counter);  // 0..5
bool is_bcd(const PitCounter& counter);
std::uint32_t count_of(const PitCounter& counter);  // CR as a number: 1..65536, 1..10000 in BCD
std::uint16_t count_at(const Pit8254& pit, unsigned counter, Ticks now);  // CE as a latch would hold it
Ticks period_of(const PitCounter& counter);  // modes 2 and 3: nanoseconds a cycle, rounded; else 0

}  // namespace ringside
