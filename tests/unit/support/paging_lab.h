// SPDX-License-Identifier: GPL-2.0-or-later
// Page tables written as bytes; expectations from SDM volume 3A chapter 4, not from the walk's own constants.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "sim/cpu/paging.h"

namespace ringside {

inline constexpr std::uint64_t P = 0x1, W = 0x2, U = 0x4, A = 0x20, D = 0x40, PS = 0x80,
                               NX = 0x8000'0000'0000'0000;

class Paging : public testing::Test {
 protected:
  std::vector<std::byte> ram_ = std::vector<std::byte>(0x40000);
  PhysicalMemory memory_{ram_};
  CpuState cpu_;

  void entry(std::uint64_t address, std::uint64_t value, unsigned bytes = 8) {
    for (unsigned i = 0; i < bytes; ++i) ram_[address + i] = static_cast<std::byte>(value >> (8 * i));
  }
  Walk look(std::uint64_t address, Access access = {}) { return walk(cpu_, memory_, {address}, access); }

  static constexpr Access kUserRead{AccessKind::read, true}, kUserWrite{AccessKind::write, true},
      kUserFetch{AccessKind::fetch, true}, kRead{AccessKind::read}, kWrite{AccessKind::write},
      kFetch{AccessKind::fetch}, kImplicitRead{AccessKind::read, false, true};
};

}  // namespace ringside
