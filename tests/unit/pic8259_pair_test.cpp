// SPDX-License-Identifier: GPL-2.0-or-later
// The two 8259As of a PC and the cascade between them.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "sim/devices/pic8259.h"

namespace ringside {
namespace {

// The two chips as kernels set them up: vectors 0x20 and 0x28, everything open.
PicPair remapped(std::uint8_t master_icw4 = 0x01, std::uint8_t slave_icw4 = 0x01) {
  PicPair pair;
  write_port(pair, 0x20, 0x11);
  write_port(pair, 0xA0, 0x11);
  for (const std::uint8_t word : {std::uint8_t{0x20}, std::uint8_t{0x04}, master_icw4, std::uint8_t{0x00}})
    write_port(pair, 0x21, word);
  for (const std::uint8_t word : {std::uint8_t{0x28}, std::uint8_t{0x02}, slave_icw4, std::uint8_t{0x00}})
    write_port(pair, 0xA1, word);
  return pair;
}

TEST(PicPair, ABiosLeavesTimerKeyboardCascadeAndFloppyOpen) {
  const PicPair pair = pic_after_bios();
  EXPECT_EQ(peek_port(pair, 0x21), 0xB8);
  EXPECT_EQ(peek_port(pair, 0xA1), 0x8E);
  for (unsigned irq = 0; irq < 16; ++irq) {
    PicPair one = pair;
    set_irq_line(one, irq, true);
    const std::set<unsigned> open = {0, 1, 6, 8, 12, 13, 14};
    EXPECT_EQ(int_output(one), open.contains(irq)) << irq;
    if (int_output(one)) {
      EXPECT_EQ(acknowledge(one).vector, irq < 8 ? 0x08 + irq : 0x70 + irq - 8);
    }
  }
}

TEST(PicPair, TheSlaveGivesTheVectorAndBothChipsAreOwedAnEoi) {
  PicPair pair = remapped();
  set_irq_line(pair, 12, true);
  EXPECT_EQ(peek_port(pair, 0x20), 0x04);
  ASSERT_TRUE(peek_acknowledge(pair).has_value());
  EXPECT_EQ(peek_acknowledge(pair)->vector, 0x2C);
  const PicPairAcknowledge given = acknowledge(pair);
  EXPECT_EQ(given.vector, 0x2C);
  EXPECT_EQ(given.irq, 12);
  EXPECT_TRUE(given.from_slave);
  EXPECT_FALSE(given.spurious);
  EXPECT_EQ(pair.master.isr, 0x04);
  EXPECT_EQ(pair.slave.isr, 0x10);
  EXPECT_FALSE(peek_acknowledge(pair).has_value());

  // An EOI to the slave alone leaves IRQ 3 and below shut: the classic mistake.
  write_port(pair, 0xA0, 0x20);
  set_irq_line(pair, 4, true);
  EXPECT_EQ(standing(pair, 4), (PicReason{PicStanding::kInService, 2}));
  write_port(pair, 0x20, 0x20);
  EXPECT_EQ(acknowledge(pair).vector, 0x24);
}

TEST(PicPair, ASecondRequestOfTheSlaveWaitsForItsEoiAndIsNotLost) {
  PicPair pair = remapped();
  set_irq_line(pair, 8, true);
  EXPECT_EQ(acknowledge(pair).irq, 8);
  set_irq_line(pair, 14, true);
  EXPECT_FALSE(int_output(pair));
  EXPECT_EQ(standing(pair, 14), (PicReason{PicStanding::kInService, 8}));
  // Either order of the two EOIs must do.
  PicPair master_first = pair;
  write_port(master_first, 0x20, 0x20);
  write_port(master_first, 0xA0, 0x20);
  EXPECT_EQ(acknowledge(master_first).irq, 14);
  write_port(pair, 0xA0, 0x20);
  write_port(pair, 0x20, 0x20);
  EXPECT_EQ(acknowledge(pair).irq, 14);
}

TEST(PicPair, InAutomaticEoiTheSlavesNextRequestReachesTheMaster) {
  PicPair pair = remapped(0x03, 0x03);
  set_irq_line(pair, 9, true);
  set_irq_line(pair, 10, true);
  EXPECT_EQ(acknowledge(pair).irq, 9);
  EXPECT_EQ(acknowledge(pair).irq, 10);
  EXPECT_FALSE(int_output(pair));
}

TEST(PicPair, SpecialFullyNestedModeLetsTheSlavesHigherLinesIn) {
  PicPair plain = remapped(0x01), nested = remapped(0x11);
  for (PicPair* pair : {&plain, &nested}) {
    set_irq_line(*pair, 14, true);
    acknowledge(*pair);
    set_irq_line(*pair, 9, true);
  }
  EXPECT_FALSE(int_output(plain));
  EXPECT_EQ(standing(plain, 9), (PicReason{PicStanding::kInService, 2}));
  ASSERT_TRUE(int_output(nested));
  EXPECT_EQ(standing(nested, 9).standing, PicStanding::kNext);
  EXPECT_EQ(acknowledge(nested).irq, 9);
  EXPECT_EQ(nested.slave.isr, 0x42);
}

TEST(PicPair, SpuriousFifteenOwesTheMasterAnEoiAndTheSlaveNone) {
  PicPair pair = remapped();
  set_irq_line(pair, 10, true);
  // The slave's request goes between the two INTA pulses.
  pair.slave.irr = 0;
  const PicPairAcknowledge given = acknowledge(pair);
  EXPECT_EQ(given.vector, 0x2F);
  EXPECT_EQ(given.irq, 15);
  EXPECT_TRUE(given.spurious);
  EXPECT_EQ(pair.master.isr, 0x04);
  EXPECT_EQ(pair.slave.isr, 0x00);
}

TEST(PicPair, ASlaveWithTheWrongIdentityLeavesTheBusFloating) {
  PicPair pair = remapped();
  for (const std::uint8_t word : {0x28, 0x03, 0x01}) {
    if (word == 0x28) write_port(pair, 0xA0, 0x11);
    write_port(pair, 0xA1, word);
  }
  set_irq_line(pair, 11, true);
  const PicPairAcknowledge given = acknowledge(pair);
  EXPECT_TRUE(given.nobody_answers);
  EXPECT_EQ(given.vector, 0xFF);
}

TEST(PicPair, Irq2IsTheCascadesWireAndNoPin) {
  PicPair pair = remapped();
  set_irq_line(pair, 2, true);
  EXPECT_FALSE(int_output(pair));
}

TEST(PicPair, WritesSayWhichChipAndWhat) {
  PicPair pair = remapped();
  set_irq_line(pair, 13, true);
  acknowledge(pair);
  const PicPairWrite done = write_port(pair, 0xA0, 0x20);
  EXPECT_TRUE(done.slave);
  EXPECT_EQ(done.write.action, PicAction::kEoi);
  EXPECT_EQ(done.write.line, 5);
  EXPECT_EQ(write_port(pair, 0x4D1, 0xFF).write.action, PicAction::kElcr);
  EXPECT_EQ(read_port(pair, 0x4D1), 0xDE);
}

// ---- laws of every device ----

// One random step of outside traffic; returns what was read or acknowledged.
unsigned random_step(PicPair& pair, std::mt19937& random) {
  static constexpr std::uint16_t kPorts[] = {0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1};
  const std::uint16_t port = kPorts[random() % 6];
  switch (random() % 5) {
    case 0: write_port(pair, port, static_cast<std::uint8_t>(random())); return 0;
    case 1: return read_port(pair, port);
    case 2: set_irq_line(pair, random() % 16, random() % 2); return 0;
    case 3: return acknowledge(pair).vector;
    default: pair = random() % 50 == 0 ? remapped() : pair; return int_output(pair);
  }
}

TEST(PicPair, TwoCopiesUnderTheSameTrafficStayEqualAndPeekChangesNothing) {
  std::mt19937 random(8259);
  PicPair pair = pic_after_bios();
  PicPair copy = pair;
  for (int step = 0; step < 100'000; ++step) {
    std::mt19937 same = random;
    const unsigned seen = random_step(pair, random);
    EXPECT_EQ(random_step(copy, same), seen);
    ASSERT_EQ(pair, copy);
    for (const std::uint16_t port : {0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1}) {
      const std::uint8_t peeked = peek_port(pair, port);
      ASSERT_EQ(pair, copy);
      PicPair reader = pair;
      ASSERT_EQ(read_port(reader, port), peeked);
    }
    const auto next = next_line(pair.master);
    for (unsigned line = 0; line < 8; ++line)
      ASSERT_EQ(standing(pair.master, line).standing == PicStanding::kNext, next == line) << step;
    ASSERT_EQ(pair.master.irr & ~pair.master.ir, 0);
  }
}

TEST(PicPair, EveryFieldIsNamedOnce) {
  std::set<std::string> names;
  unsigned chips = 0;
  visit_fields(remapped(), [&](const char*, const Pic8259& pic) {
    ++chips;
    visit_fields(pic, [&](const char* name, const auto&) { names.insert(name); });
  });
  EXPECT_EQ(chips, 2u);
  EXPECT_EQ(names.size(), 16u);
  EXPECT_TRUE(names.contains("isr"));
}

}  // namespace
}  // namespace ringside
