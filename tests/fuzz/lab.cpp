// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/lab.h"

#include <array>

namespace ringside::fuzz {
namespace {

constexpr std::uint64_t kRam = 0x18000;
// Where everything lies. Page tables map the first 2 MiB to itself, most of which nobody answers at.
constexpr std::uint64_t kPml4 = 0x1000, kPdpt = 0x2000, kPd = 0x3000, kPt = 0x4000, kPd32 = 0x5000,
                        kPt32 = 0x6000, kGdt = 0x9000, kIdt = 0xA000, kTss = 0xB000, kLdt = 0xB800,
                        kHandlers = 0xC000, kStacks = 0xE000, kUser = 0x10000;
constexpr std::uint16_t kCode64 = 0x08, kData = 0x10, kCode32 = 0x18, kCode16 = 0x20, kCode64User = 0x2B,
                        kDataUser = 0x33, kCode32User = 0x3B, kTssSelector = 0x50, kLdtSelector = 0x60;
constexpr std::array<std::uint64_t, 16> kDescriptors = {0,
                                                        0x00AF9B000000FFFF,  // 08 code, ring 0, 64 bits
                                                        0x00CF93000000FFFF,  // 10 data, ring 0
                                                        0x00CF9B000000FFFF,  // 18 code, ring 0, 32 bits
                                                        0x000F9B000000FFFF,  // 20 code, ring 0, 16 bits
                                                        0x00AFFB000000FFFF,  // 28 code, ring 3, 64 bits
                                                        0x00CFF3000000FFFF,  // 30 data, ring 3
                                                        0x00CFFB000000FFFF,  // 38 code, ring 3, 32 bits
                                                        0x00CF9F000000FFFF,  // 40 conforming code, 32 bits
                                                        0x00AF9F000000FFFF,  // 48 conforming code, 64 bits
                                                        0x00008B0000000067 | kTss << 16,
                                                        0,  // 50 TSS, busy
                                                        0x0000820000000047 | kLdt << 16,
                                                        0,  // 60 LDT
                                                        0x00CF93000000FFFF,
                                                        0x00CFB3000000FFFF};

enum class Mode : std::uint8_t {
  real,
  v86,
  protected_32,
  protected_32_paging,
  pae,
  long_64,
  compatibility_32
};
constexpr unsigned kModes = 7;

void put(Lab& lab, std::uint64_t address, std::uint64_t value, unsigned size) {
  lab.memory().write({address}, value, size);
}

Segment segment(std::uint16_t selector) {
  const std::uint64_t d = kDescriptors[selector >> 3];
  return {selector, 0, d >> 55 & 1 ? 0xFFFFFFFF : 0xFFFF, static_cast<std::uint16_t>(d >> 40 & 0xF0FF)};
}

void write_tables(Lab& lab, bool ia32e) {
  put(lab, kPml4, kPdpt | 7, 8);
  put(lab, kPdpt, kPd | 7, 8);
  put(lab, kPd, kPt | 7, 8);
  put(lab, kPd + 8, 0x200087, 8);  // a large page
  put(lab, kPd32, kPt32 | 7, 4);
  put(lab, kPd32 + 4, 0x400087, 4);
  for (unsigned i = 0; i < 512; ++i) {
    put(lab, kPt + 8 * i, i << 12 | 7, 8);
    put(lab, kPt32 + 4 * i, i << 12 | 7, 4);
  }
  for (unsigned i = 0; i < kDescriptors.size(); ++i) put(lab, kGdt + 8 * i, kDescriptors[i], 8);
  for (std::uint64_t v = 0; v < 256; ++v) {
    const std::uint64_t handler = kHandlers + 16 * v, type = v % 5 ? 0x8E : 0x8F, user = v >= 0x80 ? 0x60 : 0;
    const std::uint64_t low = (handler & 0xFFFF) | (type | user) << 40;
    if (ia32e) {
      put(lab, kIdt + 16 * v, low | std::uint64_t{kCode64} << 16 | (v % 4 == 2 ? 1ull : 0) << 32, 8);
    } else {
      const bool small = v % 16 == 7;  // a 16-bit gate
      put(lab, kIdt + 8 * v, (small ? low & ~(std::uint64_t{8} << 40) : low) | std::uint64_t{kCode32} << 16,
          8);
    }
  }
  for (std::uint64_t at = 4; at < 0x60; at += ia32e ? 8 : 4)
    put(lab, kTss + at, kStacks + 0x80 * at, ia32e ? 8 : 4);
  if (!ia32e) put(lab, kTss + 8, kData, 4);  // SS 0
}

Lab working_lab(Mode mode) {
  Lab lab{{}, std::vector<std::byte>(kRam)};
  const bool ia32e = mode == Mode::long_64 || mode == Mode::compatibility_32;
  write_tables(lab, ia32e);
  CpuState& c = lab.cpu;
  c.gdtr = {kGdt, 8 * kDescriptors.size() - 1};
  c.idtr = {kIdt, static_cast<std::uint16_t>(ia32e ? 0xFFF : 0x7FF)};
  c.tr = {kTssSelector, kTss, 0x67, 0x8B};
  c.ldtr = {kLdtSelector, kLdt, 0x47, 0x82};
  c.rip = kUser;
  c[Gpr::rsp] = kUser + 0x4000;
  c.rflags = rflags::if_ | 2;
  c.ds = c.es = c.fs = c.gs = c.ss = segment(kData);
  c.cs = segment(mode == Mode::long_64 ? kCode64 : kCode32);
  if (mode == Mode::real || mode == Mode::v86) {
    c.cs = {kUser >> 4, kUser, 0xFFFF, 0xF3};
    c.ss = c.ds = c.es = c.fs = c.gs = {0x1000, 0x10000, 0xFFFF, 0xF3};
    c.rip = 0;
  }
  if (mode == Mode::real) {
    c.idtr = {kIdt, 0x3FF};
    return lab;
  }
  c.cr0 = cr0::pe | cr0::et | cr0::ne;
  if (mode == Mode::v86) {
    c.rflags |= rflags::vm;
    c.cpl = 3;
  }
  if (mode == Mode::protected_32_paging) {
    c.cr0 |= cr0::pg | cr0::wp;
    c.cr3 = kPd32;
    c.cr4 = cr4::pse;
  }
  if (mode == Mode::pae || ia32e) {
    c.cr0 |= cr0::pg | cr0::wp;
    c.cr4 = cr4::pae;
    c.efer = efer::nxe;
    c.cr3 = mode == Mode::pae ? kPdpt : kPml4;
    if (mode == Mode::pae) put(lab, kPdpt, kPd | 1, 8);
  }
  if (ia32e) c.efer |= efer::lme | efer::lma | efer::sce;
  return lab;
}

void enter_ring_3(CpuState& c) {
  c.cpl = 3;
  c.cs = segment(c.cs.long_mode() ? kCode64User : kCode32User);
  c.ss = c.ds = c.es = segment(kDataUser);
}

void change_register(Lab& lab, Input& input) {
  CpuState& c = lab.cpu;
  const std::array<std::uint64_t*, 22> wide = {
      &c.rip,       &c.rflags,  &c.cr0,       &c.cr2,     &c.cr3,     &c.cr4,    &c.efer,   &c.gdtr.base,
      &c.idtr.base, &c.tr.base, &c.ldtr.base, &c.cs.base, &c.ss.base, &c.gpr[4], &c.gpr[0], &c.dr7,
      &c.dr6,       &c.star,    &c.lstar,     &c.fs.base, &c.gs.base, &c.ds.base};
  const std::array<Segment*, 8> segments = {&c.es, &c.cs, &c.ss, &c.ds, &c.fs, &c.gs, &c.ldtr, &c.tr};
  const std::uint8_t which = input.byte();
  switch (which & 7) {
    case 0: *wide[which >> 3 & 15] = input.take<std::uint64_t>(); break;
    case 1: *wide[(which >> 3) % wide.size()] ^= std::uint64_t{1} << (input.byte() & 63); break;
    case 2:
      *wide[(which >> 3) % wide.size()] +=
          static_cast<std::uint64_t>(std::int64_t{input.take<std::uint16_t>()} - 0x8000);
      break;
    case 3: c.gdtr.limit = input.take<std::uint16_t>(); break;
    case 4: c.idtr.limit = input.take<std::uint16_t>(); break;
    case 5: segments[which >> 3 & 7]->selector = input.take<std::uint16_t>(); break;
    case 6: segments[which >> 3 & 7]->attributes = input.take<std::uint16_t>() & 0xF0FF; break;
    case 7: segments[which >> 3 & 7]->limit = input.take<std::uint32_t>(); break;
  }
}

}  // namespace

Lab take_lab(Input& input) {
  static const std::array<Lab, kModes> kWorking = [] {
    std::array<Lab, kModes> labs;
    for (unsigned i = 0; i < kModes; ++i) labs[i] = working_lab(static_cast<Mode>(i));
    return labs;
  }();
  const std::uint8_t first = input.byte();
  Lab lab = kWorking[first % kModes];
  if (first & 0x80 && lab.cpu.cr0 & cr0::pe) enter_ring_3(lab.cpu);
  for (unsigned changes = input.byte() & 31; changes > 0; --changes) {
    const std::uint8_t kind = input.byte();
    const unsigned size = 1u << (kind >> 2 & 3);
    switch (kind & 3) {
      case 0: change_register(lab, input); break;
      case 1: {  // anywhere
        const std::uint64_t at = std::uint64_t{input.take<std::uint16_t>()} << (kind >> 4 & 3);
        put(lab, at, input.take<std::uint64_t>(), size);
        break;
      }
      case 2: {  // a bit of an entry of one of the tables
        constexpr std::array<std::uint64_t, 10> kTables = {kPml4, kPdpt, kPd,  kPt,  kPd32,
                                                           kPt32, kGdt,  kIdt, kTss, kLdt};
        const std::uint64_t at = kTables[(kind >> 4) % kTables.size()] + 8 * input.byte();
        put(lab, at, lab.memory().read({at}, 8) ^ std::uint64_t{1} << (input.byte() & 63), 8);
        break;
      }
      case 3: {  // an entry of a table altogether
        constexpr std::array<std::uint64_t, 4> kTables = {kPt, kGdt, kIdt, kPt32};
        put(lab, kTables[kind >> 4 & 3] + 8 * input.byte(), input.take<std::uint64_t>(), 8);
        break;
      }
    }
  }
  return lab;
}

}  // namespace ringside::fuzz
