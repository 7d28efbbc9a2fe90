// SPDX-License-Identifier: GPL-2.0-or-later
// 8259A: byte sequences as the data sheet (231468-003) and ordinary drivers write them.
#include "sim/devices/pic8259.h"

#include <gtest/gtest.h>

#include <array>

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

}  // namespace
}  // namespace ringside
