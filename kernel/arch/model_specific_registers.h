// SPDX-License-Identifier: MIT
//
// Model-specific registers: numbered, 64 bits wide, reached by RDMSR and WRMSR. A number that this CPU does
// not have, or a value that it refuses, raises #GP. Source: Intel SDM vol. 4, table 2-2.
//
//   if (msr::efer.read().has(efer::kNoExecute)) ...
//   msr::kernel_gs_base.write(address);
#pragma once

#include <cstdint>

#include "arch/access.h"
#include "arch/address.h"
#include "arch/register_bits.h"

namespace kernel {

// Value: uint64_t, or a type of bits.
template <uint32_t number, Access access, typename Value = uint64_t>
class ModelSpecificRegister {
 public:
  Value read() const requires(access != Access::write) {
    uint32_t low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return Value(uint64_t{high} << 32 | low);
  }

  void write(Value value) const requires(access != Access::read) {
    const uint64_t bits = [&] {
      if constexpr (requires { value.value(); })
        return value.value();
      else
        return value;
    }();
    asm volatile("wrmsr" : : "c"(number), "a"(uint32_t(bits)), "d"(uint32_t(bits >> 32)) : "memory");
  }
};

// Extended features (Intel SDM vol. 3, 2.2.1).
namespace efer {
using Value = RegisterBits<struct Efer>;
inline constexpr Value kSystemCall = Value::bit(0);       // SCE: SYSCALL and SYSRET may be used
inline constexpr Value kLongModeEnable = Value::bit(8);   // LME
inline constexpr Value kLongModeActive = Value::bit(10);  // LMA: set by the CPU once paging is on
inline constexpr Value kNoExecute = Value::bit(11);       // NXE: bit 63 of page table entries counts
}  // namespace efer

namespace msr {
inline constexpr ModelSpecificRegister<0xc0000080, Access::read_write, efer::Value> efer;
inline constexpr ModelSpecificRegister<0x000000fe, Access::read>
    mtrr_capabilities;                                                          // writing it would be #GP
inline constexpr ModelSpecificRegister<0xc0000081, Access::read_write> star;    // SYSCALL: selectors
inline constexpr ModelSpecificRegister<0xc0000082, Access::read_write> lstar;   // SYSCALL: RIP, canonical
inline constexpr ModelSpecificRegister<0xc0000084, Access::read_write> sfmask;  // SYSCALL: flags to clear
inline constexpr ModelSpecificRegister<0xc0000100, Access::read_write>
    fs_base;  // canonical, like the next two
inline constexpr ModelSpecificRegister<0xc0000101, Access::read_write> gs_base;
inline constexpr ModelSpecificRegister<0xc0000102, Access::read_write>
    kernel_gs_base;  // SWAPGS swaps the two
}  // namespace msr

}  // namespace kernel
