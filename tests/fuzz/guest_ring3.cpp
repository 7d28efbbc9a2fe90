// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as code of a user, whom pages, gates and privileges keep in, in every mode that has rings. Input:
// lanes.h.
#include <array>

#include "tests/fuzz/lanes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using enum ringside::fuzz::GuestMode;
  static constexpr std::array kModes = {long_64_user, paging_32_user, virtual_8086, pae_user,
                                        compatibility_32_user};
  ringside::fuzz::run_guest({data, size}, kModes);
  return 0;
}
