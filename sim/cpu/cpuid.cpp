// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/cpuid.h"

#include <initializer_list>
#include <string_view>

#include "sim/base/units.h"
#include "sim/cpu/paging.h"

namespace ringside {
namespace {

constexpr std::string_view kVendor = "RingsideCPU ", kHypervisor = "RingsideOSLb";
constexpr std::string_view kBrand = "Ringside CPU at 1 GHz";
constexpr std::uint32_t kLastBasic = 0x16, kLastExtended = 0x8000'0008, kHypervisorLeaf = 0x4000'0000;
constexpr std::uint32_t kLinearAddressBits = 48, kCacheLineBytes = 64;

// Family 15, model 1, stepping 0. Not family 6: kernels look for faults of old family 6 processors there.
constexpr std::uint32_t kSignature = 0x0000'0F10;

constexpr std::uint32_t set(std::initializer_list<unsigned> bits) {
  std::uint32_t value = 0;
  for (const unsigned b : bits) value |= std::uint32_t{1} << b;
  return value;
}

constexpr std::uint32_t kLeaf1Ecx = set({
    0,   // SSE3
    1,   // PCLMULQDQ
    9,   // SSSE3
    13,  // CMPXCHG16B
    19,  // SSE4.1
    20,  // SSE4.2
    22,  // MOVBE
    23,  // POPCNT
    25,  // AES
    31,  // a hypervisor is present: leaf 0x40000000 says which
});
constexpr std::uint32_t kLeaf1Edx = set({
    0,   // FPU
    2,   // DE: CR4.DE
    3,   // PSE: 4 MiB pages
    4,   // TSC
    5,   // MSR
    6,   // PAE
    8,   // CMPXCHG8B
    11,  // SEP: SYSENTER, SYSEXIT
    13,  // PGE
    15,  // CMOV
    16,  // PAT
    17,  // PSE-36
    19,  // CLFLUSH
    23,  // MMX
    24,  // FXSR
    25,  // SSE
    26,  // SSE2
});
constexpr std::uint32_t kLeaf7Ebx = set({
    0,   // FSGSBASE
    3,   // BMI1
    7,   // SMEP
    8,   // BMI2
    9,   // ERMS
    19,  // ADX
    20,  // SMAP
    23,  // CLFLUSHOPT
    24,  // CLWB
});
constexpr std::uint32_t kExtended1Ecx = set({
    0,  // LAHF, SAHF in 64-bit mode
    5,  // LZCNT
    8,  // PREFETCHW
});
constexpr std::uint32_t kExtended1Edx = set({
    11,  // SYSCALL, SYSRET
    20,  // NX
    26,  // 1 GiB pages
    27,  // RDTSCP
    29,  // long mode
});

// Four characters of a text as a register holds them; zeros behind its end.
constexpr std::uint32_t four(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4 && at + i < text.size(); ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])) << (8 * i);
  return value;
}

}  // namespace

CpuidResult cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
  constexpr auto kHertz = static_cast<std::uint32_t>(kTicksPerSecond);
  switch (leaf) {
    // The vendor's letters stand in EBX, EDX, ECX, the hypervisor's in EBX, ECX, EDX.
    case 0: return {kLastBasic, four(kVendor, 0), four(kVendor, 8), four(kVendor, 4)};
    case 1: {
      const std::uint32_t ebx =
          kCacheLineBytes / 8 << 8 | 1 << 16;  // CLFLUSH's line, one processor, APIC ID 0
      return {kSignature, ebx, kLeaf1Ecx, kLeaf1Edx};
    }
    case 2: return {.eax = 1};  // one read suffices; no descriptors
    case 7: return subleaf == 0 ? CpuidResult{.ebx = kLeaf7Ebx} : CpuidResult{};
    case 0xB: return {.ecx = subleaf & 0xFF};  // no topology levels
    case 0x15: return {1, 1, kHertz, 0};       // TSC = crystal * EBX / EAX
    case kHypervisorLeaf:
      return {kHypervisorLeaf, four(kHypervisor, 0), four(kHypervisor, 4), four(kHypervisor, 8)};
    case 0x8000'0000: return {.eax = kLastExtended};
    case 0x8000'0001: return {.ecx = kExtended1Ecx, .edx = kExtended1Edx};
    case 0x8000'0002:
    case 0x8000'0003:
    case 0x8000'0004: {
      const std::size_t at = (leaf - 0x8000'0002) * 16;
      return {four(kBrand, at), four(kBrand, at + 4), four(kBrand, at + 8), four(kBrand, at + 12)};
    }
    case 0x8000'0007: return {.edx = set({8})};  // the TSC never changes its rate
    case 0x8000'0008: return {.eax = kPhysicalAddressBits | kLinearAddressBits << 8};
    default: break;
  }
  const bool exists = leaf < kLastBasic || (leaf >= 0x8000'0000 && leaf <= kLastExtended);
  if (exists) return {};
  constexpr std::uint32_t kMegahertz = kHertz / 1'000'000;
  return {kMegahertz, kMegahertz, kMegahertz, 0};  // leaf 0x16: base, highest and bus frequency
}

}  // namespace ringside
