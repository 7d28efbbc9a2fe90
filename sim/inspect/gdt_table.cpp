// SPDX-License-Identifier: GPL-2.0-or-later
// Source: Intel SDM volume 3A 3.4.5 (descriptors), 7.2 and 7.7 (TSS), volume 1, 19.5.2 (I/O permission
// bitmap).
#include <algorithm>
#include <bit>

#include "sim/base/bits.h"
#include "sim/cpu/descriptor.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/descriptor_tables.h"
#include "sim/inspect/segment_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::size_t kMostRows = 512;  // more descriptors than that are a GDTR that points at something else

// Which segment registers hold the selector now: "CS", "SS DS ES".
std::string users(const CpuState& cpu, std::uint16_t index_bits) {
  std::string words;
  const auto add = [&](const Segment& s, const char* register_name) {
    if ((s.selector & ~3u) == index_bits && index_bits)
      words += (words.empty() ? "" : " ") + std::string(register_name);
  };
  add(cpu.cs, "CS");
  add(cpu.ss, "SS");
  add(cpu.ds, "DS");
  add(cpu.es, "ES");
  add(cpu.fs, "FS");
  add(cpu.gs, "GS");
  add(cpu.tr, "TR");
  add(cpu.ldtr, "LDTR");
  return words;
}

std::string span_name(unsigned first, unsigned last) {
  return first == last ? fmt::format("{:#06x}", first * 8)
                       : fmt::format("{:#06x}-{:#06x}", first * 8, last * 8);
}

}  // namespace

Table gdt_table(const InspectContext& c) {
  const std::uint64_t base = c.cpu.gdtr.base;
  const unsigned slots = (c.cpu.gdtr.limit + 1u) / 8;
  Table t{.name = "gdt",
          .title = "Global Descriptor Table",
          .note = fmt::format("at {:#x}, limit {:#x}: {} slots of 8 bytes", base, c.cpu.gdtr.limit, slots),
          .columns = {{"Selector", true},
                      {"Type"},
                      {"Ring", true},
                      {"Base", true},
                      {"Limit", true},
                      {"P", true},
                      {"Held by"},
                      {"Bytes", true}},
          .rows = {}};
  if (!(c.cpu.cr0 & cr0::pe)) t.note += "; real mode does not use it";
  const GuestMemory guest = c.guest();
  for (unsigned slot = 0; slot < slots; ++slot) {
    if (t.rows.size() == kMostRows) {
      t.note += fmt::format("; the first {} rows are shown", kMostRows);
      break;
    }
    const VirtAddr at{base + slot * 8u};
    const auto descriptor = guest.read(at, 8);
    const std::string key = fmt::format("0x{:02x}", slot * 8);
    if (!descriptor) {
      t.rows.push_back({key, {plain(fmt::format("{:#06x}", slot * 8)), bad(guest.why_not(at))}});
      slot = static_cast<unsigned>(((at.value | 0xFFF) - base) / 8);
      continue;
    }
    if (*descriptor == 0) {
      unsigned last = slot;
      if (slot > 0)
        while (last + 1 < slots && guest.read({base + (last + 1) * 8u}, 8).value_or(1) == 0) ++last;
      t.rows.push_back({key, {plain(span_name(slot, last)), muted(slot == 0 ? "null" : "empty")}});
      slot = last;
      continue;
    }
    Segment s = unpack_descriptor(static_cast<std::uint16_t>(slot * 8), *descriptor);
    std::string raw = fmt::format("{:016x}", *descriptor);
    const bool wide = takes_two_slots(s, c.ia32e());
    std::string words = segment_words(s, c.ia32e());
    if (slot == 0) words = "null, though not empty: no selector can name it";
    if (wide) {
      const auto upper = slot + 1 < slots ? guest.read(at + 8, 8) : std::nullopt;
      if (upper) {
        s.base |= bits(*upper, 31, 0) << 32;
        raw = fmt::format("{:016x} {}", *upper, raw);
      } else {
        words += "; its upper half lies outside of the table";
      }
    }
    const bool flat = c.ia32e() && s.code_or_data();  // base and limit count for nothing in 64-bit code
    Cell base_cell = linear(s.base, c.ia32e() && !s.code_or_data());
    Cell limit_cell = plain(hex32(s.limit));
    if (flat) base_cell.tone = limit_cell.tone = Tone::muted;
    t.rows.push_back({key,
                      {selector(static_cast<std::uint16_t>(slot * 8)), plain(words),
                       plain(std::to_string(s.dpl())), base_cell, limit_cell, yes_no(s.present()),
                       plain(users(c.cpu, static_cast<std::uint16_t>(slot * 8))), muted(raw)},
                      bytes_of(at, wide ? 16 : 8)});
    if (wide) ++slot;
  }
  return t;
}

