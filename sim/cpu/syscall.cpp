// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/syscall.h"

namespace ringside {
namespace {

constexpr std::unexpected<Exception> kInvalidOpcode{Exception{.vector = 6}};
constexpr std::unexpected<Exception> kGeneralProtection{Exception{.vector = 13}};

// What SYSRET takes over from R11: no RF, no VM, no reserved bit.
constexpr std::uint64_t kFlagsFromR11 = 0x3C'7FD7;

// Attributes of the fixed segments, in Segment's layout: type 11 (code) or 3 (data), S, P, G and L, D or B.
constexpr std::uint16_t kCode64 = 0xA09B, kCode32 = 0xC09B, kStack = 0xC093;
constexpr std::uint16_t kRing3 = 3 << 5;

// A flat segment for `ring`, whose number becomes the RPL as well.
Segment flat(unsigned selector, std::uint16_t attributes, unsigned ring) {
  Segment s;
  s.selector = static_cast<std::uint16_t>((selector & 0xFFFC) | ring);
  s.limit = 0xFFFF'FFFF;
  s.attributes = ring == 3 ? attributes | kRing3 : attributes;
  return s;
}

void enter_ring(CpuState& cpu, unsigned ring, unsigned code, std::uint16_t code_attributes, unsigned stack) {
  cpu.cs = flat(code, code_attributes, ring);
  cpu.ss = flat(stack, kStack, ring);
  cpu.cpl = static_cast<std::uint8_t>(ring);
  cpu.interrupt_shadow = false;
  cpu.rflags &= ~rflags::rf;  // as after every instruction that completes
}

bool available(const CpuState& cpu) { return mode(cpu) == CpuMode::long_64 && (cpu.efer & efer::sce); }

}  // namespace

Outcome syscall(const CpuState& cpu, unsigned length) {
  if (!available(cpu)) return kInvalidOpcode;
  CpuState next = cpu;
  next[Gpr::rcx] = cpu.rip + length;
  next[Gpr::r11] = cpu.rflags;
  next.rip = cpu.lstar;
  next.rflags &= ~cpu.sfmask;
  const auto code = static_cast<unsigned>(cpu.star >> 32) & 0xFFFF;
  enter_ring(next, 0, code, kCode64, code + 8);
  return next;
}

Outcome sysret(const CpuState& cpu, OperandSize size) {
  if (!available(cpu)) return kInvalidOpcode;
  if (cpu.cpl != 0) return kGeneralProtection;
  const bool to_64_bits = size == OperandSize::bits_64;
  // Checked in ring 0, with the user's stack already loaded by a usual kernel: the fault that systems
  // stumbled over.
  if (to_64_bits && !canonical(cpu[Gpr::rcx])) return kGeneralProtection;
  CpuState next = cpu;
  next.rip = to_64_bits ? cpu[Gpr::rcx] : cpu[Gpr::rcx] & 0xFFFF'FFFF;
  next.rflags = (cpu[Gpr::r11] & kFlagsFromR11) | 2;
  const auto base = static_cast<unsigned>(cpu.star >> 48);
  enter_ring(next, 3, to_64_bits ? base + 16 : base, to_64_bits ? kCode64 : kCode32, base + 8);
  return next;
}

Outcome sysenter(const CpuState& cpu) {
  const auto code = static_cast<unsigned>(cpu.sysenter_cs) & 0xFFFC;
  if (!(cpu.cr0 & cr0::pe) || code == 0) return kGeneralProtection;
  const bool long_mode = cpu.efer & efer::lma;
  const std::uint64_t mask = long_mode ? ~std::uint64_t{0} : 0xFFFF'FFFF;
  CpuState next = cpu;
  next.rflags &= ~(rflags::vm | rflags::if_);
  next[Gpr::rsp] = cpu.sysenter_esp & mask;
  next.rip = cpu.sysenter_eip & mask;
  enter_ring(next, 0, code, long_mode ? kCode64 : kCode32, code + 8);
  return next;
}

Outcome sysexit(const CpuState& cpu, OperandSize size) {
  const auto code = static_cast<unsigned>(cpu.sysenter_cs) & 0xFFFC;
  const bool ring_0 = cpu.cpl == 0 && !(cpu.rflags & rflags::vm);
  if (!(cpu.cr0 & cr0::pe) || code == 0 || !ring_0) return kGeneralProtection;
  const bool to_64_bits = size == OperandSize::bits_64;
  if (to_64_bits && (!canonical(cpu[Gpr::rcx]) || !canonical(cpu[Gpr::rdx]))) return kGeneralProtection;
  const std::uint64_t mask = to_64_bits ? ~std::uint64_t{0} : 0xFFFF'FFFF;
  CpuState next = cpu;
  next[Gpr::rsp] = cpu[Gpr::rcx] & mask;
  next.rip = cpu[Gpr::rdx] & mask;
  const unsigned user_code = code + (to_64_bits ? 32 : 16);
  enter_ring(next, 3, user_code, to_64_bits ? kCode64 : kCode32, user_code + 8);
  return next;
}

}  // namespace ringside
