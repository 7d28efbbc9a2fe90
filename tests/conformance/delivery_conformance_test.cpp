// SPDX-License-Identifier: GPL-2.0-or-later
// Exceptions and interrupts in long mode: what the handler finds, here and under QEMU; and where QEMU cannot
// be asked, here and by the manual.
#include <gtest/gtest.h>

#include "deviations.h"
#include "side_by_side.h"

namespace ringside::testing {
namespace {

const std::string kImages = RINGSIDE_CONFORMANCE_IMAGES;

TEST(Delivery, InLongModeIsAsUnderQemuOrAsTheManualSays) {
  const Subject subject{.image = kImages + "/long_mode.elf"};
  const auto ours = on_ringside(subject);
  const auto theirs = on_qemu(subject);
  ASSERT_TRUE(ours) << ours.error().sentence;
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  EXPECT_EQ("", unexplained(ours->console, theirs->console, kLongModeDeviations));
  EXPECT_GT(lines(ours->console).size(), 300u) << "an image that prints little proves little";
}

TEST(Delivery, InProtectedModeIsAsUnderQemuOrAsTheManualSays) {
  const Subject subject{.image = kImages + "/protected_mode.elf"};
  const auto ours = on_ringside(subject);
  const auto theirs = on_qemu(subject);
  ASSERT_TRUE(ours) << ours.error().sentence;
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  EXPECT_EQ("", unexplained(ours->console, theirs->console, kProtectedModeDeviations));
  EXPECT_GT(lines(ours->console).size(), 75u) << "an image that prints little proves little";
}

// Intel SDM volume 2, MOV CR, LGDT, LTR; volume 3A 2.5; volume 1, 19.5.2 (ports).
TEST(Delivery, WhereQemuCannotBeAskedIsAsTheManualSays) {
  constexpr std::pair<std::string_view, std::string_view> kExpected[] = {
      {"CR0.PG without PE", "v=d err=0 rip=a"},
      {"CR0.PG cleared in 64-bit code", "v=d err=0 rip=7"},
      {"CR0 upper half", "v=d err=0 rip=a"},
      {"CR3 above the physical addresses", "v=d err=0 rip=a"},
      {"CR3 bit 63", "v=d err=0 rip=a"},
      {"CR4 bit 15", "v=d err=0 rip=7"},
      {"CR4 upper half", "v=d err=0 rip=a"},
      {"CR4.LA57, which CPUID does not offer", "v=d err=0 rip=7"},
      {"CR4.OSXSAVE, which CPUID does not offer", "v=d err=0 rip=7"},
      {"CR4.PAE cleared in long mode", "v=d err=0 rip=7"},
      {"CR4.PGE and FSGSBASE are taken", "no exception"},
      {"CR0.WP cleared is taken", "rcx=80000033"},
      {"LGDT not canonical", "v=d err=0 rip=1c"},
      {"LTR null from memory", "v=d err=0 rip=a"},
      {"OUTSB in ring 3", "v=d err=0 cs=23"},
      // IN from port 4 leaves RIP behind it; from port 3, whose bit is set, it does not.
      {"32-bit port across a bit of the permission map", "v=d err=0 cs=23"},
      {"port behind the end of the permission map", "v=d err=0 cs=23"},
      {"end", ""},
  };
  const auto ours = on_ringside({.image = kImages + "/long_mode_manual.elf"});
  ASSERT_TRUE(ours) << ours.error().sentence;
  const std::vector<Line> found = lines(ours->console);
  ASSERT_EQ(found.size(), std::size(kExpected)) << ours->console;
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].name, kExpected[i].first);
    EXPECT_EQ("", missing(found[i], kExpected[i].second)) << found[i].name;
  }
}

// The law of machine.h on guests that do nothing but fault, trap and get interrupted.
TEST(Delivery, EveryWayOfRunningEndsInTheSameState) {
  for (const char* image : {"/long_mode.elf", "/long_mode_manual.elf", "/protected_mode.elf"}) {
    const Subject subject{.image = kImages + image};
    const auto fast = on_ringside(subject, Way::fast), exact = on_ringside(subject, Way::exact),
               stepped = on_ringside(subject, Way::stepped);
    ASSERT_TRUE(fast && exact && stepped);
    EXPECT_EQ(stepped->console, exact->console);
    EXPECT_EQ(stepped->console, fast->console);
    EXPECT_EQ(stepped->state_hash, exact->state_hash);
    EXPECT_EQ(stepped->state_hash, fast->state_hash);
  }
}

}  // namespace
}  // namespace ringside::testing
