// SPDX-License-Identifier: GPL-2.0-or-later
// Control registers, debug registers, model-specific registers, floating point.
#include <cctype>
#include <cmath>

#include "sim/base/bits.h"
#include "sim/cpu/msr.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/cpu_tables.h"
#include "sim/inspect/register_bits.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string set_bits(std::uint64_t value, std::span<const RegisterBit> named) {
  std::string words;
  for (const RegisterBit& b : named)
    if (bit(value, b.bit)) words += (words.empty() ? "" : " ") + std::string(b.name);
  return words;
}

void add_with_bits(Table& t, const char* name, std::uint64_t value, std::span<const RegisterBit> named) {
  const std::string key = lower(name);
  t.rows.push_back(
      {key, {plain(name), plain(hex32(static_cast<std::uint32_t>(value))), muted(set_bits(value, named))}});
  for (const RegisterBit& b : named)
    t.rows.push_back(
        {key + "." + lower(b.name),
         {muted(fmt::format("  {} {}", b.bit, b.name)), yes_no(bit(value, b.bit)), muted(b.meaning)}});
}

std::string cr3_words(const CpuState& cpu) {
  switch (paging_mode(cpu)) {
    case PagingMode::none: return "not in use: paging is off";
    case PagingMode::two_level: return "physical address of the page directory";
    case PagingMode::pae: return "physical address of the four directory pointers";
    case PagingMode::four_level: return "physical address of the PML4 table";
  }
  return {};
}

// One of the four breakpoints as DR7 describes it (SDM 17.2.4).
std::string breakpoint_words(std::uint64_t dr7, unsigned number) {
  if (!bits(dr7, 2 * number + 1, 2 * number)) return "off";
  constexpr const char* kKinds[] = {"on execution", "on write", "on port access", "on read or write"};
  constexpr unsigned kLengths[] = {1, 2, 8, 4};
  const auto kind = bits(dr7, 17 + 4 * number, 16 + 4 * number);
  const auto length = kLengths[bits(dr7, 19 + 4 * number, 18 + 4 * number)];
  if (kind == 0) return kKinds[0];
  return fmt::format("{}, {}", kKinds[kind], bytes_words(length));
}

// An x87 register as a number: sign, 15-bit exponent, 64-bit significand with its leading one written out.
std::string x87_words(const X87& r) {
  const unsigned exponent = r.sign_exponent & 0x7FFF;
  const char* sign = r.sign_exponent & 0x8000 ? "-" : "";
  if (exponent == 0x7FFF) return r.significand << 1 ? "NaN" : fmt::format("{}infinity", sign);
  const double value =
      std::ldexp(static_cast<double>(r.significand), static_cast<int>(exponent) - 16383 - 63);
  return fmt::format("{}{:g}", sign, value);
}

}  // namespace

Table control_table(const InspectContext& c) {
  const CpuState& cpu = c.cpu;
  Table t{.name = "control",
          .title = "Control and debug registers",
          .note = fmt::format("{} mode, {}", name(mode(cpu)),
                              paging_mode(cpu) == PagingMode::none ? "paging off" : "paging on"),
          .columns = {{"Register"}, {"Value", true}, {"Meaning"}},
          .rows = {}};
  add_with_bits(t, "CR0", cpu.cr0, cr0_bits());
  t.rows.push_back(
      {"cr2", {plain("CR2"), linear(cpu.cr2, c.ia32e()), muted("linear address of the last page fault")}});
  t.rows.push_back({"cr3", {plain("CR3"), physical(cpu.cr3), muted(cr3_words(cpu))}});
  add_with_bits(t, "CR4", cpu.cr4, cr4_bits());
  if (c.ia32e())
    t.rows.push_back(
        {"cr8", {plain("CR8"), hex(cpu.cr8), muted("task priority: interrupts up to this class wait")}});
  add_with_bits(t, "EFER", cpu.efer, efer_bits());
  for (unsigned i = 0; i < 4; ++i)
    t.rows.push_back({fmt::format("dr{}", i),
                      {plain(fmt::format("DR{}", i)), linear(cpu.dr[i], c.ia32e()),
                       muted("breakpoint " + breakpoint_words(cpu.dr7, i))}});
  add_with_bits(t, "DR6", cpu.dr6, dr6_bits());
  t.rows.push_back(
      {"dr7", {plain("DR7"), plain(hex32(static_cast<std::uint32_t>(cpu.dr7))), muted("debug control")}});
  return t;
}

