// SPDX-License-Identifier: MIT
//
// The address space of the kernel.
//
//   0x0000000000000000   128 TiB for programs; the kernel itself maps nothing here, so a null pointer faults
//   0xffff800000000000   direct map: physical address p is at kDirectMapBase + p, for the first 4 GiB
//   0xffffa00000000000   heap: mapped page by page as it grows (memory/heap.h)
//   0xffffb00000000000   stacks of threads, each above a page that is never mapped (memory/thread_stacks.h)
//   0xffffc00000000000   pages that appear, filled with zeros, when they are touched (memory/demand_zero.h)
//   0xffffffff80000000   kKernelBase: the kernel's image, at kKernelBase + its physical address
//
// What lies between is not canonical: the CPU refuses such addresses with #GP (Intel SDM vol. 1, 3.3.7.1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "arch/address.h"

namespace kernel {

inline constexpr uint64_t kDirectMapBase = 0xffff800000000000;
inline constexpr uint64_t kDirectMapBytes = 4ull << 30;
inline constexpr uint64_t kHeapBase = 0xffffa00000000000;
inline constexpr uint64_t kHeapBytes = 256ull << 20;  // it can grow no further
inline constexpr uint64_t kThreadStacksBase = 0xffffb00000000000;
inline constexpr uint64_t kDemandZeroBase = 0xffffc00000000000;
inline constexpr uint64_t kDemandZeroBytes = 16ull << 20;
inline constexpr uint64_t kKernelBase = 0xffffffff80000000;
inline constexpr size_t kPageBytes = 4096;

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

// Borders of the image, from kernel.ld and boot.S. Only their addresses mean anything; the first two are
// physical.
extern "C" {
extern const std::byte image_start[], image_end[];
extern const std::byte text_start[], text_end[];
extern const std::byte rodata_start[], rodata_end[];
extern const std::byte data_start[], data_end[];
extern const std::byte kernel_stack_guard[], kernel_stack_bottom[], kernel_stack_top[];
}
