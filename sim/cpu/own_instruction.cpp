// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/own_instruction.h"

#include "sim/cpu/block.h"
#include "sim/cpu/cpuid.h"
#include "sim/cpu/msr.h"
#include "sim/cpu/syscall.h"

namespace ringside {
namespace {

constexpr std::uint8_t kDebug = 1, kBreakpoint = 3, kOverflow = 4, kInvalidOpcode = 6,
                       kGeneralProtection = 13;

OwnInstruction raise(const CpuState& cpu, std::uint8_t vector) {
  return {cpu, Exception{.vector = vector}, false, false};
}
OwnInstruction invalid_opcode(const CpuState& cpu) { return raise(cpu, kInvalidOpcode); }
OwnInstruction general_protection(const CpuState& cpu) { return raise(cpu, kGeneralProtection); }

OwnInstruction done(CpuState cpu, unsigned length) {
  cpu.rip += length;
  if (mode(cpu) != CpuMode::long_64) cpu.rip &= 0xFFFF'FFFF;
  cpu.interrupt_shadow = false;
  cpu.rflags &= ~rflags::rf;
  return {cpu, std::nullopt, false, false};
}

OwnInstruction software_interrupt(CpuState cpu, unsigned length, std::uint8_t vector, Source source) {
  OwnInstruction result = done(cpu, length);
  result.exception =
      Exception{.vector = vector, .source = source, .instruction_bytes = static_cast<std::uint8_t>(length)};
  return result;
}

// 32-bit results clear the upper halves (SDM volume 1, 3.4.1.1).
void put32(CpuState& cpu, Gpr r, std::uint64_t value) { cpu[r] = static_cast<std::uint32_t>(value); }

OwnInstruction time_stamp_counter(CpuState cpu, unsigned length, Ticks now, bool with_aux) {
  if ((cpu.cr4 & cr4::tsd) && cpu.cpl != 0) return general_protection(cpu);
  const std::uint64_t stamp = time_stamp(cpu, now);
  put32(cpu, Gpr::rax, stamp);
  put32(cpu, Gpr::rdx, stamp >> 32);
  if (with_aux) put32(cpu, Gpr::rcx, cpu.tsc_aux);
  return done(cpu, length);
}

OwnInstruction model_specific(CpuState cpu, unsigned length, Ticks now, bool write) {
  if (cpu.cpl != 0) return general_protection(cpu);
  const auto index = static_cast<std::uint32_t>(cpu[Gpr::rcx]);
  if (!write) {
    const auto value = read_msr(cpu, index, now);
    if (!value) return {cpu, value.error(), false, false};
    put32(cpu, Gpr::rax, *value);
    put32(cpu, Gpr::rdx, *value >> 32);
    return done(cpu, length);
  }
  const std::uint64_t value = cpu[Gpr::rdx] << 32 | static_cast<std::uint32_t>(cpu[Gpr::rax]);
  const auto written = write_msr(cpu, index, value, now);
  if (!written) return {cpu, written.error(), false, false};
  OwnInstruction result = done(*written, length);
  result.translation_changed = written->efer != cpu.efer;
  return result;
}

// MOV to and from debug registers (SDM volume 2, "MOV-Move to/from Debug Registers"; 17.2).
OwnInstruction debug_register(CpuState cpu, const Opcode& op, unsigned length) {
  unsigned number = op.modrm >> 3 & 7;
  const unsigned general = (op.modrm & 7) | (op.rex & 1) << 3;
  if (op.rex & 4) return invalid_opcode(cpu);
  if (number == 4 || number == 5) {
    if (cpu.cr4 & cr4::de) return invalid_opcode(cpu);
    number += 2;
  }
  if (cpu.cpl != 0) return general_protection(cpu);
  constexpr std::uint64_t kGeneralDetect = 1 << 13;
  if (cpu.dr7 & kGeneralDetect) {
    OwnInstruction result = raise(cpu, kDebug);
    result.exception->dr6 = kGeneralDetect;
    return result;
  }
  const bool wide = mode(cpu) == CpuMode::long_64;
  if (op.byte == 0x21) {
    const std::uint64_t value = number < 4 ? cpu.dr[number] : number == 6 ? cpu.dr6 : cpu.dr7;
    cpu.gpr[general] = wide ? value : static_cast<std::uint32_t>(value);
    return done(cpu, length);
  }
  const std::uint64_t value = wide ? cpu.gpr[general] : static_cast<std::uint32_t>(cpu.gpr[general]);
  if (number >= 6 && value >> 32) return general_protection(cpu);
  if (number < 4)
    cpu.dr[number] = value;
  else if (number == 6)
    cpu.dr6 = (value & 0xE00F) | 0xFFFF0FF0;
  else
    cpu.dr7 = (value & 0xFFFF23FF) | 0x400;
  return done(cpu, length);
}

// MOV to and from CR8, the task priority (SDM volume 3A 10.8.6).
OwnInstruction task_priority(CpuState cpu, const Opcode& op, unsigned length) {
  if (cpu.cpl != 0) return general_protection(cpu);
  std::uint64_t& general = cpu.gpr[(op.modrm & 7) | (op.rex & 1) << 3];
  if (op.byte == 0x20) {
    general = cpu.cr8;
  } else {
    if (general > 15) return general_protection(cpu);
    cpu.cr8 = general;
  }
  return done(cpu, length);
}

OwnInstruction swap_gs(CpuState cpu, unsigned length) {
  if (mode(cpu) != CpuMode::long_64) return invalid_opcode(cpu);
  if (cpu.cpl != 0) return general_protection(cpu);
  std::swap(cpu.gs.base, cpu.kernel_gs_base);
  return done(cpu, length);
}

// LAHF and SAHF behind a REX prefix, where the engine takes SPL for AH (SDM volume 2, LAHF, SAHF).
OwnInstruction flags_through_ah(CpuState cpu, unsigned length, bool load) {
  constexpr std::uint64_t kFlags = rflags::sf | rflags::zf | rflags::af | rflags::pf | rflags::cf;
  std::uint64_t& rax = cpu[Gpr::rax];
  if (load)
    rax = (rax & ~std::uint64_t{0xFF00}) | ((cpu.rflags & kFlags) | 2) << 8;
  else
    cpu.rflags = (cpu.rflags & ~kFlags) | (rax >> 8 & kFlags);
  return done(cpu, length);
}

OwnInstruction from(const CpuState& before, const Outcome& outcome) {
  if (!outcome) return {before, outcome.error(), false, false};
  return {*outcome, std::nullopt, false, true};
}

OwnInstruction two_byte(const CpuState& cpu, const Opcode& op, Ticks now) {
  const unsigned length = op.length_to_opcode + 1u;
  const OperandSize size = op.rex & 8 ? OperandSize::bits_64 : OperandSize::bits_32;
  switch (op.byte) {
    case 0x05: return from(cpu, syscall(cpu, length));
    case 0x07: return from(cpu, sysret(cpu, size));
    case 0x34: return from(cpu, sysenter(cpu));
    case 0x35: return from(cpu, sysexit(cpu, size));
    case 0x30: return model_specific(cpu, length, now, true);
    case 0x31: return time_stamp_counter(cpu, length, now, false);
    case 0x32: return model_specific(cpu, length, now, false);
    case 0x33: return general_protection(cpu);  // RDPMC: there are no counters
    case 0xA2: {
      CpuState after = cpu;
      const CpuidResult r =
          cpuid(static_cast<std::uint32_t>(cpu[Gpr::rax]), static_cast<std::uint32_t>(cpu[Gpr::rcx]));
      after[Gpr::rax] = r.eax;
      after[Gpr::rbx] = r.ebx;
      after[Gpr::rcx] = r.ecx;
      after[Gpr::rdx] = r.edx;
      return done(after, length);
    }
    case 0x20:
    case 0x22: return task_priority(cpu, op, length + 1);
    case 0x21:
    case 0x23: return debug_register(cpu, op, length + 1);
    case 0x01:
      if (op.modrm == 0xF8) return swap_gs(cpu, length + 1);
      if (op.modrm == 0xF9) return time_stamp_counter(cpu, length + 1, now, true);
      return invalid_opcode(cpu);
    default: return invalid_opcode(cpu);  // RDRAND and the rest: CPUID does not offer them
  }
}

}  // namespace

OwnInstruction run_own_instruction(const CpuState& cpu, std::span<const std::byte> code, Ticks now) {
  const CpuMode in = mode(cpu);
  const unsigned bits = in == CpuMode::long_64                                           ? 64
                        : in == CpuMode::protected_32 || in == CpuMode::compatibility_32 ? 32
                                                                                         : 16;
  const auto op = opcode_of(code, bits);
  if (!op || op->lock) return invalid_opcode(cpu);  // none of these takes LOCK
  if (op->map == 1) return two_byte(cpu, *op, now);
  const unsigned length = op->length_to_opcode + 1u;
  const bool vm86_trapped = in == CpuMode::virtual_8086 && (cpu.rflags & rflags::iopl) != rflags::iopl;
  switch (op->byte) {
    case 0xCC: return software_interrupt(cpu, length, kBreakpoint, Source::software_int);
    case 0xCD:
      return vm86_trapped ? general_protection(cpu)
                          : software_interrupt(cpu, length + 1, op->modrm, Source::software_int);
    case 0xCE:
      if (bits == 64) return invalid_opcode(cpu);
      if (!(cpu.rflags & rflags::of)) return done(cpu, length);
      return software_interrupt(cpu, length, kOverflow, Source::software_int);
    case 0x9E: return flags_through_ah(cpu, length, false);
    case 0x9F: return flags_through_ah(cpu, length, true);
    case 0xF1: return software_interrupt(cpu, length, kDebug, Source::icebp);
    default: return invalid_opcode(cpu);
  }
}

}  // namespace ringside
