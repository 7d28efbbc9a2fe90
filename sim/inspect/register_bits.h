// SPDX-License-Identifier: GPL-2.0-or-later
// The named bits of the system registers and what they do.
// Source: Intel SDM volume 1, 3.4.3 (RFLAGS); volume 3A 2.5 (CR0, CR4), 2.2.1 (EFER), 17.2 (DR6, DR7).
#pragma once

#include <cstdint>
#include <span>

namespace ringside {

struct RegisterBit {
  unsigned bit;
  const char* name;
  const char* meaning;  // when set
};

std::span<const RegisterBit> rflags_bits();  // IOPL, two bits wide, is left out
std::span<const RegisterBit> cr0_bits();
std::span<const RegisterBit> cr4_bits();
std::span<const RegisterBit> efer_bits();
std::span<const RegisterBit> dr6_bits();

}  // namespace ringside
