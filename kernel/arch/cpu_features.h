// SPDX-License-Identifier: MIT
//
// What this CPU can do, by CPUID (Intel SDM vol. 2, CPUID; the functions from 0x80000000 on are AMD's).
//
// An unknown function answers with what the highest known one would say. So the highest is asked first, of
// each of the two ranges.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "arch/instructions.h"

namespace kernel {

// One bit of the answer to one function.
struct CpuFeature {
  uint32_t function;
  uint32_t CpuId::*part;
  unsigned bit;
  std::string_view name;
};

namespace cpu_feature {
inline constexpr CpuFeature kFpu{1, &CpuId::edx, 0, "fpu"};
inline constexpr CpuFeature kTimeStampCounter{1, &CpuId::edx, 4, "tsc"};
inline constexpr CpuFeature kModelSpecificRegisters{1, &CpuId::edx, 5, "msr"};
inline constexpr CpuFeature kPhysicalAddressExtension{1, &CpuId::edx, 6, "pae"};
inline constexpr CpuFeature kLocalApic{1, &CpuId::edx, 9, "apic"};
inline constexpr CpuFeature kMtrr{1, &CpuId::edx, 12, "mtrr"};
inline constexpr CpuFeature kGlobalPages{1, &CpuId::edx, 13, "pge"};
inline constexpr CpuFeature kFxsave{1, &CpuId::edx, 24, "fxsr"};
inline constexpr CpuFeature kSse{1, &CpuId::edx, 25, "sse"};
inline constexpr CpuFeature kSse2{1, &CpuId::edx, 26, "sse2"};
inline constexpr CpuFeature kXsave{1, &CpuId::ecx, 26, "xsave"};
inline constexpr CpuFeature kSystemCall{0x80000001, &CpuId::edx, 11, "syscall"};
inline constexpr CpuFeature kNoExecute{0x80000001, &CpuId::edx, 20, "nx"};
inline constexpr CpuFeature kPagesOf1GiB{0x80000001, &CpuId::edx, 26, "pdpe1gb"};
inline constexpr CpuFeature kLongMode{0x80000001, &CpuId::edx, 29, "lm"};
}  // namespace cpu_feature

inline constexpr std::array kCpuFeatures = {
    cpu_feature::kFpu,
    cpu_feature::kTimeStampCounter,
    cpu_feature::kModelSpecificRegisters,
    cpu_feature::kPhysicalAddressExtension,
    cpu_feature::kLocalApic,
    cpu_feature::kMtrr,
    cpu_feature::kGlobalPages,
    cpu_feature::kFxsave,
    cpu_feature::kSse,
    cpu_feature::kSse2,
    cpu_feature::kXsave,
    cpu_feature::kSystemCall,
    cpu_feature::kNoExecute,
    cpu_feature::kPagesOf1GiB,
    cpu_feature::kLongMode,
};

bool cpu_has(const CpuFeature& feature);

struct CpuVendor {
  std::array<char, 12> letters;
  std::string_view text() const { return {letters.data(), letters.size()}; }
};
CpuVendor cpu_vendor();

// Width of a physical address: 52 at most. Bits of a page table entry from there up to 51 must be 0.
unsigned physical_address_bits();

}  // namespace kernel
