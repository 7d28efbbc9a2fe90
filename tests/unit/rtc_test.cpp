// SPDX-License-Identifier: GPL-2.0-or-later
// MC146818A: what kernels do at ports 0x70 and 0x71, against the data sheet's figures and the calendar.
#include "sim/devices/rtc.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace ringside {
namespace {

constexpr Ticks kSecond = 1'000'000'000, kMillisecond = 1'000'000, kMicrosecond = 1'000;

std::uint8_t read(Rtc& rtc, std::uint8_t address, Ticks now) {
  write_port(rtc, 0, address, now);
  return read_port(rtc, 1, now);
}

void write(Rtc& rtc, std::uint8_t address, std::uint8_t value, Ticks now) {
  write_port(rtc, 0, address, now);
  write_port(rtc, 1, value, now);
}

// Year, month, day, hour, minute, second as hexadecimal digits, which is how BCD bytes read.
std::uint64_t stamp(Rtc& rtc, Ticks now) {
  std::uint64_t digits = 0;
  for (const std::uint8_t address : {9, 8, 7, 4, 2, 0}) digits = digits << 8 | read(rtc, address, now);
  return digits;
}

TEST(Rtc, StartsOnTheFirstOfJanuary2026AThursday) {
  Rtc rtc = rtc_with_battery();
  EXPECT_EQ(stamp(rtc, 0), 0x260101'000000u);
  EXPECT_EQ(read(rtc, 6, 0), 5);
  EXPECT_EQ(read(rtc, 0x32, 0), 0x20);
  EXPECT_EQ(read(rtc, 0x0D, 0), 0x80);
  EXPECT_EQ(read(rtc, 0x0B, 0), 0x02);
}

TEST(Rtc, TakesAnyStart) {
  Rtc leap = rtc_with_battery(1'709'210'096);  // Thursday 2024-02-29 12:34:56 UTC
  EXPECT_EQ(stamp(leap, 0), 0x240229'123456u);
  EXPECT_EQ(read(leap, 6, 0), 5);
  Rtc epoch = rtc_with_battery(0);
  EXPECT_EQ(stamp(epoch, 0), 0x700101'000000u);
  EXPECT_EQ(read(epoch, 0x32, 0), 0x19);
}

TEST(Rtc, SecondsPassExactlyWithMachineTime) {
  Rtc rtc = rtc_with_battery();
  EXPECT_EQ(stamp(rtc, kSecond - 1), 0x260101'000000u);
  EXPECT_EQ(stamp(rtc, kSecond), 0x260101'000001u);
  EXPECT_EQ(stamp(rtc, 86'399 * kSecond), 0x260101'235959u);
  EXPECT_EQ(stamp(rtc, 86'400 * kSecond), 0x260102'000000u);
  EXPECT_EQ(read(rtc, 6, 86'400 * kSecond), 6);
  EXPECT_EQ(stamp(rtc, 59 * 86'400 * kSecond), 0x260301'000000u);  // 2026 is no leap year
}

TEST(Rtc, KnowsLeapYearsAndTheEndOfTheCentury) {
  Rtc rtc = rtc_with_battery(1'709'164'799);  // 2024-02-28 23:59:59
  EXPECT_EQ(stamp(rtc, kSecond), 0x240229'000000u);
  EXPECT_EQ(stamp(rtc, 86'401 * kSecond), 0x240301'000000u);
  Rtc last = rtc_with_battery(4'102'444'799);  // 2099-12-31 23:59:59
  EXPECT_EQ(stamp(last, kSecond), 0x000101'000000u);
  EXPECT_EQ(read(last, 0x32, kSecond), 0x20);  // software's to carry
}

TEST(Rtc, Bit7OfTheIndexKeepsNmiOut) {
  Rtc rtc = rtc_with_battery();
  write_port(rtc, 0, 0x8D, 0);
  EXPECT_TRUE(rtc.nmi_disabled);
  EXPECT_EQ(read_port(rtc, 1, 0), 0x80);
  write_port(rtc, 0, 0x0D, 0);
  EXPECT_FALSE(rtc.nmi_disabled);
  EXPECT_EQ(read_port(rtc, 0, 0), 0xFF);
}

TEST(Rtc, TwelveHourAndBinaryFormsFollowRegisterB) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0B, 0x80 | 0x04, 0);  // SET, binary, 12 hours
  write(rtc, 4, 0x8B, 0);            // 11 PM
  write(rtc, 2, 59, 0);
  write(rtc, 0, 58, 0);
  write(rtc, 0x0B, 0x04, 0);
  EXPECT_EQ(time_of(rtc).hour, 23u);
  EXPECT_EQ(read(rtc, 0, kSecond), 59);
  EXPECT_EQ(read(rtc, 4, 2 * kSecond), 12);  // 12 AM is midnight
  EXPECT_EQ(read(rtc, 7, 2 * kSecond), 2);
  EXPECT_EQ(read(rtc, 4, (2 + 3600) * kSecond), 1);
  EXPECT_EQ(read(rtc, 4, (2 + 12 * 3600) * kSecond), 0x80 | 12);  // noon
}

TEST(Rtc, SetHoldsTheTimeWhileItIsWritten) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0B, 0x92, 0);  // SET and UIE: SET clears UIE
  EXPECT_EQ(read(rtc, 0x0B, 0), 0x82);
  write(rtc, 0, 0x30, 2 * kSecond);
  EXPECT_EQ(read(rtc, 0, 10 * kSecond), 0x30);
  EXPECT_EQ(read(rtc, 0x0A, 10 * kSecond - 1), 0x26);  // no UIP
  write(rtc, 0x0B, 0x02, 10 * kSecond);
  EXPECT_EQ(read(rtc, 0, 11 * kSecond), 0x31);
}

TEST(Rtc, UipWarnsBeforeTheSecondChanges) {
  Rtc rtc = rtc_with_battery();
  EXPECT_EQ(read(rtc, 0x0A, 0), 0x26);
  EXPECT_EQ(read(rtc, 0x0A, kSecond - 2229 * kMicrosecond), 0x26);
  EXPECT_EQ(read(rtc, 0x0A, kSecond - 2228 * kMicrosecond), 0xA6);
  EXPECT_EQ(read(rtc, 0x0A, kSecond - 1), 0xA6);
  EXPECT_EQ(read(rtc, 0x0A, kSecond), 0x26);
}

TEST(Rtc, TheDividerStartsHalfASecondBeforeTheFirstUpdate) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0A, 0x70, 100 * kMillisecond);
  EXPECT_EQ(read(rtc, 0, 5 * kSecond), 0x00);
  write(rtc, 0x0A, 0x26, 5 * kSecond + 300 * kMillisecond);
  EXPECT_EQ(read(rtc, 0, 5 * kSecond + 800 * kMillisecond - 1), 0x00);
  EXPECT_EQ(read(rtc, 0, 5 * kSecond + 800 * kMillisecond), 0x01);
  EXPECT_EQ(read(rtc, 0, 6 * kSecond + 800 * kMillisecond), 0x02);
}

TEST(Rtc, PeriodicInterruptsComeAt1024HertzAndEndWithAReadOfRegisterC) {
  Rtc rtc = rtc_with_battery();
  EXPECT_EQ(next_event(rtc), kNever);
  write(rtc, 0x0B, 0x42, 0);
  EXPECT_EQ(next_event(rtc), 976'563u);  // 1/1024 s, rounded up
  advance(rtc, 976'562);
  EXPECT_FALSE(irq_level(rtc));
  advance(rtc, 976'563);
  EXPECT_TRUE(irq_level(rtc));
  EXPECT_EQ(next_event(rtc), kNever);
  write_port(rtc, 0, 0x0C, 976'563);
  EXPECT_EQ(peek_port(rtc, 1, 976'563), 0xC0);
  EXPECT_EQ(read_port(rtc, 1, 976'563), 0xC0);
  EXPECT_FALSE(irq_level(rtc));
  EXPECT_EQ(read_port(rtc, 1, 976'563), 0x00);
  EXPECT_EQ(next_event(rtc), 1'953'125u);
  // Without the read no second interrupt ever comes.
  advance(rtc, 20 * kMillisecond);
  EXPECT_EQ(next_event(rtc), kNever);

  unsigned count = 0;
  read(rtc, 0x0C, kSecond);
  for (Ticks next = next_event(rtc); next <= 11 * kSecond; next = next_event(rtc), ++count) {
    advance(rtc, next);
    EXPECT_TRUE(irq_level(rtc));
    read(rtc, 0x0C, next);
  }
  EXPECT_EQ(count, 10'240u);
}

TEST(Rtc, PeriodicRatesAreThoseOfTheTable) {
  const unsigned expected[16] = {0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2};
  Rtc rtc = rtc_with_battery();
  for (unsigned rate = 0; rate < 16; ++rate) {
    write(rtc, 0x0A, static_cast<std::uint8_t>(0x20 | rate), 0);
    EXPECT_EQ(periodic_hz(rtc), expected[rate]) << rate;
  }
}

TEST(Rtc, FlagsRiseWithoutTheirEnablesButTheLineDoesNot) {
  Rtc rtc = rtc_with_battery();
  advance(rtc, kSecond);
  EXPECT_FALSE(irq_level(rtc));
  EXPECT_EQ(peek_byte(rtc, 0x0C, kSecond), 0x50);  // PF, UF
  write(rtc, 0x0B, 0x12, kSecond);                 // enabling finds the flag set
  EXPECT_TRUE(irq_level(rtc));
  EXPECT_EQ(read(rtc, 0x0C, kSecond), 0xD0);
}

TEST(Rtc, UpdateInterruptComesWithEverySecond) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0A, 0x20, 0);
  write(rtc, 0x0B, 0x12, 0);
  EXPECT_EQ(next_event(rtc), kSecond);
  advance(rtc, kSecond);
  EXPECT_EQ(read(rtc, 0x0C, kSecond + 5), 0x90);
  EXPECT_EQ(next_event(rtc), 2 * kSecond);
}

TEST(Rtc, TheAlarmMatchesATimeOfDayAndDontCareBytesMatchAny) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0A, 0x20, 0);
  write(rtc, 5, 0x01, 0);
  write(rtc, 3, 0x02, 0);
  write(rtc, 1, 0x03, 0);
  write(rtc, 0x0B, 0x22, 0);
  EXPECT_EQ(next_event(rtc), 3723 * kSecond);
  advance(rtc, 3723 * kSecond - 1);
  EXPECT_FALSE(irq_level(rtc));
  advance(rtc, 3723 * kSecond);
  EXPECT_TRUE(irq_level(rtc));
  EXPECT_EQ(read(rtc, 0x0C, 3723 * kSecond), 0xB0);
  EXPECT_EQ(next_event(rtc), (3723 + 86'400) * kSecond);
  write(rtc, 5, 0xC0, 3723 * kSecond);  // every hour at 02:03
  EXPECT_EQ(next_event(rtc), (3723 + 3600) * kSecond);
  write(rtc, 3, 0xFF, 3723 * kSecond);  // every minute
  EXPECT_EQ(next_event(rtc), (3723 + 60) * kSecond);
  write(rtc, 1, 0xC0, 3723 * kSecond);  // every second
  EXPECT_EQ(next_event(rtc), 3724 * kSecond);
  write(rtc, 3, 0x77, 3723 * kSecond);  // minute 77 never comes
  EXPECT_EQ(next_event(rtc), kNever);
}

TEST(Rtc, RegistersCAndDAndUipCannotBeWritten) {
  Rtc rtc = rtc_with_battery();
  write(rtc, 0x0C, 0xFF, 0);
  write(rtc, 0x0D, 0x00, 0);
  write(rtc, 0x0A, 0xA6, 0);
  EXPECT_EQ(read(rtc, 0x0C, 0), 0x00);
  EXPECT_EQ(read(rtc, 0x0D, 0), 0x80);
  EXPECT_EQ(read(rtc, 0x0A, 0), 0x26);
  write(rtc, 0x00, 0xD9, 0);  // nor bit 7 of the seconds
  EXPECT_EQ(read(rtc, 0x00, 0), 0x59);
}

TEST(Rtc, MemoryKeepsWhatIsWritten) {
  Rtc rtc = rtc_with_battery();
  for (unsigned address = 0x0E; address < 0x80; ++address)
    write(rtc, static_cast<std::uint8_t>(address), static_cast<std::uint8_t>(address * 7), 0);
  for (unsigned address = 0x0E; address < 0x80; ++address)
    EXPECT_EQ(read(rtc, static_cast<std::uint8_t>(address), 99 * kSecond),
              static_cast<std::uint8_t>(address * 7));
}

TEST(Rtc, ABiosWritesTheMemorysSize) {
  const auto word = [](const Rtc& rtc, unsigned address) {
    return peek_byte(rtc, address, 0) | peek_byte(rtc, address + 1, 0) << 8;
  };
  const Rtc rtc = rtc_after_bios(128u << 20);
  EXPECT_EQ(word(rtc, 0x15), 640);
  EXPECT_EQ(word(rtc, 0x17), 0xFFFF);  // 127 MiB does not fit in KiB
  EXPECT_EQ(word(rtc, 0x34), 112 * 16);
  EXPECT_EQ(peek_byte(rtc, 0x10, 0), 0);
  const Rtc small = rtc_after_bios(8u << 20);
  EXPECT_EQ(word(small, 0x17), 7 * 1024);
  EXPECT_EQ(word(small, 0x30), 7 * 1024);
  EXPECT_EQ(word(small, 0x34), 0);
  const Rtc large = rtc_after_bios(5ull << 30);
  EXPECT_EQ(word(large, 0x34), 0xFF00);  // up to 4 GiB
  EXPECT_EQ(word(large, 0x5B), 0x4000);  // 1 GiB above
  for (const Rtc& one : {rtc, small, large}) {
    unsigned sum = 0;
    for (unsigned address = 0x10; address <= 0x2D; ++address) sum += peek_byte(one, address, 0);
    EXPECT_EQ(peek_byte(one, 0x2E, 0) << 8 | peek_byte(one, 0x2F, 0), static_cast<int>(sum));
  }
}

TEST(Rtc, FloppyTypesShowInTheEquipmentByte) {
  Rtc rtc = rtc_after_bios(64u << 20);
  EXPECT_EQ(read(rtc, 0x14, 0) & 0xC1, 0x00);
  set_floppy_types(rtc, 0x40);
  EXPECT_EQ(read(rtc, 0x10, 0), 0x40);
  EXPECT_EQ(read(rtc, 0x14, 0) & 0xC1, 0x01);
  set_floppy_types(rtc, 0x44);
  EXPECT_EQ(read(rtc, 0x14, 0) & 0xC1, 0x41);
}

TEST(Rtc, ADeadBatteryShowsAndTheClockStandsStill) {
  Rtc rtc;
  EXPECT_EQ(read(rtc, 0x0D, 0), 0x00);
  EXPECT_EQ(stamp(rtc, 50 * kSecond), 0u);
  EXPECT_EQ(next_event(rtc), kNever);
}

// ---- laws of every device ----

unsigned random_step(Rtc& rtc, std::mt19937& random, Ticks now) {
  const auto value = static_cast<std::uint8_t>(random());
  switch (random() % 6) {
    case 0: write_port(rtc, 0, value, now); return 0;
    case 1: write_port(rtc, 1, value, now); return 0;
    case 2: return read_port(rtc, random() % 2, now);
    case 3: write(rtc, static_cast<std::uint8_t>(random() % 14), value, now); return 0;
    case 4: write(rtc, 0x0A, 0x20 | (value & 15), now); return 0;
    default: return read(rtc, 0x0C, now);
  }
}

TEST(Rtc, OneAdvanceEqualsManyAndEveryInterruptIsForetold) {
  std::mt19937 random(146818);
  Ticks now = 0;
  Rtc leaps = rtc_after_bios(64u << 20), walks = leaps;
  for (int step = 0; step < 20'000; ++step) {
    std::mt19937 same = random;
    ASSERT_EQ(random_step(leaps, random, now), random_step(walks, same, now));
    const Ticks until = now + (step % 7 == 0 ? random() * Ticks{100'000} : random() % (2 * kSecond));

    const Ticks next = next_event(walks);
    if (next != kNever) {
      ASSERT_GT(next, now);
      ASSERT_FALSE(irq_level(walks));
      Rtc before = walks;
      advance(before, next - 1);
      ASSERT_FALSE(irq_level(before));
      advance(before, next);
      ASSERT_TRUE(irq_level(before));
    } else {
      Rtc later = walks;
      advance(later, until);
      ASSERT_EQ(irq_level(later), irq_level(walks));
    }
    for (unsigned part = 1; part < 5; ++part) advance(walks, now + (until - now) / 5 * part);
    advance(walks, until);
    advance(leaps, until);
    ASSERT_EQ(leaps, walks) << step;
    const std::uint8_t peeked = peek_port(walks, 1, until);
    ASSERT_EQ(leaps, walks);
    Rtc reader = walks;
    ASSERT_EQ(read_port(reader, 1, until), peeked);
    now = until;
  }
}

TEST(Rtc, EveryFieldIsNamed) {
  std::set<std::string> names;
  visit_fields(rtc_with_battery(), [&](const char* name, const auto&) { names.insert(name); });
  EXPECT_EQ(names.size(), 9u);
}

}  // namespace
}  // namespace ringside
