// SPDX-License-Identifier: GPL-2.0-or-later
// 8259A: byte sequences as the data sheet (231468-003) and ordinary drivers write them.
#include "sim/devices/pic8259.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ringside {
namespace {

// A master alone, vectors from `base`, in 8086 mode, nothing masked.
Pic8259 single_chip(std::uint8_t base = 0x20, std::uint8_t icw4 = 0x01, std::uint8_t icw1 = 0x13) {
  Pic8259 pic;
  write_port(pic, 0, icw1);
  write_port(pic, 1, base);
  write_port(pic, 1, icw4);
  return pic;
}

// The two chips as kernels set them up: vectors 0x20 and 0x28, everything open.
PicPair remapped(std::uint8_t master_icw4 = 0x01, std::uint8_t slave_icw4 = 0x01) {
  PicPair pair;
  for (const auto& [port, value] : std::initializer_list<std::pair<int, int>>{{0x20, 0x11},
                                                                              {0xA0, 0x11},
                                                                              {0x21, 0x20},
                                                                              {0xA1, 0x28},
                                                                              {0x21, 0x04},
                                                                              {0xA1, 0x02},
                                                                              {0x21, master_icw4},
                                                                              {0xA1, slave_icw4},
                                                                              {0x21, 0x00},
                                                                              {0xA1, 0x00}})
    write_port(pair, static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(value));
  return pair;
}

void pulse(Pic8259& pic, unsigned line) {
  set_irq_line(pic, line, false);
  set_irq_line(pic, line, true);
}

std::uint8_t isr_of(Pic8259& pic) {
  write_port(pic, 0, 0x0B);
  return read_port(pic, 0);
}

std::uint8_t irr_of(Pic8259& pic) {
  write_port(pic, 0, 0x0A);
  return read_port(pic, 0);
}

TEST(Pic8259, GivesNoInterruptBeforeItsInitialisationIsComplete) {
  Pic8259 pic;
  set_irq_line(pic, 1, true);
  EXPECT_FALSE(int_output(pic));
  EXPECT_EQ(standing(pic, 1).standing, PicStanding::kNotInitialised);
  EXPECT_EQ(write_port(pic, 0, 0x11).action, PicAction::kIcw1);
  EXPECT_EQ(write_port(pic, 1, 0x20).action, PicAction::kIcw2);
  EXPECT_EQ(write_port(pic, 1, 0x04).action, PicAction::kIcw3);
  pulse(pic, 1);
  EXPECT_FALSE(int_output(pic));
  EXPECT_EQ(write_port(pic, 1, 0x01).action, PicAction::kIcw4);
  EXPECT_TRUE(int_output(pic));
  EXPECT_EQ(write_port(pic, 1, 0xFF).action, PicAction::kMask);
  EXPECT_FALSE(int_output(pic));
}

TEST(Pic8259, SkipsIcw3WhenSingleAndIcw4WhenNotAsked) {
  Pic8259 pic;
  write_port(pic, 0, 0x12);  // SNGL, no ICW4
  write_port(pic, 1, 0x40);
  EXPECT_EQ(write_port(pic, 1, 0xFE).action, PicAction::kMask);
  EXPECT_EQ(read_port(pic, 1), 0xFE);
}

TEST(Pic8259, WithoutIcw4TheVectorByteIsThatOfAnMcs80Call) {
  Pic8259 pic;
  write_port(pic, 0, 0xF2);  // A7-A5 = 111, interval 8, single
  write_port(pic, 1, 0x20);
  set_irq_line(pic, 3, true);
  EXPECT_EQ(acknowledge(pic).vector, 0xD8);  // A7 A6 = 11, 3 * 8
  write_port(pic, 0, 0xF6);                  // interval 4
  write_port(pic, 1, 0x20);
  pulse(pic, 3);
  EXPECT_EQ(acknowledge(pic).vector, 0xEC);  // 111, 3 * 4
}

TEST(Pic8259, Icw1ForgetsMasksRequestsAndService) {
  Pic8259 pic = single_chip();
  pulse(pic, 4);
  acknowledge(pic);
  pulse(pic, 5);
  write_port(pic, 1, 0xF0);
  write_port(pic, 0, 0x13);
  EXPECT_EQ(pic.imr, 0);
  EXPECT_EQ(pic.isr, 0);
  EXPECT_EQ(pic.irr, 0);
  write_port(pic, 1, 0x20);
  write_port(pic, 1, 0x01);
  // The line is still high; an edge is needed all the same.
  EXPECT_FALSE(int_output(pic));
  pulse(pic, 5);
  EXPECT_TRUE(int_output(pic));
}

TEST(Pic8259, VectorIsIcw2sUpperFiveBitsAndTheLine) {
  for (unsigned line = 0; line < 8; ++line) {
    Pic8259 pic = single_chip(0x6F);
    set_irq_line(pic, line, true);
    const PicAcknowledge given = acknowledge(pic);
    EXPECT_EQ(given.vector, 0x68 + line);
    EXPECT_EQ(given.line, line);
    EXPECT_FALSE(given.spurious);
  }
}

TEST(Pic8259, AcknowledgeMovesTheRequestIntoServiceAndHoldsEqualAndLowerLines) {
  Pic8259 pic = single_chip();
  set_irq_line(pic, 3, true);
  EXPECT_EQ(irr_of(pic), 0x08);
  acknowledge(pic);
  EXPECT_EQ(irr_of(pic), 0x00);
  EXPECT_EQ(isr_of(pic), 0x08);
  EXPECT_EQ(eoi_owed(pic), 0x08);
  pulse(pic, 3);
  pulse(pic, 6);
  EXPECT_FALSE(int_output(pic));
  EXPECT_EQ(standing(pic, 6), (PicReason{PicStanding::kInService, 3}));
  EXPECT_EQ(standing(pic, 3), (PicReason{PicStanding::kInService, 3}));
  pulse(pic, 2);
  EXPECT_TRUE(int_output(pic));
  EXPECT_EQ(standing(pic, 3), (PicReason{PicStanding::kOutranked, 2}));
  EXPECT_EQ(acknowledge(pic).line, 2);
  EXPECT_EQ(isr_of(pic), 0x0C);
}

TEST(Pic8259, NonSpecificEoiEndsTheHighestInService) {
  Pic8259 pic = single_chip();
  pulse(pic, 5);
  acknowledge(pic);
  pulse(pic, 1);
  acknowledge(pic);
  PicWrite done = write_port(pic, 0, 0x20);
  EXPECT_EQ(done.action, PicAction::kEoi);
  EXPECT_EQ(done.line, 1);
  EXPECT_TRUE(done.cleared);
  EXPECT_EQ(pic.isr, 0x20);
  write_port(pic, 0, 0x20);
  EXPECT_EQ(pic.isr, 0x00);
  done = write_port(pic, 0, 0x20);  // one too many
  EXPECT_EQ(done.line, kNoLine);
  EXPECT_FALSE(done.cleared);
}

TEST(Pic8259, SpecificEoiEndsTheLineItNames) {
  Pic8259 pic = single_chip();
  pulse(pic, 5);
  acknowledge(pic);
  pulse(pic, 1);
  acknowledge(pic);
  EXPECT_TRUE(write_port(pic, 0, 0x65).cleared);
  EXPECT_EQ(pic.isr, 0x02);
  EXPECT_FALSE(write_port(pic, 0, 0x65).cleared);
}

TEST(Pic8259, TheMaskHoldsARequestBackWithoutLosingIt) {
  Pic8259 pic = single_chip();
  write_port(pic, 1, 0x01);
  set_irq_line(pic, 0, true);
  EXPECT_FALSE(int_output(pic));
  EXPECT_EQ(standing(pic, 0).standing, PicStanding::kMasked);
  EXPECT_EQ(irr_of(pic), 0x01);
  EXPECT_EQ(pending_lines(pic), 0x00);
  write_port(pic, 1, 0x00);
  EXPECT_TRUE(int_output(pic));
  EXPECT_EQ(standing(pic, 0).standing, PicStanding::kNext);
}

TEST(Pic8259, ALineThatFallsBeforeTheAcknowledgeGivesSpuriousSevenWithoutService) {
  Pic8259 pic = single_chip(0x20);
  set_irq_line(pic, 2, true);
  set_irq_line(pic, 2, false);
  EXPECT_FALSE(int_output(pic));
  const PicAcknowledge given = acknowledge(pic);
  EXPECT_TRUE(given.spurious);
  EXPECT_EQ(given.vector, 0x27);
  EXPECT_EQ(isr_of(pic), 0x00);
  // A true IRQ 7 sets its bit: this is how a handler tells them apart.
  set_irq_line(pic, 7, true);
  EXPECT_EQ(acknowledge(pic).vector, 0x27);
  EXPECT_EQ(isr_of(pic), 0x80);
}

TEST(Pic8259, AnEdgeTriggeredLineAsksOnceALevelTriggeredOneUntilItFalls) {
  Pic8259 edge = single_chip();
  Pic8259 level = single_chip(0x20, 0x01, 0x1B);  // LTIM
  for (Pic8259* pic : {&edge, &level}) {
    set_irq_line(*pic, 4, true);
    acknowledge(*pic);
    write_port(*pic, 0, 0x20);
  }
  EXPECT_FALSE(int_output(edge));
  EXPECT_TRUE(int_output(level));
  set_irq_line(level, 4, false);
  EXPECT_FALSE(int_output(level));
}

TEST(Pic8259, ElcrMakesSingleLinesLevelTriggeredButNotTheBoardsOwn) {
  Pic8259 pic = single_chip();
  set_irq_line(pic, 5, true);
  acknowledge(pic);
  write_port(pic, 0, 0x20);
  EXPECT_FALSE(int_output(pic));
  write_elcr(pic, 0xFF);
  EXPECT_EQ(pic.elcr, 0xF8);
  EXPECT_TRUE(int_output(pic));
}

TEST(Pic8259, AutomaticEoiOwesNothing) {
  Pic8259 pic = single_chip(0x20, 0x03);
  pulse(pic, 3);
  EXPECT_EQ(acknowledge(pic).vector, 0x23);
  EXPECT_EQ(isr_of(pic), 0x00);
  pulse(pic, 6);
  EXPECT_TRUE(int_output(pic));
}

// "Automatic Rotation (Equal Priority Devices)": the data sheet's example has IS6 and IS4 set before the
// command.
TEST(Pic8259, RotateOnEoiMakesTheServedLineTheLowest) {
  Pic8259 pic = single_chip();
  pulse(pic, 6);
  acknowledge(pic);
  pulse(pic, 4);
  acknowledge(pic);
  EXPECT_EQ(isr_of(pic), 0x50);
  const PicWrite done = write_port(pic, 0, 0xA0);
  EXPECT_EQ(done.action, PicAction::kEoiAndRotate);
  EXPECT_EQ(done.line, 4);
  EXPECT_EQ(isr_of(pic), 0x40);
  EXPECT_EQ(priority_order(pic), (std::array<std::uint8_t, 8>{5, 6, 7, 0, 1, 2, 3, 4}));
}

TEST(Pic8259, SetPriorityNamesTheBottomLine) {
  Pic8259 pic = single_chip();
  const PicWrite done = write_port(pic, 0, 0xC5);  // bottom is 5, so 6 is the top
  EXPECT_EQ(done.action, PicAction::kSetPriority);
  EXPECT_EQ(done.line, 5);
  set_irq_line(pic, 0, true);
  set_irq_line(pic, 6, true);
  EXPECT_EQ(acknowledge(pic).line, 6);
  EXPECT_FALSE(int_output(pic));
  write_port(pic, 0, 0xE6);  // rotate on specific EOI: 6 becomes the bottom
  EXPECT_EQ(pic.lowest_priority, 6);
  EXPECT_EQ(acknowledge(pic).line, 0);
}

TEST(Pic8259, RotateInAutomaticEoiTakesTurns) {
  Pic8259 pic = single_chip(0x20, 0x03);
  EXPECT_EQ(write_port(pic, 0, 0x80).action, PicAction::kRotateInAeoiOn);
  pulse(pic, 1);
  pulse(pic, 2);
  EXPECT_EQ(acknowledge(pic).line, 1);
  pulse(pic, 1);
  EXPECT_EQ(acknowledge(pic).line, 2);
  EXPECT_EQ(write_port(pic, 0, 0x00).action, PicAction::kRotateInAeoiOff);
  EXPECT_EQ(pic.lowest_priority, 2);
  acknowledge(pic);
  EXPECT_EQ(pic.lowest_priority, 2);
}

TEST(Pic8259, SpecialMaskModeLetsLowerLinesInWhileAMaskedOneIsInService) {
  Pic8259 pic = single_chip();
  pulse(pic, 2);
  acknowledge(pic);
  pulse(pic, 5);
  EXPECT_FALSE(int_output(pic));
  write_port(pic, 1, 0x04);  // mask line 2, still in service
  EXPECT_FALSE(int_output(pic));
  write_port(pic, 0, 0x68);  // ESMM = SMM = 1
  EXPECT_TRUE(int_output(pic));
  EXPECT_EQ(acknowledge(pic).line, 5);
  // A non-specific EOI does not see the masked bit.
  EXPECT_EQ(write_port(pic, 0, 0x20).line, 5);
  EXPECT_EQ(write_port(pic, 0, 0x20).line, kNoLine);
  write_port(pic, 0, 0x08);  // ESMM = 0: no change
  EXPECT_TRUE(pic.special_mask);
  write_port(pic, 0, 0x48);  // SMM off
  EXPECT_EQ(write_port(pic, 0, 0x20).line, 2);
}

TEST(Pic8259, PollIsAnAcknowledgeByRead) {
  Pic8259 pic = single_chip();
  write_port(pic, 0, 0x0C);
  EXPECT_EQ(read_port(pic, 0), 0x00);
  set_irq_line(pic, 6, true);
  write_port(pic, 0, 0x0C);
  EXPECT_EQ(peek_port(pic, 0), 0x86);
  EXPECT_EQ(read_port(pic, 0), 0x86);
  write_port(pic, 1, 0x0F);
  EXPECT_EQ(read_port(pic, 1), 0x0F);  // one poll, one read: the mask again
  EXPECT_EQ(isr_of(pic), 0x40);
}

TEST(Pic8259, ReadsGiveIrrAfterInitialisationAndKeepTheLastChoice) {
  Pic8259 pic = single_chip();
  set_irq_line(pic, 0, true);
  acknowledge(pic);
  set_irq_line(pic, 4, true);
  EXPECT_EQ(read_port(pic, 0), 0x10);
  write_port(pic, 0, 0x0B);
  EXPECT_EQ(read_port(pic, 0), 0x01);
  EXPECT_EQ(read_port(pic, 0), 0x01);
  write_port(pic, 0, 0x08);  // RR = 0: no change
  EXPECT_EQ(read_port(pic, 0), 0x01);
  write_port(pic, 0, 0x20);
  EXPECT_EQ(read_port(pic, 0), 0x00);
}

// ---- two chips ----

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