namespace {

// A stack pointer of the TSS, and whether a push to it would go through.
Cell stack_remark(const InspectContext& c, std::uint64_t pointer, bool needed) {
  if (pointer == 0) return needed ? muted("not set: a change to this ring would fault") : muted("not set");
  if (c.ia32e() && !canonical(pointer - 1)) return bad("not canonical");
  const Walk w =
      walk(c.cpu, c.memory, {pointer - 1}, {.kind = AccessKind::write, .user = false, .implicit = true});
  if (w.ok()) return plain("top of the stack is mapped");
  return bad(fmt::format("a push would fault at {}: {}", last_entry(w), name(w.fault)));
}

// A field of the TSS, with the sentence why it has no value.
struct Field {
  VirtAddr at;
  std::uint64_t value = 0;
  std::string trouble;
};
Field tss_field(const InspectContext& c, const GuestMemory& guest, std::uint32_t offset, unsigned size) {
  Field f{.at = {c.cpu.tr.base + offset}, .value = 0, .trouble = {}};
  if (offset + size - 1 > c.cpu.tr.limit) {
    f.trouble = "beyond the limit: #TS";
  } else if (const auto value = guest.read(f.at, size)) {
    f.value = *value;
  } else {
    f.trouble = guest.why_not(f.at);
  }
  return f;
}

void add_stacks_64(Table& t, const InspectContext& c, const GuestMemory& guest) {
  const auto add = [&](const std::string& key, std::string shown, std::uint32_t offset, const char* use,
                       bool needed) {
    const Field f = tss_field(c, guest, offset, 8);
    const bool good = f.trouble.empty();
    t.rows.push_back({key,
                      {plain(std::move(shown)), linear(f.at.value), good ? linear(f.value) : Cell{},
                       good ? symbol(c.symbols, f.value) : Cell{},
                       good ? stack_remark(c, f.value, needed) : bad(f.trouble), muted(use)},
                      bytes_of(f.at, 8)});
  };
  for (unsigned ring = 0; ring < 3; ++ring)
    add(fmt::format("rsp{}", ring), fmt::format("RSP{}", ring), 4 + 8 * ring,
        ring == 0 ? "stack of the kernel when user code is interrupted" : "ring not used by most kernels",
        ring == 0);
  for (unsigned ist = 1; ist <= 7; ++ist)
    add(fmt::format("ist{}", ist), fmt::format("IST{}", ist), 36 + 8 * (ist - 1),
        "stack of gates with this IST index", false);
}

void add_stacks_32(Table& t, const InspectContext& c, const GuestMemory& guest) {
  for (unsigned ring = 0; ring < 3; ++ring) {
    const Field esp = tss_field(c, guest, 4 + 8 * ring, 4), ss = tss_field(c, guest, 8 + 8 * ring, 2);
    const bool esp_good = esp.trouble.empty(), ss_good = ss.trouble.empty();
    t.rows.push_back(
        {fmt::format("esp{}", ring),
         {plain(fmt::format("ESP{}", ring)), linear(esp.at.value, false),
          esp_good ? linear(esp.value, false) : Cell{}, esp_good ? symbol(c.symbols, esp.value) : Cell{},
          esp_good ? stack_remark(c, esp.value, ring == 0) : bad(esp.trouble), muted("stack of this ring")},
         bytes_of(esp.at, 4)});
    const auto held = static_cast<std::uint16_t>(ss.value);
    t.rows.push_back({fmt::format("ss{}", ring),
                      {plain(fmt::format("SS{}", ring)),
                       linear(ss.at.value, false),
                       ss_good ? selector(held) : Cell{},
                       {},
                       ss_good ? plain(selector_words(held)) : bad(ss.trouble),
                       {}},
                      bytes_of(ss.at, 2)});
  }
}

// Ports that user code may touch: bit clear = allowed. The map ends at the limit; what lies behind is
// forbidden.
std::string io_map_words(const InspectContext& c, const GuestMemory& guest, std::uint64_t offset) {
  if (offset > c.cpu.tr.limit) return "outside of the TSS: no port is open to rings above IOPL";
  const std::size_t size = std::min<std::size_t>(c.cpu.tr.limit - offset + 1, 8192);
  const auto map = guest.readable({c.cpu.tr.base + offset}, size);
  unsigned open = 0;
  for (std::byte b : map) open += 8u - static_cast<unsigned>(std::popcount(std::to_integer<std::uint8_t>(b)));
  return fmt::format("{} bytes of bitmap: {} ports open to rings above IOPL", map.size(), open);
}

}  // namespace

Table tss_table(const InspectContext& c) {
  const Segment& tr = c.cpu.tr;
  Table t{.name = "tss",
          .title = "Task State Segment",
          .note = {},
          .columns = {{"Field"}, {"At", true}, {"Value", true}, {"Symbol"}, {"State"}, {"Use"}},
          .rows = {}};
  if (null_selector(tr.selector)) {
    t.note = "No TSS is loaded: an event that needs another stack (a change to an inner ring, IST) fails.";
    return t;
  }
  const bool is_64 = c.ia32e();
  t.note = fmt::format("TR = {}, at {:#x}, limit {:#x}, {}", selector_words(tr.selector), tr.base, tr.limit,
                       is_64           ? "64-bit"
                       : tr.type() & 8 ? "32-bit"
                                       : "16-bit");
  const GuestMemory guest = c.guest();
  if (is_64)
    add_stacks_64(t, c, guest);
  else if (tr.type() & 8)
    add_stacks_32(t, c, guest);
  else
    t.note += "; a 16-bit TSS is not decoded";
  if (!is_64 && !(tr.type() & 8)) return t;
  const Field map = tss_field(c, guest, 102, 2);
  const bool good = map.trouble.empty();
  t.rows.push_back({"iomap",
                    {plain("I/O map"),
                     linear(map.at.value, is_64),
                     good ? hex(map.value) : Cell{},
                     {},
                     good ? plain(io_map_words(c, guest, map.value)) : bad("beyond the limit"),
                     muted("offset of the I/O permission bitmap")},
                    bytes_of(map.at, 2)});
  return t;
}

}  // namespace ringside
