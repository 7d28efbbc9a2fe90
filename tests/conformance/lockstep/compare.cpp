// SPDX-License-Identifier: GPL-2.0-or-later
#include "compare.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace ringside::lockstep {
namespace {

constexpr std::array kGprNames = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                  "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};
constexpr std::uint64_t kLow = 0xFFFF'FFFF;

// As FXSAVE abridges it (SDM volume 1, 10.5.1.1): a bit a physical register, set where it is not empty.
std::uint16_t abridged(std::uint16_t ftw) {
  std::uint16_t bits = 0;
  for (unsigned i = 0; i < 8; ++i)
    if ((ftw >> (2 * i) & 3) != 3) bits = static_cast<std::uint16_t>(bits | 1u << i);
  return bits;
}

// FNSTENV's tag word with these registers empty, and for the others what our own says.
std::uint16_t tags(std::uint16_t ours, std::uint16_t theirs_abridged) {
  if (abridged(ours) == theirs_abridged) return ours;
  std::uint16_t word = 0;
  for (unsigned i = 0; i < 8; ++i)
    if (!(theirs_abridged >> i & 1)) word = static_cast<std::uint16_t>(word | 3u << (2 * i));
  return word;
}

}  // namespace

CpuState with_record(const CpuState& ours, const Record& record) {
  CpuState c = ours;
  const CpuState& r = record.cpu;
  const unsigned registers = record.wide ? 16 : 8;
  for (unsigned i = 0; i < registers; ++i)
    c.gpr[i] = record.wide ? r.gpr[i] : (ours.gpr[i] & ~kLow) | (r.gpr[i] & kLow);
  c.rip = record.wide ? r.rip : (ours.rip & ~kLow) | (r.rip & kLow);
  c.rflags = r.rflags;
  c.cpl = r.cpl;
  c.interrupt_shadow = r.interrupt_shadow;
  c.halted = r.halted;
  c.es = r.es;
  c.cs = r.cs;
  c.ss = r.ss;
  c.ds = r.ds;
  c.fs = r.fs;
  c.gs = r.gs;
  c.ldtr = r.ldtr;
  c.tr = r.tr;
  // LTR loads a busy TSS (SDM volume 2, LTR; a processor's TR has type 3 or 11, volume 3C 26.3.1.2). QEMU
  // marks the descriptor in the GDT and keeps the type it had read.
  c.tr.attributes |= 2;
  c.gdtr = r.gdtr;
  c.idtr = r.idtr;
  c.cr0 = r.cr0;
  c.cr2 = r.cr2;
  c.cr3 = r.cr3;
  c.cr4 = r.cr4;
  c.dr = r.dr;
  c.dr6 = r.dr6;
  c.dr7 = r.dr7;
  c.efer = r.efer;
  if (record.kind != RecordKind::state) return c;
  c.fp.fcw = r.fp.fcw;
  c.fp.fsw = r.fp.fsw;
  c.fp.mxcsr = r.fp.mxcsr;
  c.fp.ftw = tags(ours.fp.ftw, r.fp.ftw);
  const unsigned top = r.fp.fsw >> 11 & 7;
  for (unsigned i = 0; i < 8; ++i) c.fp.st[i] = r.fp.st[(top + i) & 7];
  for (unsigned i = 0; i < registers; ++i) c.fp.xmm[i] = r.fp.xmm[i];
  return c;
}

std::vector<Difference> differences(const CpuState& a, const CpuState& b) {
  std::vector<Difference> found;
  const auto see = [&](std::string_view field, std::uint64_t x, std::uint64_t y, bool floating = false) {
    if (x != y) found.push_back({std::string(field), x, y, floating});
  };
  for (unsigned i = 0; i < 16; ++i) see(kGprNames[i], a.gpr[i], b.gpr[i]);
  see("RIP", a.rip, b.rip);
  see("RFLAGS", a.rflags, b.rflags);
  see("CPL", a.cpl, b.cpl);
  see("shadow", a.interrupt_shadow, b.interrupt_shadow);
  see("halted", a.halted, b.halted);
  const auto segment = [&](const char* name, const Segment& x, const Segment& y) {
    see(name, x.selector, y.selector);
    if (x.base != y.base) see(fmt::format("{}.base", name), x.base, y.base);
    if (x.limit != y.limit) see(fmt::format("{}.limit", name), x.limit, y.limit);
    if (x.attributes != y.attributes) see(fmt::format("{}.attributes", name), x.attributes, y.attributes);
  };
  segment("ES", a.es, b.es);
  segment("CS", a.cs, b.cs);
  segment("SS", a.ss, b.ss);
  segment("DS", a.ds, b.ds);
  segment("FS", a.fs, b.fs);
  segment("GS", a.gs, b.gs);
  segment("LDTR", a.ldtr, b.ldtr);
  segment("TR", a.tr, b.tr);
  see("GDTR", a.gdtr.base, b.gdtr.base);
  see("GDTR.limit", a.gdtr.limit, b.gdtr.limit);
  see("IDTR", a.idtr.base, b.idtr.base);
  see("IDTR.limit", a.idtr.limit, b.idtr.limit);
  see("CR0", a.cr0, b.cr0);
  see("CR2", a.cr2, b.cr2);
  see("CR3", a.cr3, b.cr3);
  see("CR4", a.cr4, b.cr4);
  for (unsigned i = 0; i < 4; ++i)
    if (a.dr[i] != b.dr[i]) see(fmt::format("DR{}", i), a.dr[i], b.dr[i]);
  see("DR6", a.dr6, b.dr6);
  see("DR7", a.dr7, b.dr7);
  see("EFER", a.efer, b.efer);
  see("FCW", a.fp.fcw, b.fp.fcw, true);
  see("FSW", a.fp.fsw, b.fp.fsw, true);
  see("FTW", a.fp.ftw, b.fp.ftw, true);
  see("MXCSR", a.fp.mxcsr, b.fp.mxcsr, true);
  for (unsigned i = 0; i < 8; ++i)
    if (!(a.fp.st[i] == b.fp.st[i])) {
      see(fmt::format("ST{}", i), a.fp.st[i].significand, b.fp.st[i].significand, true);
      see(fmt::format("ST{}.exponent", i), a.fp.st[i].sign_exponent, b.fp.st[i].sign_exponent, true);
    }
  for (unsigned i = 0; i < 16; ++i)
    if (!(a.fp.xmm[i] == b.fp.xmm[i])) {
      see(fmt::format("XMM{}.low", i), a.fp.xmm[i].low, b.fp.xmm[i].low, true);
      see(fmt::format("XMM{}.high", i), a.fp.xmm[i].high, b.fp.xmm[i].high, true);
    }
  return found;
}

unsigned fields_compared(const Record& record) {
  const unsigned registers = record.wide ? 16 : 8;
  const unsigned system = 5 + 4 * 8 + 4 + 4 + 6 + 1;  // RIP to halted, segments, tables, CR, DR, EFER
  return registers + system + (record.kind == RecordKind::state ? 4 + 8 * 2 + registers * 2 : 0);
}

}  // namespace ringside::lockstep
