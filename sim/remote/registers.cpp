// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/remote/registers.h"

#include <utility>

#include "sim/remote/hex.h"

namespace ringside {
namespace {

using enum RegisterFeature;
constexpr auto kReadOnly = std::nullopt;

template <Gpr reg>
Xmm gpr(const CpuState& c) {
  return {c[reg], 0};
}
template <unsigned i>
Xmm st(const CpuState& c) {
  return {c.fp.st[i].significand, c.fp.st[i].sign_exponent};
}
template <unsigned i>
Xmm xmm(const CpuState& c) {
  return c.fp.xmm[i];
}
template <Segment CpuState::*segment>
Xmm selector(const CpuState& c) {
  return {(c.*segment).selector, 0};
}
template <Segment CpuState::*segment>
Xmm base(const CpuState& c) {
  return {(c.*segment).base, 0};
}
template <std::uint64_t CpuState::*member>
Xmm plain(const CpuState& c) {
  return {c.*member, 0};
}
template <DescriptorTable CpuState::*table>
Xmm table_base(const CpuState& c) {
  return {(c.*table).base, 0};
}
template <DescriptorTable CpuState::*table>
Xmm table_limit(const CpuState& c) {
  return {(c.*table).limit, 0};
}
template <unsigned i>
Xmm debug(const CpuState& c) {
  return {c.dr[i], 0};
}
// Addresses are linear for gdb, RIP is an offset from CS's base for the processor: the same but for code in
// segments.
Xmm instruction_pointer(const CpuState& c) { return {linear_rip(c), 0}; }
// Instruction and operand of the last x87 instruction: not kept.
Xmm zero(const CpuState&) { return {}; }

#define RINGSIDE_GPR(reg, type) \
  { #reg, type, 8, core, nullptr, gpr < Gpr::reg>, static_cast < std::uint8_t>(Gpr::reg) }
#define RINGSIDE_SELECTOR(reg) \
  { #reg, "int32", 4, core, nullptr, selector < &CpuState::reg>, kReadOnly }
#define RINGSIDE_X87(i) \
  { "st" #i, "i387_ext", 10, core, nullptr, st<i>, kReadOnly }
#define RINGSIDE_XMM(i) \
  { "xmm" #i, "vec128", 16, sse, nullptr, xmm<i>, kReadOnly }
#define RINGSIDE_SYSTEM(reg, type, group) \
  { #reg, type, 8, system, group, plain < &CpuState::reg>, kReadOnly }

constexpr RemoteRegister kRegisters[] = {
    RINGSIDE_GPR(rax, "int64"),
    RINGSIDE_GPR(rbx, "int64"),
    RINGSIDE_GPR(rcx, "int64"),
    RINGSIDE_GPR(rdx, "int64"),
    RINGSIDE_GPR(rsi, "int64"),
    RINGSIDE_GPR(rdi, "int64"),
    RINGSIDE_GPR(rbp, "data_ptr"),
    RINGSIDE_GPR(rsp, "data_ptr"),
    RINGSIDE_GPR(r8, "int64"),
    RINGSIDE_GPR(r9, "int64"),
    RINGSIDE_GPR(r10, "int64"),
    RINGSIDE_GPR(r11, "int64"),
    RINGSIDE_GPR(r12, "int64"),
    RINGSIDE_GPR(r13, "int64"),
    RINGSIDE_GPR(r14, "int64"),
    RINGSIDE_GPR(r15, "int64"),
    {"rip", "code_ptr", 8, core, nullptr, instruction_pointer, kSetRip},
    {"eflags", "i386_eflags", 4, core, nullptr, plain<&CpuState::rflags>, kSetRflags},
    RINGSIDE_SELECTOR(cs),
    RINGSIDE_SELECTOR(ss),
    RINGSIDE_SELECTOR(ds),
    RINGSIDE_SELECTOR(es),
    RINGSIDE_SELECTOR(fs),
    RINGSIDE_SELECTOR(gs),
    RINGSIDE_X87(0),
    RINGSIDE_X87(1),
    RINGSIDE_X87(2),
    RINGSIDE_X87(3),
    RINGSIDE_X87(4),
    RINGSIDE_X87(5),
    RINGSIDE_X87(6),
    RINGSIDE_X87(7),
    {"fctrl", "int", 4, core, "float",
     [](const CpuState& c) {
       return Xmm{c.fp.fcw, 0};
     },
     kReadOnly},
    {"fstat", "int", 4, core, "float",
     [](const CpuState& c) {
       return Xmm{c.fp.fsw, 0};
     },
     kReadOnly},
    {"ftag", "int", 4, core, "float",
     [](const CpuState& c) {
       return Xmm{c.fp.ftw, 0};
     },
     kReadOnly},
    {"fiseg", "int", 4, core, "float", zero, kReadOnly},
    {"fioff", "int", 4, core, "float", zero, kReadOnly},
    {"foseg", "int", 4, core, "float", zero, kReadOnly},
    {"fooff", "int", 4, core, "float", zero, kReadOnly},
    {"fop", "int", 4, core, "float", zero, kReadOnly},
    RINGSIDE_XMM(0),
    RINGSIDE_XMM(1),
    RINGSIDE_XMM(2),
    RINGSIDE_XMM(3),
    RINGSIDE_XMM(4),
    RINGSIDE_XMM(5),
    RINGSIDE_XMM(6),
    RINGSIDE_XMM(7),
    RINGSIDE_XMM(8),
    RINGSIDE_XMM(9),
    RINGSIDE_XMM(10),
    RINGSIDE_XMM(11),
    RINGSIDE_XMM(12),
    RINGSIDE_XMM(13),
    RINGSIDE_XMM(14),
    RINGSIDE_XMM(15),
    {"mxcsr", "i386_mxcsr", 4, sse, "vector",
     [](const CpuState& c) {
       return Xmm{c.fp.mxcsr, 0};
     },
     kReadOnly},
    {"fs_base", "data_ptr", 8, segments, nullptr, base<&CpuState::fs>, kReadOnly},
    {"gs_base", "data_ptr", 8, segments, nullptr, base<&CpuState::gs>, kReadOnly},
    // Among the general registers, as a kernel's debugger wants them.
    {"k_gs_base", "data_ptr", 8, system, nullptr, plain<&CpuState::kernel_gs_base>, kReadOnly},
    RINGSIDE_SYSTEM(cr0, "ringside_cr0", nullptr),
    RINGSIDE_SYSTEM(cr2, "data_ptr", nullptr),
    RINGSIDE_SYSTEM(cr3, "int64", nullptr),
    RINGSIDE_SYSTEM(cr4, "ringside_cr4", nullptr),
    RINGSIDE_SYSTEM(cr8, "int64", nullptr),
    RINGSIDE_SYSTEM(efer, "ringside_efer", nullptr),
    // `info registers system` has these as well.
    {"gdt_base", "data_ptr", 8, system, "system", table_base<&CpuState::gdtr>, kReadOnly},
    {"gdt_limit", "int", 4, system, "system", table_limit<&CpuState::gdtr>, kReadOnly},
    {"idt_base", "data_ptr", 8, system, "system", table_base<&CpuState::idtr>, kReadOnly},
    {"idt_limit", "int", 4, system, "system", table_limit<&CpuState::idtr>, kReadOnly},
    {"ldtr", "int", 4, system, "system", selector<&CpuState::ldtr>, kReadOnly},
    {"tr", "int", 4, system, "system", selector<&CpuState::tr>, kReadOnly},
    {"tss_base", "data_ptr", 8, system, "system", base<&CpuState::tr>, kReadOnly},
    {"dr0", "data_ptr", 8, system, "system", debug<0>, kReadOnly},
    {"dr1", "data_ptr", 8, system, "system", debug<1>, kReadOnly},
    {"dr2", "data_ptr", 8, system, "system", debug<2>, kReadOnly},
    {"dr3", "data_ptr", 8, system, "system", debug<3>, kReadOnly},
    RINGSIDE_SYSTEM(dr6, "int64", "system"),
    RINGSIDE_SYSTEM(dr7, "int64", "system"),
};

}  // namespace

std::span<const RemoteRegister> remote_registers() { return kRegisters; }

const char* name(RegisterFeature feature) {
  switch (feature) {
    case core: return "org.gnu.gdb.i386.core";
    case sse: return "org.gnu.gdb.i386.sse";
    case segments: return "org.gnu.gdb.i386.segments";
    case system: return "org.ringside.system";
  }
  return "";
}

std::string register_hex(const CpuState& cpu, const RemoteRegister& reg) {
  const Xmm value = reg.value(cpu);
  if (reg.bytes <= 8) return little_endian_hex(value.low, reg.bytes);
  return little_endian_hex(value.low, 8) + little_endian_hex(value.high, reg.bytes - 8);
}

}  // namespace ringside
