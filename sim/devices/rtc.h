// SPDX-License-Identifier: GPL-2.0-or-later
// The MC146818A real-time clock and its battery-backed memory ("CMOS"): the date and time, an alarm, and a
// periodic interrupt on IRQ 8. A PC's BIOS keeps the machine's configuration in the memory; kernels read its
// size there.
//
//   0x70  write: bits 6-0 = address of the byte, bit 7 = 1 keeps NMI out    read: nothing drives the bus
//   0x71  the byte
//
//   0x00 seconds      0x02 minutes      0x04 hours      their alarms at 0x01, 0x03, 0x05
//   0x06 day of the week (Sunday = 1)   0x07 day of the month   0x08 month   0x09 year
//   0x0A register A: UIP DV2 DV1 DV0 RS3 RS2 RS1 RS0
//   0x0B register B: SET PIE AIE UIE SQWE DM 24/12 DSE
//   0x0C register C: IRQF PF AF UF 0 0 0 0, cleared by reading it
//   0x0D register D: VRT 0 0 0 0 0 0 0
//
// Time: the divider passes a whole second, and the time bytes change, at the end of the update cycle. UIP is
// set in the 2228 microseconds before that (244 of warning, 1984 of update). All is computed from machine
// time with integers. A chip's state is that of its last advance(): compare two chips only at the same `now`.
//
// NOT MODELLED
// - Time bases other than 32.768 kHz: any divider setting but 010 holds the clock still.
// - Daylight saving (DSE) and the square-wave output (SQWE): bits kept, no effect.
// - Undefined bytes during the update cycle: they read as before it.
// - The century (byte 0x32) is plain memory, which software carries over; so it is in the part.
// - The second bank of 128 bytes at 0x72/0x73.
//
// Source: Motorola MC146818A data sheet ("Real-Time Clock Plus RAM"), 1984. Configuration bytes: IBM PC/AT
// Technical Reference, 6280070, "Real-Time Clock/CMOS RAM"; 0x30 and up as PC BIOSes use them.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "sim/base/units.h"

namespace ringside {

// 2026-01-01 00:00:00 UTC, a Thursday, in seconds since 1970-01-01.
inline constexpr std::int64_t kRtcDefaultStart = 1'767'225'600;

struct Rtc {
  std::uint8_t index = 0;       // address of the byte that port 0x71 means
  bool nmi_disabled = false;    // bit 7 of port 0x70
  std::uint8_t register_a = 0;  // without UIP, which follows from the time
  std::uint8_t register_b = 0;
  std::uint8_t register_c = 0;  // the flags PF, AF, UF; IRQF follows from them and register B
  std::uint8_t register_d = 0;
  std::array<std::uint8_t, 128> bytes{};  // 0..9 time and alarm, from 0x0E memory; 0x0A..0x0D are not used
  Ticks divider_zero =
      0;          // the fraction of a machine second, 0..10^9 - 1, at which the divider passes a second
  Ticks now = 0;  // machine time of this state

  bool operator==(const Rtc&) const = default;
};
static_assert(std::is_trivially_copyable_v<Rtc>);

template <class Visitor>
void visit_fields(const Rtc& rtc, Visitor&& visit) {
  const auto& [index, nmi_disabled, a, b, c, d, bytes, divider_zero, now] = rtc;
  visit("index", index);
  visit("nmi_disabled", nmi_disabled);
  visit("register_a", a);
  visit("register_b", b);
  visit("register_c", c);
  visit("register_d", d);
  visit("bytes", bytes);
  visit("divider_zero", divider_zero);
  visit("now", now);
}

// The default value is a clock whose battery is dead: stopped, all zero, VRT = 0. A machine that is merely
// off has kept its time: BCD digits, 24 hours, running (register A 0x26, B 0x02, D 0x80). `start` is seconds
// since 1970.
Rtc rtc_with_battery(std::int64_t start = kRtcDefaultStart);
// The same with the configuration bytes a BIOS writes for a machine with that much memory.
Rtc rtc_after_bios(std::uint64_t memory_bytes, std::int64_t start = kRtcDefaultStart);

// Writes bytes 0x15-0x18, 0x30, 0x31 (KiB below and above 1 MiB, at most 65535), 0x34, 0x35 (64 KiB units
// between 16 MiB and 4 GiB), 0x5B-0x5D (64 KiB units above 4 GiB) and the checksum. `memory_bytes` counts
// from physical address 0 in one piece.
void set_memory_size(Rtc& rtc, std::uint64_t memory_bytes);
// Drive types, upper half drive A: 0 none, 4 = 1.44 MB; also says in the equipment byte whether there is any.
void set_floppy_types(Rtc& rtc, std::uint8_t types);

// `offset` is the port's distance from 0x70: 0 or 1. `now` never goes back.
void write_port(Rtc& rtc, unsigned offset, std::uint8_t value, Ticks now);
std::uint8_t read_port(Rtc& rtc, unsigned offset, Ticks now);
std::uint8_t peek_port(const Rtc& rtc, unsigned offset, Ticks now);
// Any byte, 0..127, as port 0x71 would give it.
std::uint8_t peek_byte(const Rtc& rtc, unsigned address, Ticks now);

void advance(Rtc& rtc, Ticks now);
// When IRQ 8 rises next, kNever if it is up already (reading register C takes it down) or nothing is enabled.
Ticks next_event(const Rtc& rtc);
bool irq_level(const Rtc& rtc);

// Inspection.
struct RtcTime {
  unsigned year = 0, month = 0, day = 0, weekday = 0, hour = 0, minute = 0, second = 0;
  bool operator==(const RtcTime&) const = default;
};
RtcTime time_of(const Rtc& rtc);  // the bytes decoded as register B says; the year is 2000 to 2099
bool is_updating(const Rtc& rtc, Ticks now);  // UIP
unsigned periodic_hz(const Rtc& rtc);         // rate that RS3..RS0 select, 0 = none

}  // namespace ringside
