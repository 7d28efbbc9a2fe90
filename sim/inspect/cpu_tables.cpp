// SPDX-License-Identifier: GPL-2.0-or-later
// The registers that every instruction sees: general purpose, RIP, RFLAGS and the segment registers.
#include "sim/inspect/cpu_tables.h"

#include <array>
#include <cctype>

#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/register_bits.h"
#include "sim/inspect/segment_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::array<const char*, 16> kNames{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                             "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
// As people read them, not as instructions encode them.
constexpr std::array<unsigned, 16> kOrder{0, 3, 1, 2, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// RAX in 64-bit code, EAX elsewhere.
std::string shown_name(const char* name, bool wide) {
  std::string text = upper(name);
  if (!wide) text[0] = 'E';
  return text;
}

// A register's value, a link where it is the address of something.
Cell value_cell(const GuestMemory& guest, std::uint64_t value, bool wide) {
  if (!wide) value &= 0xFFFF'FFFF;
  Cell cell = linear(value, wide);
  if (!guest.translate({value})) cell.link = Link::none;
  return cell;
}

}  // namespace

Table registers_table(const InspectContext& c) {
  const bool wide = c.wide();
  const GuestMemory guest = c.guest();
  Table t{.name = "registers",
          .title = "Registers",
          .note = fmt::format("{} mode, {}, interrupts {}, instruction {}", name(mode(c.cpu)),
                              ring_words(c.cpu.cpl), c.cpu.rflags & rflags::if_ ? "on" : "off",
                              count_words(c.instructions)),
          .columns = {{"Register"}, {"Value", true}, {"Points to"}},
          .rows = {}};
  for (unsigned i : kOrder) {
    if (!wide && i >= 8) continue;
    const std::uint64_t value = wide ? c.cpu.gpr[i] : c.cpu.gpr[i] & 0xFFFF'FFFF;
    t.rows.push_back(
        {kNames[i],
         {plain(shown_name(kNames[i], wide)), value_cell(guest, value, wide), symbol(c.symbols, value)}});
  }
  Cell rip = value_cell(guest, c.cpu.rip, wide);
  rip.tone = Tone::now;
  t.rows.push_back({"rip", {plain(shown_name("rip", wide)), rip, symbol(c.symbols, c.cpu.rip)}});
  t.rows.push_back(
      {"rflags",
       {plain(shown_name("rflags", wide)), plain(hex32(static_cast<std::uint32_t>(c.cpu.rflags))),
        muted(flags_words(c.cpu.rflags))}});
  return t;
}

std::string flags_words(std::uint64_t flags) {
  std::string words;
  const auto bits_of = rflags_bits();
  for (auto b = bits_of.rbegin(); b != bits_of.rend(); ++b)
    if (bit(flags, b->bit)) words += (words.empty() ? "" : " ") + std::string(b->name);
  if (const auto iopl = bits(flags, 13, 12))
    words += fmt::format("{}IOPL={}", words.empty() ? "" : " ", iopl);
  return words;
}

Table flags_table(const InspectContext& c) {
  Table t{.name = "flags",
          .title = "RFLAGS",
          .note = fmt::format("{}: {}", hex32(static_cast<std::uint32_t>(c.cpu.rflags)),
                              flags_words(c.cpu.rflags)),
          .columns = {{"Flag"}, {"Bit", true}, {"Value", true}, {"When set"}},
          .rows = {}};
  for (const RegisterBit& b : rflags_bits()) {
    std::string key = b.name;
    for (char& ch : key) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
    const bool set = bit(c.cpu.rflags, b.bit);
    t.rows.push_back({key, {plain(b.name), muted(std::to_string(b.bit)), yes_no(set), muted(b.meaning)}});
    if (b.bit == 11)
      t.rows.push_back({"iopl",
                        {plain("IOPL"), muted("13-12"), plain(std::to_string(bits(c.cpu.rflags, 13, 12))),
                         muted("rings up to this one may use IN, OUT, CLI and STI")}});
  }
  return t;
}

Table segments_table(const InspectContext& c) {
  Table t{.name = "segments",
          .title = "Segment and table registers",
          .note = "What the processor keeps of each descriptor since the register was loaded.",
          .columns = {{"Register"}, {"Selector"}, {"Base", true}, {"Limit", true}, {"Ring", true}, {"Type"}},
          .rows = {}};
  const std::array<std::tuple<const char*, const char*, const Segment*>, 8> registers{
      {{"cs", "CS", &c.cpu.cs},
       {"ss", "SS", &c.cpu.ss},
       {"ds", "DS", &c.cpu.ds},
       {"es", "ES", &c.cpu.es},
       {"fs", "FS", &c.cpu.fs},
       {"gs", "GS", &c.cpu.gs},
       {"tr", "TR", &c.cpu.tr},
       {"ldtr", "LDTR", &c.cpu.ldtr}}};
  for (const auto& [key, shown, s] : registers) {
    const bool in_use = s->present();
    t.rows.push_back({key,
                      {plain(shown), selector(s->selector), linear(s->base, c.ia32e()),
                       plain(hex32(s->limit)), plain(in_use ? std::to_string(s->dpl()) : ""),
                       in_use ? plain(segment_words(*s, c.ia32e())) : muted("not usable")}});
  }
  const auto add_table = [&](const char* key, const char* shown, const DescriptorTable& d, const char* what) {
    t.rows.push_back({key,
                      {plain(shown), plain(""), linear(d.base, c.ia32e()), plain(hex32(d.limit)), plain(""),
                       muted(what)}});
  };
  add_table("gdtr", "GDTR", c.cpu.gdtr, "where the GDT lies");
  add_table("idtr", "IDTR", c.cpu.idtr, "where the IDT lies");
  return t;
}

}  // namespace ringside