Table msrs_table(const InspectContext& c) {
  struct Shown {
    std::uint32_t index;
    const char* meaning;
    bool address;
  };
  // Those that kernels program; numbers from SDM volume 4 table 2-2.
  constexpr Shown kShown[] = {
      {0x10, "time-stamp counter, what RDTSC reads", false},
      {0x1B, "local APIC: base address and enable", false},
      {0x174, "SYSENTER: kernel CS", false},
      {0x175, "SYSENTER: kernel stack", true},
      {0x176, "SYSENTER: kernel entry", true},
      {0x277, "memory types that page-table bits choose from", false},
      {0xC000'0080, "long mode, SYSCALL, NX", false},
      {0xC000'0081, "SYSCALL: selectors, kernel in bits 47-32, user in bits 63-48", false},
      {0xC000'0082, "SYSCALL: kernel entry", true},
      {0xC000'0083, "SYSCALL from compatibility mode, not used by Intel", true},
      {0xC000'0084, "SYSCALL: RFLAGS bits to clear", false},
      {0xC000'0100, "base of FS", true},
      {0xC000'0101, "base of GS", true},
      {0xC000'0102, "what SWAPGS exchanges with the base of GS", true},
      {0xC000'0103, "what RDTSCP and RDPID return", false},
  };
  Table t{.name = "msrs",
          .title = "Model-specific registers",
          .note = {},
          .columns = {{"Number", true}, {"Name"}, {"Value", true}, {"Points to"}, {"Meaning"}},
          .rows = {}};
  for (const Shown& m : kShown) {
    const auto value = read_msr(c.cpu, m.index, c.now);
    if (!value) continue;
    Cell shown = m.address ? linear(*value) : plain(hex64(*value));
    t.rows.push_back({fmt::format("{:x}", m.index),
                      {Cell{fmt::format("{:#x}", m.index), Link::msr, m.index}, plain(msr_name(m.index)),
                       shown, m.address ? symbol(c.symbols, *value) : Cell{}, muted(m.meaning)}});
  }
  return t;
}

Table fpu_table(const InspectContext& c) {
  const FloatingPoint& fp = c.cpu.fp;
  Table t{.name = "fpu",
          .title = "Floating point",
          .note = fmt::format("FCW {:#06x}, FSW {:#06x}, FTW {:#06x}, MXCSR {:#010x}", fp.fcw, fp.fsw, fp.ftw,
                              fp.mxcsr),
          .columns = {{"Register"}, {"High", true}, {"Low", true}, {"Value"}},
          .rows = {}};
  // The tag word counts physical registers, ST(0) is the one that TOP names (SDM volume 1, 8.1.2, 8.1.7).
  const unsigned top = bits<unsigned>(fp.fsw, 13, 11);
  for (unsigned i = 0; i < 8; ++i) {
    const bool empty = (fp.ftw >> (2 * ((top + i) % 8)) & 3) == 3;
    t.rows.push_back(
        {fmt::format("st{}", i),
         {plain(fmt::format("ST({})", i)), plain(fmt::format("{:#06x}", fp.st[i].sign_exponent)),
          plain(hex64(fp.st[i].significand)), empty ? muted("empty") : plain(x87_words(fp.st[i]))}});
  }
  const unsigned count = c.wide() ? 16 : 8;
  for (unsigned i = 0; i < count; ++i)
    t.rows.push_back(
        {fmt::format("xmm{}", i),
         {plain(fmt::format("XMM{}", i)), plain(hex64(fp.xmm[i].high)), plain(hex64(fp.xmm[i].low)), {}}});
  return t;
}

}  // namespace ringside
