// SPDX-License-Identifier: MIT
#include "arch/cpu_features.h"

#include <cstring>

namespace kernel {
namespace {

bool is_known(uint32_t function) {
  constexpr uint32_t kRange = 0xffff0000;
  return cpuid(function & kRange).eax >= function;
}

}  // namespace

bool cpu_has(const CpuFeature& feature) {
  return is_known(feature.function) && (cpuid(feature.function).*feature.part >> feature.bit & 1);
}

CpuVendor cpu_vendor() {
  const CpuId id = cpuid(0);
  const uint32_t parts[] = {id.ebx, id.edx, id.ecx};  // in this order
  CpuVendor vendor;
  static_assert(sizeof(parts) == sizeof(vendor.letters));
  memcpy(vendor.letters.data(), parts, sizeof(parts));
  return vendor;
}

unsigned physical_address_bits() {
  constexpr uint32_t kAddressSizes = 0x80000008;
  constexpr unsigned kWithoutThatFunction = 36;
  return is_known(kAddressSizes) ? cpuid(kAddressSizes).eax & 0xff : kWithoutThatFunction;
}

}  // namespace kernel
