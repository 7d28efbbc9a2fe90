// SPDX-License-Identifier: GPL-2.0-or-later
// 8254: the count sequences of the data sheet's figures 15 to 20 (231164-005), pulse by pulse.
#include "sim/devices/pit8254.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace ringside {
namespace {

using ::testing::ElementsAre;

// Machine time of CLK pulse k, rounded up; written here without the chip's own function. 1/1193182 s =
// 838.0951 ns.
Ticks at(std::uint64_t k) {
  const auto exact = static_cast<unsigned __int128>(k) * 1'000'000'000u;
  return static_cast<Ticks>((exact + 1'193'181) / 1'193'182);
}

// Counter `index` programmed at time 0 with a control word and count bytes.
Pit8254 programmed(std::uint8_t control, std::initializer_list<std::uint8_t> bytes) {
  Pit8254 pit;
  const unsigned index = control >> 6;
  write_port(pit, 3, control, 0);
  for (const std::uint8_t byte : bytes) write_port(pit, index, byte, 0);
  return pit;
}

// Count and OUT ("+" high, "-" low) after each of the pulses first..last, as the figures draw them.
std::vector<std::string> sequence(const Pit8254& pit, unsigned counter, unsigned first, unsigned last) {
  std::vector<std::string> rows;
  for (unsigned k = first; k <= last; ++k)
    rows.push_back(std::to_string(count_at(pit, counter, at(k))) + (out(pit, counter, at(k)) ? "+" : "-"));
  return rows;
}

TEST(Pit8254, Mode0GoesHighOnePulseAfterTheCountAndStays) {  // figure 15, LSB = 4
  const Pit8254 pit = programmed(0x10, {4});
  EXPECT_THAT(sequence(pit, 0, 1, 8),
              ElementsAre("4-", "3-", "2-", "1-", "0+", "65535+", "65534+", "65533+"));
  EXPECT_EQ(next_event(pit), at(5));
}

TEST(Pit8254, Mode0GateLowHoldsTheCount) {
  Pit8254 pit = programmed(0x10, {3});
  set_gate(pit, 0, false, at(2));
  EXPECT_THAT(sequence(pit, 0, 2, 4), ElementsAre("2-", "2-", "2-"));
  EXPECT_EQ(next_event(pit), kNever);
  set_gate(pit, 0, true, at(4));
  EXPECT_THAT(sequence(pit, 0, 5, 7), ElementsAre("1-", "0+", "65535+"));
}

TEST(Pit8254, Mode0NewCountRestartsAndTheFirstOfTwoBytesStopsIt) {
  Pit8254 pit = programmed(0x30, {2, 0});
  ASSERT_TRUE(out(pit, 0, at(3)));
  write_port(pit, 0, 5, at(4));
  EXPECT_FALSE(out(pit, 0, at(4)));
  EXPECT_THAT(sequence(pit, 0, 5, 6), ElementsAre("65535-", "65535-"));
  write_port(pit, 0, 0, at(6));
  EXPECT_THAT(sequence(pit, 0, 7, 12), ElementsAre("5-", "4-", "3-", "2-", "1-", "0+"));
}

TEST(Pit8254, Mode1IsAOneShotThatGateStartsAndRestarts) {  // figure 16, LSB = 3
  Pit8254 pit = programmed(0x92, {3});                     // counter 2: its gate is low at power-on
  EXPECT_TRUE(out(pit, 2, at(5)));
  EXPECT_EQ(next_event(pit, 2), kNever);
  set_gate(pit, 2, true, at(5));
  EXPECT_EQ(next_event(pit, 2), at(6));
  set_gate(pit, 2, false, at(5));  // the level does not matter
  EXPECT_THAT(sequence(pit, 2, 6, 10), ElementsAre("3-", "2-", "1-", "0+", "65535+"));
  set_gate(pit, 2, true, at(7));
  EXPECT_THAT(sequence(pit, 2, 8, 12), ElementsAre("3-", "2-", "1-", "0+", "65535+"));
}

TEST(Pit8254, Mode2IsLowForOnePulseInN) {  // figure 17, LSB = 3
  const Pit8254 pit = programmed(0x14, {3});
  EXPECT_THAT(sequence(pit, 0, 1, 8), ElementsAre("3+", "2+", "1-", "3+", "2+", "1-", "3+", "2+"));
}

TEST(Pit8254, Mode2EventsShowTheFallAndTheRise) {
  Pit8254 pit = pit_after_bios();
  std::vector<Ticks> edges;
  for (int i = 0; i < 4; ++i) {
    edges.push_back(next_event(pit));
    advance(pit, edges.back());
    EXPECT_EQ(pit.counter[0].out, i % 2 == 1);
  }
  EXPECT_THAT(edges, ElementsAre(at(65536), at(65537), at(131072), at(131073)));
}

TEST(Pit8254, Mode2TakesANewCountAtTheEndOfTheCycle) {
  Pit8254 pit = programmed(0x14, {5});
  write_port(pit, 0, 2, at(2));
  EXPECT_THAT(sequence(pit, 0, 2, 8), ElementsAre("4+", "3+", "2+", "1-", "2+", "1-", "2+"));
  // Until then the read-back status shows that the count is not in use yet.
  write_port(pit, 3, 0xE2, at(5));
  EXPECT_EQ(read_port(pit, 0, at(5)), 0x40 | 0x14);
  write_port(pit, 3, 0xE2, at(6));
  EXPECT_EQ(read_port(pit, 0, at(6)), 0x80 | 0x14);
}

TEST(Pit8254, Mode2GateRaisesOutAtOnceAndItsRiseStartsANewCycle) {
  Pit8254 pit = programmed(0x14, {3});
  ASSERT_FALSE(out(pit, 0, at(3)));
  set_gate(pit, 0, false, at(3));
  EXPECT_TRUE(out(pit, 0, at(3)));
  EXPECT_THAT(sequence(pit, 0, 4, 6), ElementsAre("1+", "1+", "1+"));
  set_gate(pit, 0, true, at(6));
  EXPECT_THAT(sequence(pit, 0, 7, 10), ElementsAre("3+", "2+", "1-", "3+"));
}

TEST(Pit8254, Mode3IsASquareWaveOfAnEvenCount) {  // figure 18, LSB = 4
  const Pit8254 pit = programmed(0x16, {4});
  EXPECT_THAT(sequence(pit, 0, 1, 9), ElementsAre("4+", "2+", "4-", "2-", "4+", "2+", "4-", "2-", "4+"));
}

TEST(Pit8254, Mode3SpendsAnOddCountsExtraPulseHigh) {  // figure 18, LSB = 5
  const Pit8254 pit = programmed(0x16, {5});
  EXPECT_THAT(sequence(pit, 0, 1, 11),
              ElementsAre("4+", "2+", "0+", "4-", "2-", "4+", "2+", "0+", "4-", "2-", "4+"));
}

TEST(Pit8254, Mode3TakesANewCountAtTheEndOfTheHalfCycle) {
  Pit8254 pit = programmed(0x16, {8});
  write_port(pit, 0, 4, at(2));
  EXPECT_THAT(sequence(pit, 0, 3, 9), ElementsAre("4+", "2+", "4-", "2-", "4+", "2+", "4-"));
}

TEST(Pit8254, Mode4StrobesOnceOnePulseAfterTheCount) {  // figure 19, LSB = 3
  const Pit8254 pit = programmed(0x18, {3});
  EXPECT_THAT(sequence(pit, 0, 1, 6), ElementsAre("3+", "2+", "1+", "0-", "65535+", "65534+"));
  EXPECT_TRUE(out(pit, 0, at(4 + 65536)));
  EXPECT_EQ(count_at(pit, 0, at(4 + 65536)), 0);
}

TEST(Pit8254, Mode4ANewCountDuringTheStrobeStartsOver) {
  Pit8254 pit = programmed(0x18, {3});
  write_port(pit, 0, 2, at(4));
  EXPECT_THAT(sequence(pit, 0, 4, 8), ElementsAre("0-", "2+", "1+", "0-", "65535+"));
}

TEST(Pit8254, AGateWithoutACountStartsNothing) {
  for (const std::uint8_t control : {0x92, 0x94, 0x96, 0x9A}) {
    Pit8254 pit = programmed(control, {});
    set_gate(pit, 2, true, at(3));
    EXPECT_EQ(next_event(pit, 2), kNever);
    EXPECT_TRUE(out(pit, 2, at(9)));
  }
}

TEST(Pit8254, Mode5StrobesAfterGatesRise) {  // figure 20, LSB = 3
  Pit8254 pit = programmed(0x9A, {3});
  EXPECT_TRUE(out(pit, 2, at(9)));
  set_gate(pit, 2, true, at(9));
  EXPECT_THAT(sequence(pit, 2, 10, 15), ElementsAre("3+", "2+", "1+", "0-", "65535+", "65534+"));
}

TEST(Pit8254, ACountOfZeroIs65536OrTenThousandInBcd) {
  const Pit8254 binary = programmed(0x30, {0, 0});
  EXPECT_EQ(next_event(binary), at(65537));
  EXPECT_EQ(count_at(binary, 0, at(1)), 0);
  EXPECT_EQ(count_at(binary, 0, at(2)), 0xFFFF);
  const Pit8254 bcd = programmed(0x31, {0, 0});
  EXPECT_EQ(next_event(bcd), at(10001));
  EXPECT_EQ(count_at(bcd, 0, at(2)), 0x9999);
}

TEST(Pit8254, BcdCountsInDecimalDigits) {
  const Pit8254 pit = programmed(0x35, {0x00, 0x10});  // 1000
  EXPECT_EQ(count_at(pit, 0, at(1)), 0x1000);
  EXPECT_EQ(count_at(pit, 0, at(2)), 0x0999);
  EXPECT_EQ(count_at(pit, 0, at(1 + 999)), 0x0001);
  EXPECT_EQ(count_at(pit, 0, at(1 + 1000)), 0x1000);
}

TEST(Pit8254, BytesAreWrittenAndReadAsTheControlWordSays) {
  Pit8254 msb = programmed(0x24, {0x12});  // high byte only: count 0x1200
  EXPECT_EQ(count_at(msb, 0, at(1)), 0x1200);
  EXPECT_EQ(read_port(msb, 0, at(1)), 0x12);
  EXPECT_EQ(read_port(msb, 0, at(1)), 0x12);
  Pit8254 lsb = programmed(0x14, {0x34});
  EXPECT_EQ(read_port(lsb, 0, at(1)), 0x34);
  Pit8254 both = programmed(0x34, {0x34, 0x12});
  EXPECT_EQ(read_port(both, 0, at(1)), 0x34);
  EXPECT_EQ(read_port(both, 0, at(1)), 0x12);
  EXPECT_EQ(read_port(both, 0, at(1)), 0x34);
}

TEST(Pit8254, ALatchedCountStandsUntilBothBytesAreRead) {
  Pit8254 pit = programmed(0x34, {0x00, 0x10});  // 0x1000
  write_port(pit, 3, 0x00, at(0x11));            // after 16 decrements: 0x0FF0
  write_port(pit, 3, 0x00, at(0x100));           // the second latch is ignored
  EXPECT_EQ(peek_port(pit, 0, at(0x200)), 0xF0);
  EXPECT_EQ(read_port(pit, 0, at(0x200)), 0xF0);
  EXPECT_EQ(read_port(pit, 0, at(0x300)), 0x0F);
  EXPECT_EQ(read_port(pit, 0, at(0x301)), 0x00);  // running again: 0x1000 - 0x300 = 0x0D00
  EXPECT_EQ(read_port(pit, 0, at(0x301)), 0x0D);
}

TEST(Pit8254, ReadBackLatchesStatusFirstThenCount) {
  Pit8254 pit = programmed(0x36, {0x10, 0x27});         // 10000
  write_port(pit, 3, 0xE2, 0);                          // status of counter 0
  EXPECT_EQ(read_port(pit, 0, 0), 0x80 | 0x40 | 0x36);  // OUT high, null count: nothing loaded yet
  write_port(pit, 3, 0xC2, at(1));                      // count and status
  EXPECT_EQ(read_port(pit, 0, at(9)), 0x80 | 0x36);
  EXPECT_EQ(read_port(pit, 0, at(9)), 0x10);
  EXPECT_EQ(read_port(pit, 0, at(9)), 0x27);
  write_port(pit, 3, 0xE2, at(5001));  // second half: low
  EXPECT_EQ(read_port(pit, 0, at(5001)), 0x36);
}

TEST(Pit8254, StatusKeepsTheModeAsWritten) {
  Pit8254 pit = programmed(0x3E, {4, 0});  // mode 7 means 3
  EXPECT_EQ(mode_of(pit.counter[0]), 3u);
  write_port(pit, 3, 0xE2, at(1));
  EXPECT_EQ(read_port(pit, 0, at(1)) & 0x3F, 0x3E);
}

TEST(Pit8254, PortThreeCannotBeRead) {
  Pit8254 pit = pit_after_bios();
  EXPECT_EQ(read_port(pit, 3, at(7)), 0xFF);
}

TEST(Pit8254, AControlWordSetsOutAtOnce) {
  Pit8254 pit = programmed(0x34, {0, 0});
  write_port(pit, 3, 0x30, at(5));
  EXPECT_FALSE(out(pit, 0, at(5)));
  EXPECT_EQ(next_event(pit), kNever);
  write_port(pit, 3, 0x34, at(6));
  EXPECT_TRUE(out(pit, 0, at(6)));
}

TEST(Pit8254, AnIllegalCountOfOneStopsHigh) {
  for (const std::uint8_t control : {0x14, 0x16}) {
    Pit8254 pit = programmed(control, {1});
    EXPECT_TRUE(out(pit, 0, at(1000)));
    advance(pit, at(2));
    EXPECT_EQ(next_event(pit), kNever);
    write_port(pit, 0, 6, at(1000));
    EXPECT_NE(next_event(pit), kNever);
    write_port(pit, 0, 1, at(1002));
    EXPECT_TRUE(out(pit, 0, at(2000)));
  }
}

TEST(Pit8254, TheClockNeverDrifts) {
  EXPECT_EQ(pit_clocks_at(0), 0u);
  EXPECT_EQ(pit_clocks_at(838), 0u);
  EXPECT_EQ(pit_clocks_at(839), 1u);
  EXPECT_EQ(pit_clocks_at(kTicksPerSecond), 1'193'182u);
  EXPECT_EQ(pit_clocks_at(86'400 * kTicksPerSecond), 86'400ull * 1'193'182);
  for (std::uint64_t k = 0; k < 3'000'000; k += 997) {
    ASSERT_EQ(pit_time_of_clock(k), at(k));
    ASSERT_EQ(pit_clocks_at(at(k)), k);
    if (k > 0) {
      ASSERT_EQ(pit_clocks_at(at(k) - 1), k - 1);
    }
  }
  // 18.2065 Hz: a rise at clocks 65537, 131073, ... makes 65543 interrupts in an hour of machine time.
  Pit8254 pit = pit_after_bios();
  unsigned rises = 0;
  for (Ticks next = next_event(pit); next <= 3600 * kTicksPerSecond; next = next_event(pit)) {
    advance(pit, next);
    rises += pit.counter[0].out;
  }
  EXPECT_EQ(rises, 65'543u);
  EXPECT_EQ(period_of(pit.counter[0]), 54'925'401u);  // 65536 / 1193182 s
}

TEST(Pit8254, AfterABiosTimerTicksAndSpeakerIsSilent) {
  const Pit8254 pit = pit_after_bios();
  EXPECT_EQ(mode_of(pit.counter[0]), 2u);
  EXPECT_EQ(count_of(pit.counter[0]), 65536u);
  EXPECT_FALSE(pit.counter[2].gate);
  EXPECT_EQ(next_event(Pit8254{}), kNever);
}

// ---- laws of every device ----

unsigned random_step(Pit8254& pit, std::mt19937& random, Ticks now) {
  const unsigned offset = random() % 4;
  const auto value = static_cast<std::uint8_t>(random() % 3 ? random() : random() % 8);
  switch (random() % 4) {
    case 0: write_port(pit, offset, value, now); return 0;
    case 1: write_port(pit, 3, static_cast<std::uint8_t>(random()), now); return 0;
    case 2: return read_port(pit, offset, now);
    default: set_gate(pit, random() % 3, random() % 2, now); return 0;
  }
}

TEST(Pit8254, OneAdvanceEqualsManyAndEveryEdgeIsForetold) {
  std::mt19937 random(8254);
  Ticks now = 0;
  Pit8254 leaps = pit_after_bios();
  Pit8254 walks = leaps;
  for (int step = 0; step < 20'000; ++step) {
    std::mt19937 same = random;
    ASSERT_EQ(random_step(leaps, random, now), random_step(walks, same, now));
    random_step(walks, same = random, now);
    random_step(leaps, random, now);
    const Ticks until = now + random() % (random() % 20 == 0 ? 200'000'000 : 200'000);

    // From event to event of all three counters, with OUT unchanged just before each.
    for (;;) {
      Ticks next = kNever;
      for (unsigned i = 0; i < 3; ++i) next = std::min(next, next_event(walks, i));
      if (next > until || until - now > 10'000'000) break;
      ASSERT_GT(next, now);
      for (unsigned i = 0; i < 3; ++i) {
        ASSERT_EQ(out(walks, i, next - 1), walks.counter[i].out);
        ASSERT_EQ(out(walks, i, next) != walks.counter[i].out, next_event(walks, i) == next);
      }
      advance(walks, next);
    }
    advance(walks, now + (until - now) / 3);
    advance(walks, until);
    advance(leaps, until);
    ASSERT_EQ(leaps, walks) << step;
    for (unsigned offset = 0; offset < 4; ++offset) {
      const std::uint8_t peeked = peek_port(walks, offset, until);
      ASSERT_EQ(leaps, walks);
      Pit8254 reader = walks;
      ASSERT_EQ(read_port(reader, offset, until), peeked);
    }
    now = until;
  }
}

TEST(Pit8254, EveryFieldIsNamed) {
  std::vector<std::string> names;
  struct Outer {
    std::vector<std::string>& names;
    void operator()(const char* name, std::uint64_t) { names.push_back(name); }
    void operator()(const char*, const PitCounter& counter) {
      visit_fields(counter, [&](const char* name, const auto&) { names.push_back(name); });
    }
  };
  visit_fields(Pit8254{}, Outer{names});
  EXPECT_EQ(names.size(), 3u * 18 + 1);
}

}  // namespace
}  // namespace ringside
