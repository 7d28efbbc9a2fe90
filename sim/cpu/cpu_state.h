// SPDX-License-Identifier: GPL-2.0-or-later
// The whole state of one x86-64 processor as a plain value: what the manual's figures show, hidden parts
// included. Everything that reads or changes a processor works on this struct; only the engine knows how
// Unicorn keeps it. Source: Intel SDM volume 3A chapter 2 (system registers), 3.4.3 (hidden parts), volume 1
// chapters 8 and 10 (x87, SSE).
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

namespace ringside {

// In the order instructions encode them (SDM volume 2A table 2-1, with REX 8 to 15).
enum class Gpr : std::uint8_t {
  rax,
  rcx,
  rdx,
  rbx,
  rsp,
  rbp,
  rsi,
  rdi,
  r8,
  r9,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15
};

// A segment register. `attributes` holds bits 40 to 55 of the descriptor: type 0-3, S 4, DPL 5-6, P 7,
// AVL 12, L 13, D/B 14, G 15 (bits 8-11 are zero; the limit is kept expanded to bytes, inclusive).
struct Segment {
  std::uint16_t selector = 0;
  std::uint64_t base = 0;
  std::uint32_t limit = 0;
  std::uint16_t attributes = 0;
  bool operator==(const Segment&) const = default;

  unsigned type() const { return attributes & 0xF; }
  bool code_or_data() const { return attributes >> 4 & 1; }
  unsigned dpl() const { return attributes >> 5 & 3; }
  bool present() const { return attributes >> 7 & 1; }
  bool long_mode() const { return attributes >> 13 & 1; }    // L: 64-bit code
  bool default_big() const { return attributes >> 14 & 1; }  // D/B: 32-bit code or stack
};

struct DescriptorTable {
  std::uint64_t base = 0;
  std::uint16_t limit = 0;  // bytes, inclusive
  bool operator==(const DescriptorTable&) const = default;
};

// A 128-bit XMM register, low half first.
struct Xmm {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Xmm&) const = default;
};

// An 80-bit x87 register: 64-bit significand, sign and exponent.
struct X87 {
  std::uint64_t significand = 0;
  std::uint16_t sign_exponent = 0;
  bool operator==(const X87&) const = default;
};

struct FloatingPoint {
  std::uint16_t fcw = 0x37F, fsw = 0, ftw = 0xFFFF;  // control, status, tag word as FNSTENV writes it
  std::array<X87, 8> st{};                           // ST(0) first
  std::uint32_t mxcsr = 0x1F80;
  std::array<Xmm, 16> xmm{};
  bool operator==(const FloatingPoint&) const = default;
};

struct CpuState {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0;
  std::uint64_t rflags = 2;
  Segment es, cs, ss, ds, fs, gs, ldtr, tr;
  DescriptorTable gdtr, idtr;
  std::uint64_t cr0 = 0, cr2 = 0, cr3 = 0, cr4 = 0, cr8 = 0;
  std::array<std::uint64_t, 4> dr{};  // DR0 to DR3
  std::uint64_t dr6 = 0xFFFF0FF0, dr7 = 0x400;
  std::uint64_t efer = 0, star = 0, lstar = 0, cstar = 0, sfmask = 0, kernel_gs_base = 0;
  std::uint64_t sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
  std::uint64_t pat = 0x0007040600070406, apic_base = 0, tsc_offset = 0, tsc_aux = 0;
  FloatingPoint fp;
  std::uint8_t cpl = 0;
  bool interrupt_shadow =
      false;            // the instruction after STI, MOV SS or POP SS: no interrupt before it (SDM 6.8.3)
  bool halted = false;  // after HLT, until an interrupt
  bool nmi_blocked = false;  // from the delivery of an NMI to the next IRET (SDM 6.7.1)
  bool operator==(const CpuState&) const = default;

  std::uint64_t& operator[](Gpr r) { return gpr[static_cast<unsigned>(r)]; }
  std::uint64_t operator[](Gpr r) const { return gpr[static_cast<unsigned>(r)]; }
};
static_assert(std::is_trivially_copyable_v<CpuState>);

// RFLAGS (SDM volume 1, 3.4.3), CR0 and CR4 (volume 3A 2.5), EFER (2.2.1).
namespace rflags {
inline constexpr std::uint64_t cf = 1 << 0, pf = 1 << 2, af = 1 << 4, zf = 1 << 6, sf = 1 << 7, tf = 1 << 8,
                               if_ = 1 << 9, df = 1 << 10, of = 1 << 11, iopl = 3 << 12, nt = 1 << 14,
                               rf = 1 << 16, vm = 1 << 17, ac = 1 << 18, vif = 1 << 19, vip = 1 << 20,
                               id = 1 << 21;
}
namespace cr0 {
inline constexpr std::uint64_t pe = 1 << 0, mp = 1 << 1, em = 1 << 2, ts = 1 << 3, et = 1 << 4, ne = 1 << 5,
                               wp = 1 << 16, am = 1 << 18, nw = 1 << 29, cd = 1 << 30, pg = 1u << 31;
}
namespace cr4 {
inline constexpr std::uint64_t vme = 1 << 0, pvi = 1 << 1, tsd = 1 << 2, de = 1 << 3, pse = 1 << 4,
                               pae = 1 << 5, mce = 1 << 6, pge = 1 << 7, pce = 1 << 8, osfxsr = 1 << 9,
                               osxmmexcpt = 1 << 10, umip = 1 << 11, la57 = 1 << 12, fsgsbase = 1 << 16,
                               smep = 1 << 20, smap = 1 << 21;
}
namespace efer {
inline constexpr std::uint64_t sce = 1 << 0, lme = 1 << 8, lma = 1 << 10, nxe = 1 << 11;
}

enum class CpuMode : std::uint8_t {
  real,
  virtual_8086,
  protected_16,
  protected_32,
  compatibility_16,
  compatibility_32,
  long_64
};

inline CpuMode mode(const CpuState& c) {
  if (!(c.cr0 & cr0::pe)) return CpuMode::real;
  if (c.efer & efer::lma) {
    if (c.cs.long_mode()) return CpuMode::long_64;
    return c.cs.default_big() ? CpuMode::compatibility_32 : CpuMode::compatibility_16;
  }
  if (c.rflags & rflags::vm) return CpuMode::virtual_8086;
  return c.cs.default_big() ? CpuMode::protected_32 : CpuMode::protected_16;
}
// The linear address of the instruction at RIP: with CS's base outside of 64-bit code.
inline std::uint64_t linear_rip(const CpuState& c) {
  return mode(c) == CpuMode::long_64 ? c.rip : (c.cs.base + c.rip) & 0xFFFF'FFFF;
}
const char* name(CpuMode mode);  // "real", "long", "compatibility", ...

// Bits 63 to 47 all equal (48-bit linear addresses, SDM volume 1, 3.3.7.1).
constexpr bool canonical(std::uint64_t address) {
  const std::uint64_t top = address >> 47;
  return top == 0 || top == 0x1FFFF;
}

}  // namespace ringside
