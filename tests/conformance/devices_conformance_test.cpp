// SPDX-License-Identifier: GPL-2.0-or-later
// What the chips of the board read back after given programming, here and on QEMU's PC.
#include <gtest/gtest.h>

#include "side_by_side.h"

namespace ringside::testing {
namespace {

constexpr Deviation kDeviations[] = {
    {"PIC as the BIOS leaves it", "elcr1=0",
     "QEMU's BIOS makes IRQ 10 and 11 level-triggered for PCI, which the board has not"},
    // OUT and NULL COUNT, bits 7 and 6: without a count NULL is set, and OUT is low in mode 0 alone.
    {"PIT status by modes", "m0=70 m1=f2 m2=f4 m3=f6 m4=f8 m5=fa low=50 high=60 bcd=71",
     "8254 datasheet, read-back command: QEMU has no NULL COUNT, and goes on counting without a count"},
    {"PIT one-shot is over", "armed=70 done=b0", "as above"},
    {"8042 status when idle", "status=14",
     "8042: bit 3 tells whether the last write went to port 0x64; it went to 0x60. QEMU's is always set"},
    {"UART loop back lines", "none=f dtr=22 rts=13 out1=41 out2=8c",
     "16550 datasheet, MODEM Status Register: the low half tells which of the four has changed, in loop back "
     "too; not so in QEMU"},
    {"nobody", "pci.index=ffffffff", "the board has no PCI host bridge"},
};

TEST(Devices, ReadBackAsUnderQemu) {
  const Subject subject{.image = RINGSIDE_CONFORMANCE_IMAGES "/devices.elf"};
  const auto ours = on_ringside(subject);
  const auto theirs = on_qemu(subject);
  ASSERT_TRUE(ours) << ours.error().sentence;
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  EXPECT_EQ("", unexplained(ours->console, theirs->console, kDeviations));
  EXPECT_GT(lines(ours->console).size(), 35u) << "an image that prints little proves little";
}

}  // namespace
}  // namespace ringside::testing
