// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/rtc.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "sim/base/bits.h"

namespace ringside {
namespace {

// Addresses.
constexpr unsigned kSeconds = 0, kSecondsAlarm = 1, kMinutes = 2, kMinutesAlarm = 3, kHours = 4,
                   kHoursAlarm = 5, kWeekday = 6, kDay = 7, kMonth = 8, kYear = 9, kRegisterA = 10,
                   kRegisterB = 11, kRegisterC = 12, kRegisterD = 13, kFloppyTypes = 0x10, kEquipment = 0x14,
                   kBaseMemory = 0x15, kExtendedMemory = 0x17, kChecksum = 0x2E, kExtendedMemoryFound = 0x30,
                   kCentury = 0x32, kMemoryAbove16M = 0x34, kMemoryAbove4G = 0x5B;
// Register B.
constexpr unsigned kUie = 4, kDm = 2, k24Hours = 1, kSet = 7;
// Flags of register C and, at the same places, their enables in register B.
constexpr std::uint8_t kPeriodic = 0x40, kAlarm = 0x20, kUpdate = 0x10;
constexpr std::uint8_t kPm = 0x80;

constexpr unsigned kSecondsPerDay = 86'400;
// t_BUC and t_UC at 32.768 kHz.
constexpr Ticks kUpdateWarning = 244'000, kUpdateCycle = 1'984'000;

bool runs(const Rtc& rtc) { return bits(rtc.register_a, 6, 4) == 0b010; }

bool updates(const Rtc& rtc) { return runs(rtc) && !bit(rtc.register_b, kSet); }

// Time counted so that a multiple of 10^9 is the divider passing a whole second.
Ticks on_divider(const Rtc& rtc, Ticks now) { return now + kTicksPerSecond - rtc.divider_zero; }

Ticks off_divider(const Rtc& rtc, Ticks divider) { return divider - kTicksPerSecond + rtc.divider_zero; }

std::uint64_t whole_seconds(const Rtc& rtc, Ticks now) { return on_divider(rtc, now) / kTicksPerSecond; }

std::uint64_t periods(const Rtc& rtc, unsigned hz, Ticks now) {
  const Ticks divider = on_divider(rtc, now);
  return divider / kTicksPerSecond * hz + divider % kTicksPerSecond * hz / kTicksPerSecond;
}

Ticks next_second(const Rtc& rtc) {
  return off_divider(rtc, (whole_seconds(rtc, rtc.now) + 1) * kTicksPerSecond);
}

Ticks next_period(const Rtc& rtc, unsigned hz) {
  const std::uint64_t next = periods(rtc, hz, rtc.now) + 1;
  return off_divider(rtc, next / hz * kTicksPerSecond + (next % hz * kTicksPerSecond + hz - 1) / hz);
}

// Numbers in the bytes: binary or two BCD digits, and hours of 24 or of 12 with a PM bit.
unsigned decode(const Rtc& rtc, std::uint8_t byte) {
  return bit(rtc.register_b, kDm) ? byte : (byte >> 4) * 10u + (byte & 15);
}

std::uint8_t encode(const Rtc& rtc, unsigned number) {
  return static_cast<std::uint8_t>(bit(rtc.register_b, kDm) ? number : (number / 10 << 4 | number % 10));
}

unsigned decode_hour(const Rtc& rtc, std::uint8_t byte) {
  if (bit(rtc.register_b, k24Hours)) return decode(rtc, byte);
  const unsigned of_twelve = decode(rtc, byte & ~kPm & 0xFF) % 12;
  return byte & kPm ? of_twelve + 12 : of_twelve;
}

std::uint8_t encode_hour(const Rtc& rtc, unsigned hour) {
  if (bit(rtc.register_b, k24Hours)) return encode(rtc, hour);
  const unsigned of_twelve = hour % 12 == 0 ? 12 : hour % 12;
  return static_cast<std::uint8_t>(encode(rtc, of_twelve) | (hour >= 12 ? kPm : 0));
}

unsigned second_of_day(const Rtc& rtc) {
  const RtcTime time = time_of(rtc);
  return (time.hour * 3600 + time.minute * 60 + time.second) % kSecondsPerDay;
}

// Days go by as the part counts them: every fourth year is a leap year, and the week runs on its own.
void add_days(Rtc& rtc, std::uint64_t days) {
  using namespace std::chrono;
  const RtcTime time = time_of(rtc);
  const unsigned month_now = std::clamp(time.month, 1u, 12u);
  const sys_days first{year(static_cast<int>(time.year)) / month(month_now) / day(1)};
  constexpr unsigned kDaysPerCentury = 36'525;
  const sys_days then = first + std::chrono::days(static_cast<int>(time.day + days % kDaysPerCentury) - 1);
  const year_month_day date{then};
  rtc.bytes[kDay] = encode(rtc, static_cast<unsigned>(date.day()));
  rtc.bytes[kMonth] = encode(rtc, static_cast<unsigned>(date.month()));
  rtc.bytes[kYear] = encode(rtc, static_cast<unsigned>(static_cast<int>(date.year())) % 100);
  rtc.bytes[kWeekday] = encode(rtc, static_cast<unsigned>((time.weekday + 6 + days) % 7 + 1));
}

void add_seconds(Rtc& rtc, std::uint64_t seconds) {
  const std::uint64_t sum = second_of_day(rtc) + seconds;
  if (sum >= kSecondsPerDay) add_days(rtc, sum / kSecondsPerDay);
  const auto of_day = static_cast<unsigned>(sum % kSecondsPerDay);
  rtc.bytes[kSeconds] = encode(rtc, of_day % 60);
  rtc.bytes[kMinutes] = encode(rtc, of_day / 60 % 60);
  rtc.bytes[kHours] = encode_hour(rtc, of_day / 3600);
}

// An alarm byte with both upper bits set matches any value.
bool any_matches(std::uint8_t alarm) { return (alarm & 0xC0) == 0xC0; }

// Seconds from the present ones, 1..86400, to the next that the alarm bytes match.
std::optional<unsigned> seconds_to_alarm(const Rtc& rtc) {
  const std::uint8_t second = rtc.bytes[kSecondsAlarm], minute = rtc.bytes[kMinutesAlarm],
                     hour = rtc.bytes[kHoursAlarm];
  const unsigned start = second_of_day(rtc);
  for (unsigned ahead = 1; ahead <= kSecondsPerDay;) {
    const unsigned then = (start + ahead) % kSecondsPerDay;
    if (!any_matches(hour) && decode_hour(rtc, hour) != then / 3600) {
      ahead += 3600 - then % 3600;
    } else if (!any_matches(minute) && decode(rtc, minute) != then / 60 % 60) {
      ahead += 60 - then % 60;
    } else if (!any_matches(second) && decode(rtc, second) != then % 60) {
      ++ahead;
    } else {
      return ahead;
    }
  }
  return std::nullopt;
}

void write_a(Rtc& rtc, std::uint8_t value) {
  const bool ran = runs(rtc);
  rtc.register_a = value & 0x7F;
  // A divider that is let go makes its first update half a second later (register A, DV2..DV0).
  if (!ran && runs(rtc)) rtc.divider_zero = (rtc.now + kTicksPerSecond / 2) % kTicksPerSecond;
}

void write_byte(Rtc& rtc, unsigned address, std::uint8_t value) {
  switch (address) {
    case kRegisterA: write_a(rtc, value); return;
    case kRegisterB: rtc.register_b = bit(value, kSet) ? with_bit(value, kUie, false) : value; return;
    case kRegisterC:
    case kRegisterD: return;  // read only
    case kSeconds: rtc.bytes[kSeconds] = value & 0x7F; return;
    default: rtc.bytes[address] = value;
  }
}

// A byte without the effects of reading it.
std::uint8_t byte_at(const Rtc& rtc, unsigned address) {
  switch (address) {
    case kRegisterA: return with_bit(rtc.register_a, 7, is_updating(rtc, rtc.now));
    case kRegisterB: return rtc.register_b;
    case kRegisterC: return with_bit(rtc.register_c, 7, irq_level(rtc));
    case kRegisterD: return rtc.register_d;
    default: return rtc.bytes[address];
  }
}

void put_16(Rtc& rtc, unsigned address, std::uint64_t value) {
  const std::uint64_t fits = std::min<std::uint64_t>(value, 0xFFFF);
  rtc.bytes[address] = static_cast<std::uint8_t>(fits);
  rtc.bytes[address + 1] = static_cast<std::uint8_t>(fits >> 8);
}

// The sum of bytes 0x10..0x2D, upper half first.
void put_checksum(Rtc& rtc) {
  unsigned sum = 0;
  for (unsigned address = 0x10; address < kChecksum; ++address) sum += rtc.bytes[address];
  rtc.bytes[kChecksum] = static_cast<std::uint8_t>(sum >> 8);
  rtc.bytes[kChecksum + 1] = static_cast<std::uint8_t>(sum);
}

}  // namespace

Rtc rtc_with_battery(std::int64_t start) {
  using namespace std::chrono;
  Rtc rtc{.register_a = 0x26, .register_b = 0x02, .register_d = 0x80};
  const sys_seconds moment{seconds(start)};
  const sys_days today = floor<days>(moment);
  const year_month_day date{today};
  const auto of_day = static_cast<unsigned>((moment - today).count());
  const auto full_year = static_cast<unsigned>(static_cast<int>(date.year()));
  rtc.bytes[kSeconds] = encode(rtc, of_day % 60);
  rtc.bytes[kMinutes] = encode(rtc, of_day / 60 % 60);
  rtc.bytes[kHours] = encode_hour(rtc, of_day / 3600);
  rtc.bytes[kWeekday] = encode(rtc, weekday(today).c_encoding() + 1);
  rtc.bytes[kDay] = encode(rtc, static_cast<unsigned>(date.day()));
  rtc.bytes[kMonth] = encode(rtc, static_cast<unsigned>(date.month()));
  rtc.bytes[kYear] = encode(rtc, full_year % 100);
  rtc.bytes[kCentury] = encode(rtc, full_year / 100);
  return rtc;
}

Rtc rtc_after_bios(std::uint64_t memory_bytes, std::int64_t start) {
  Rtc rtc = rtc_with_battery(start);
  rtc.bytes[kEquipment] = 0x06;  // coprocessor, PS/2 mouse port, EGA or better, no floppy drive
  set_memory_size(rtc, memory_bytes);
  return rtc;
}

void set_memory_size(Rtc& rtc, std::uint64_t memory_bytes) {
  constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;
  const auto above = [memory_bytes](std::uint64_t limit) {
    return memory_bytes > limit ? memory_bytes - limit : 0;
  };
  put_16(rtc, kBaseMemory, std::min<std::uint64_t>(memory_bytes / kKiB, 640));
  put_16(rtc, kExtendedMemory, above(kMiB) / kKiB);
  put_16(rtc, kExtendedMemoryFound, above(kMiB) / kKiB);
  put_16(rtc, kMemoryAbove16M, (above(16 * kMiB) - above(4 * kGiB)) / (64 * kKiB));
  const std::uint64_t high = above(4 * kGiB) / (64 * kKiB);
  for (unsigned i = 0; i < 3; ++i) rtc.bytes[kMemoryAbove4G + i] = static_cast<std::uint8_t>(high >> (8 * i));
  put_checksum(rtc);
}

void set_floppy_types(Rtc& rtc, std::uint8_t types) {
  rtc.bytes[kFloppyTypes] = types;
  const bool two = (types >> 4) != 0 && (types & 15) != 0;
  std::uint8_t equipment = with_bit(rtc.bytes[kEquipment], 0, types != 0);
  equipment = with_bit(equipment, 6, two);
  rtc.bytes[kEquipment] = with_bit(equipment, 7, false);
  put_checksum(rtc);
}

RtcTime time_of(const Rtc& rtc) {
  return {.year = 2000 + decode(rtc, rtc.bytes[kYear]) % 100,
          .month = decode(rtc, rtc.bytes[kMonth]),
          .day = decode(rtc, rtc.bytes[kDay]),
          .weekday = decode(rtc, rtc.bytes[kWeekday]),
          .hour = decode_hour(rtc, rtc.bytes[kHours]),
          .minute = decode(rtc, rtc.bytes[kMinutes]),
          .second = decode(rtc, rtc.bytes[kSeconds])};
}

// RS3..RS0: 3 is 8192 Hz and each step halves it, down to 15 = 2 Hz; 1 and 2 repeat 256 and 128 Hz.
unsigned periodic_hz(const Rtc& rtc) {
  const unsigned rate = rtc.register_a & 15;
  if (!runs(rtc) || rate == 0) return 0;
  return rate < 3 ? 512u >> rate : 65'536u >> rate;
}

bool is_updating(const Rtc& rtc, Ticks now) {
  if (!updates(rtc)) return false;
  return kTicksPerSecond - on_divider(rtc, now) % kTicksPerSecond <= kUpdateWarning + kUpdateCycle;
}

bool irq_level(const Rtc& rtc) {
  return (rtc.register_c & rtc.register_b & (kPeriodic | kAlarm | kUpdate)) != 0;
}

void advance(Rtc& rtc, Ticks now) {
  if (now <= rtc.now) return;
  if (const unsigned hz = periodic_hz(rtc); hz != 0 && periods(rtc, hz, now) > periods(rtc, hz, rtc.now))
    rtc.register_c |= kPeriodic;
  const std::uint64_t seconds = whole_seconds(rtc, now) - whole_seconds(rtc, rtc.now);
  if (updates(rtc) && seconds > 0) {
    rtc.register_c |= kUpdate;
    if (const auto ahead = seconds_to_alarm(rtc); ahead && *ahead <= seconds) rtc.register_c |= kAlarm;
    add_seconds(rtc, seconds);
  }
  rtc.now = now;
}

Ticks next_event(const Rtc& rtc) {
  if (irq_level(rtc)) return kNever;
  Ticks next = kNever;
  if (const unsigned hz = periodic_hz(rtc); hz != 0 && (rtc.register_b & kPeriodic))
    next = next_period(rtc, hz);
  if (!updates(rtc)) return next;
  if (rtc.register_b & kUpdate) next = std::min(next, next_second(rtc));
  if (rtc.register_b & kAlarm) {
    if (const auto ahead = seconds_to_alarm(rtc))
      next = std::min(next, next_second(rtc) + (*ahead - 1) * kTicksPerSecond);
  }
  return next;
}

void write_port(Rtc& rtc, unsigned offset, std::uint8_t value, Ticks now) {
  advance(rtc, now);
  if (offset == 0) {
    rtc.index = value & 0x7F;
    rtc.nmi_disabled = bit(value, 7);
  } else {
    write_byte(rtc, rtc.index, value);
  }
}

std::uint8_t read_port(Rtc& rtc, unsigned offset, Ticks now) {
  advance(rtc, now);
  if (offset == 0) return 0xFF;
  const std::uint8_t value = byte_at(rtc, rtc.index);
  if (rtc.index == kRegisterC) rtc.register_c = 0;
  return value;
}

std::uint8_t peek_port(const Rtc& rtc, unsigned offset, Ticks now) {
  return offset == 0 ? 0xFF : peek_byte(rtc, rtc.index, now);
}

std::uint8_t peek_byte(const Rtc& rtc, unsigned address, Ticks now) {
  Rtc copy = rtc;
  advance(copy, now);
  return byte_at(copy, address & 0x7F);
}

}  // namespace ringside
