// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in real mode. Source: SDM volume 3B 20.1.4, volume 2A "INT n" (REAL-ADDRESS-MODE).
#include <gmock/gmock.h>

#include "support/delivery_lab.h"

namespace ringside {
namespace {

using testing::ElementsAre;

class DeliveryReal : public DeliveryLab {
 protected:
  DeliveryReal() {
    cpu.cr0 = 0x10;
    cpu.idtr = {0, 0x3FF};
    cpu.cs = {0x1000, 0x1'0000, 0xFFFF, 0x9B};
    cpu.ss = {0x2000, 0x2'0000, 0xFFFF, 0x93};
    cpu.rip = 0x0123;
    cpu.rflags = 0x4'0302;  // AC, IF, TF
    cpu[Gpr::rsp] = 0xABCD'0100;
    put(4 * 0x21, 0x5678, 2);
    put(4 * 0x21 + 2, 0x3000, 2);
    put(4 * 13, 0x0013'4000, 4);
    put(4 * 8, 0x0008'4000, 4);
  }
};
constexpr Exception kInt21{.vector = 0x21, .source = Source::software_int, .instruction_bytes = 2};

TEST_F(DeliveryReal, PushesThreeWordsAndLoadsAFarPointer) {
  const Delivery d = run(kInt21);
  EXPECT_EQ(chain(d), "");
  EXPECT_THAT(items(0x2'00FA, 3, 2), ElementsAre(0x0123, 0x1000, 0x0302));
  EXPECT_EQ(d.after[Gpr::rsp], 0xABCD'00FAu);
  EXPECT_EQ(d.after.cs, (Segment{0x3000, 0x3'0000, 0xFFFF, 0x9B}));
  EXPECT_EQ(d.after.rip, 0x5678u);
  EXPECT_EQ(d.after.rflags, 0x2u);
  EXPECT_EQ(mode(d.after), CpuMode::real);
}

TEST_F(DeliveryReal, HasNoErrorCodes) {
  const Delivery d = run({.vector = 13, .error_code = 0x1234});
  EXPECT_EQ(d.after[Gpr::rsp], 0xABCD'00FAu);
  EXPECT_EQ(d.after.cs.selector, 0x0013);
}

TEST_F(DeliveryReal, TheTableMayLieElsewhere) {
  cpu.idtr = {0x8'0000, 0x3FF};
  put(0x8'0000 + 4 * 0x21, 0x9999'1111, 4);
  const Delivery d = run(kInt21);
  EXPECT_EQ(d.after.cs.selector, 0x9999);
  EXPECT_EQ(d.after.rip, 0x1111u);
}

TEST_F(DeliveryReal, BeyondTheTableIsProtectedAndThenADoubleFault) {
  cpu.idtr.limit = 4 * 0x21 + 2;  // one byte short for 0x21, enough for 13
  Delivery d = run(kInt21);
  EXPECT_EQ(d.attempts.size(), 2u);
  EXPECT_EQ(d.after.cs.selector, 0x0013);
  EXPECT_EQ(get(0x2'00FA, 2), 0x0121u);  // the INT itself: it may run again

  cpu.idtr.limit = 4 * 13 + 2;  // #GP has no entry either, #DF has
  d = run(kInt21);
  EXPECT_EQ(d.attempts.size(), 3u);
  EXPECT_EQ(d.attempts[1].end, AttemptEnd::double_fault);
  EXPECT_EQ(d.after.cs.selector, 0x0008);

  cpu.idtr.limit = 4 * 8 + 2;
  d = run(kInt21);
  EXPECT_TRUE(d.triple_fault());
  EXPECT_EQ(d.attempts.size(), 3u);
}

TEST_F(DeliveryReal, TheStackPointerWrapsAtZero) {
  cpu[Gpr::rsp] = 2;
  const Delivery d = run(kInt21);
  EXPECT_EQ(d.after[Gpr::rsp], 0xFFFCu);
  EXPECT_EQ(get(0x2'0000, 2), 0x0302u);
  EXPECT_EQ(get(0x2'FFFE, 2), 0x1000u);
  EXPECT_EQ(get(0x2'FFFC, 2), 0x0123u);
}

TEST_F(DeliveryReal, AWordAcrossTheEndOfTheSegmentIsAStackFault) {
  // Every exception needs the stack that is not there: the processor shuts down.
  cpu[Gpr::rsp] = 1;
  put(4 * 12, 0x0012'4000, 4);
  const Delivery d = run(kInt21);
  EXPECT_EQ(chain(d), "12:0 12:1 12:1");
  EXPECT_TRUE(d.triple_fault());
  EXPECT_TRUE(d.writes.empty());
}

TEST_F(DeliveryReal, NmiBlocksAndWakes) {
  cpu.halted = true;
  const Delivery d = run({.vector = 2, .source = Source::nmi});
  EXPECT_TRUE(d.after.nmi_blocked);
  EXPECT_FALSE(d.after.halted);
}

}  // namespace
}  // namespace ringside
