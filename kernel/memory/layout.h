// SPDX-License-Identifier: MIT
//
// The address space of the kernel.
//
//   0x0000000000000000   128 TiB for programs; the kernel itself maps nothing here, so a null pointer faults
//   0xffff800000000000   direct map: physical address p is at kDirectMapBase + p, for the first 4 GiB
//   0xffffffff80000000   kKernelBase: the kernel's image, at kKernelBase + its physical address
//
// What lies between is not canonical: the CPU refuses such addresses with #GP (Intel SDM vol. 1, 3.3.7.1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "arch/address.h"

namespace kernel {

constexpr uint64_t kDirectMapBase = 0xffff800000000000;
constexpr uint64_t kDirectMapBytes = 4ull << 30;
constexpr uint64_t kKernelBase = 0xffffffff80000000;
constexpr size_t kPageBytes = 4096;

// Where a physical address can be read and written. REQUIRES: address below kDirectMapBytes.
template <typename T = std::byte>
T* direct(PhysicalAddress address) {
  return reinterpret_cast<T*>(kDirectMapBase + address.value());
}

// The physical address of something in the kernel's image: a function, a global.
inline PhysicalAddress physical_of_image(const void* object) {
  return PhysicalAddress(reinterpret_cast<uint64_t>(object) - kKernelBase);
}

}  // namespace kernel

// Borders of the image, from kernel.ld and boot.S. Only their addresses mean anything.
extern "C" {
extern const std::byte text_start[], text_end[];
extern const std::byte rodata_start[], rodata_end[];
extern const std::byte data_start[], data_end[];
extern const std::byte kernel_stack_guard[], kernel_stack_bottom[], kernel_stack_top[];
}
