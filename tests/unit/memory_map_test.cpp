// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/memory_map.h"

#include <gmock/gmock.h>

namespace ringside {
namespace {

using ::testing::ElementsAre;

// The list that QEMU's BIOS gives for a PC with 128 MiB, without the flash ROM below 4 GiB.
TEST(MemoryMap, IsThatOfAPcWith128MiB) {
  EXPECT_THAT(memory_map(128 << 20), ElementsAre(MemoryRange{0x0, 0x9FC00, MemoryType::available},
                                                 MemoryRange{0x9FC00, 0x400, MemoryType::reserved},
                                                 MemoryRange{0xF0000, 0x10000, MemoryType::reserved},
                                                 MemoryRange{0x100000, 0x7EE0000, MemoryType::available},
                                                 MemoryRange{0x7FE0000, 0x20000, MemoryType::reserved}));
}

TEST(MemoryMap, GivesTheOldBiosFiguresInKiB) {
  EXPECT_EQ(lower_memory_kib(), 639u);
  EXPECT_EQ(upper_memory_kib(128 << 20), 129920u);  // 131072 - 1024 - 128
}

TEST(MemoryMap, HasNoHighMemoryOnAMachineWithoutAny) {
  for (const std::uint64_t ram : {0x0ull, 0x100000ull, 0x120000ull}) {
    EXPECT_EQ(memory_map(ram).size(), 3u) << ram;
    EXPECT_EQ(upper_memory_kib(ram), 0u) << ram;
  }
  EXPECT_EQ(upper_memory_kib(0x121000), 4u);
}

TEST(MemoryMap, EndsWhereDeviceAddressesBegin) {
  const auto map = memory_map(std::uint64_t{5} << 30);
  EXPECT_EQ(map.back().base + map.back().length, 0xC0000000u);
}

TEST(MemoryMap, AscendsWithoutOverlap) {
  for (std::uint64_t ram = 0x10000; ram < 0x1000000; ram += 0x12345) {
    const auto map = memory_map(ram);
    for (std::size_t i = 1; i < map.size(); ++i) {
      EXPECT_GE(map[i].base, map[i - 1].base + map[i - 1].length) << ram;
      EXPECT_GT(map[i].length, 0u) << ram;
    }
  }
}

}  // namespace
}  // namespace ringside
