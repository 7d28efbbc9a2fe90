// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as code of a kernel, which may do what it likes, in every mode. Input: lanes.h.
#include <array>

#include "tests/fuzz/lanes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using enum ringside::fuzz::GuestMode;
  static constexpr std::array kModes = {long_64,      protected_32,    real, pae, paging_32,
                                        protected_16, compatibility_32};
  ringside::fuzz::run_guest({data, size}, kModes);
  return 0;
}
