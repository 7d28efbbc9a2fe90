// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/msr.h"

#include <array>

namespace ringside {
namespace {

// One register. `write` returns false for a value that raises #GP and may be null: read-only.
struct Register {
  std::uint32_t index;
  const char* name;
  std::uint64_t (*read)(const CpuState&, Ticks);
  bool (*write)(CpuState&, std::uint64_t, Ticks);
};

constexpr std::uint64_t kUpperHalf = 0xFFFF'FFFF'0000'0000;

// The common shapes of a register that is a member of the state: any 64 bits, 32 bits with the rest reserved,
// or a linear address.
template <std::uint64_t CpuState::*member>
std::uint64_t read_member(const CpuState& cpu, Ticks) {
  return cpu.*member;
}
template <std::uint64_t CpuState::*member>
bool write_any(CpuState& cpu, std::uint64_t value, Ticks) {
  cpu.*member = value;
  return true;
}
template <std::uint64_t CpuState::*member>
bool write_32(CpuState& cpu, std::uint64_t value, Ticks) {
  if (value & kUpperHalf) return false;
  cpu.*member = value;
  return true;
}
template <std::uint64_t CpuState::*member>
bool write_address(CpuState& cpu, std::uint64_t value, Ticks) {
  if (!canonical(value)) return false;
  cpu.*member = value;
  return true;
}

// FS_BASE and GS_BASE are the hidden bases of the segment registers.
template <Segment CpuState::*segment>
std::uint64_t read_base(const CpuState& cpu, Ticks) {
  return (cpu.*segment).base;
}
template <Segment CpuState::*segment>
bool write_base(CpuState& cpu, std::uint64_t value, Ticks) {
  if (!canonical(value)) return false;
  (cpu.*segment).base = value;
  return true;
}

// Registers whose contents never change: writing what they hold anyway is allowed, as read-modify-write code
// does.
template <std::uint64_t constant>
std::uint64_t read_constant(const CpuState&, Ticks) {
  return constant;
}
template <std::uint64_t constant>
bool write_constant(CpuState&, std::uint64_t value, Ticks) {
  return value == constant;
}

bool ignore_write(CpuState&, std::uint64_t, Ticks) { return true; }

bool write_tsc(CpuState& cpu, std::uint64_t value, Ticks now) {
  cpu.tsc_offset = value - now;
  return true;
}

// LME decides which paging the next CR0.PG = 1 turns on, so it cannot change while paging is on (SDM volume
// 3A 9.8.5). LMA is the processor's to set; writes to it are ignored.
bool write_efer(CpuState& cpu, std::uint64_t value, Ticks) {
  if (value & ~(efer::sce | efer::lme | efer::lma | efer::nxe)) return false;
  const bool lme_changes = (value ^ cpu.efer) & efer::lme;
  if (lme_changes && (cpu.cr0 & cr0::pg)) return false;
  cpu.efer = (value & ~efer::lma) | (cpu.efer & efer::lma);
  return true;
}

// Eight memory types: 0 UC, 1 WC, 4 WT, 5 WP, 6 WB, 7 UC-; 2, 3 and all others are reserved (SDM 11.12.2).
bool write_pat(CpuState& cpu, std::uint64_t value, Ticks) {
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint64_t type = value >> (8 * i) & 0xFF;
    if (type > 7 || type == 2 || type == 3) return false;
  }
  cpu.pat = value;
  return true;
}

// Bits 8 (bootstrap processor) and 12 to 39 (base) may be set; bits 10 and 11 would switch on what is not
// there.
bool write_apic_base(CpuState& cpu, std::uint64_t value, Ticks) {
  constexpr std::uint64_t kBootstrap = 1 << 8, kBase = 0xFF'FFFF'F000;
  if (value & ~(kBootstrap | kBase)) return false;
  cpu.apic_base = value;
  return true;
}

constexpr std::uint64_t kFastStrings = 1;

using S = CpuState;
constexpr std::array kRegisters{
    Register{0x10, "IA32_TIME_STAMP_COUNTER", time_stamp, write_tsc},
    Register{0x17, "IA32_PLATFORM_ID", read_constant<0>, nullptr},
    Register{0x1B, "IA32_APIC_BASE", read_member<&S::apic_base>, write_apic_base},
    Register{0x8B, "IA32_BIOS_SIGN_ID", read_constant<0>,
             ignore_write},  // kernels write 0 before they read it
    Register{0xFE, "IA32_MTRRCAP", read_constant<0>, nullptr},
    Register{0x174, "IA32_SYSENTER_CS", read_member<&S::sysenter_cs>, write_32<&S::sysenter_cs>},
    Register{0x175, "IA32_SYSENTER_ESP", read_member<&S::sysenter_esp>, write_address<&S::sysenter_esp>},
    Register{0x176, "IA32_SYSENTER_EIP", read_member<&S::sysenter_eip>, write_address<&S::sysenter_eip>},
    Register{0x1A0, "IA32_MISC_ENABLE", read_constant<kFastStrings>, write_constant<kFastStrings>},
    Register{0x1D9, "IA32_DEBUGCTL", read_constant<0>, write_constant<0>},
    Register{0x277, "IA32_PAT", read_member<&S::pat>, write_pat},
    Register{0xC000'0080, "IA32_EFER", read_member<&S::efer>, write_efer},
    Register{0xC000'0081, "IA32_STAR", read_member<&S::star>, write_any<&S::star>},
    Register{0xC000'0082, "IA32_LSTAR", read_member<&S::lstar>, write_address<&S::lstar>},
    Register{0xC000'0083, "IA32_CSTAR", read_member<&S::cstar>, write_address<&S::cstar>},
    Register{0xC000'0084, "IA32_FMASK", read_member<&S::sfmask>, write_32<&S::sfmask>},
    Register{0xC000'0100, "IA32_FS_BASE", read_base<&S::fs>, write_base<&S::fs>},
    Register{0xC000'0101, "IA32_GS_BASE", read_base<&S::gs>, write_base<&S::gs>},
    Register{0xC000'0102, "IA32_KERNEL_GS_BASE", read_member<&S::kernel_gs_base>,
             write_address<&S::kernel_gs_base>},
    Register{0xC000'0103, "IA32_TSC_AUX", read_member<&S::tsc_aux>, write_32<&S::tsc_aux>},
};

const Register* find(std::uint32_t index) {
  for (const Register& r : kRegisters)
    if (r.index == index) return &r;
  return nullptr;
}

bool privileged(const CpuState& cpu) { return cpu.cpl == 0 && !(cpu.rflags & rflags::vm); }

constexpr std::unexpected<Exception> kGeneralProtection{Exception{.vector = 13}};

}  // namespace

std::expected<std::uint64_t, Exception> read_msr(const CpuState& cpu, std::uint32_t index, Ticks now) {
  const Register* r = find(index);
  if (!privileged(cpu) || !r) return kGeneralProtection;
  return r->read(cpu, now);
}

std::expected<CpuState, Exception> write_msr(const CpuState& cpu, std::uint32_t index, std::uint64_t value,
                                             Ticks now) {
  const Register* r = find(index);
  if (!privileged(cpu) || !r || !r->write) return kGeneralProtection;
  CpuState next = cpu;
  if (!r->write(next, value, now)) return kGeneralProtection;
  return next;
}

const char* msr_name(std::uint32_t index) {
  const Register* r = find(index);
  return r ? r->name : "";
}

}  // namespace ringside
