// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/memory_tables.h"

#include <algorithm>
#include <map>

#include "sim/inspect/cells.h"
#include "sim/inspect/disassembly.h"
#include "sim/inspect/listing.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

unsigned word_bytes(const CpuState& cpu) {
  switch (code_width(cpu)) {
    case CodeWidth::bits_16: return 2;
    case CodeWidth::bits_32: return 4;
    case CodeWidth::bits_64: return 8;
  }
  return 8;
}

std::uint64_t with_base(const CpuState& cpu, const Segment& segment, std::uint64_t offset) {
  return mode(cpu) == CpuMode::long_64 ? offset : (segment.base + offset) & 0xFFFF'FFFF;
}

// `gap`: a wider one in the middle of 16 bytes.
std::string hex_bytes(std::span<const std::byte> bytes, bool gap = true) {
  std::string words;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    words += fmt::format("{}{:02x}",
                         i == 0          ? ""
                         : i == 8 && gap ? "  "
                                         : " ",
                         std::to_integer<unsigned>(bytes[i]));
  return words;
}

std::string ascii(std::span<const std::byte> bytes) {
  std::string words;
  for (std::byte b : bytes) {
    const char c = static_cast<char>(b);
    words += c >= 0x20 && c < 0x7F ? c : '.';
  }
  return words;
}

}  // namespace

bool follows_call(const GuestMemory& guest, std::uint64_t address) {
  if (guest.read({address - 5}, 1) == 0xE8) return true;
  for (unsigned length : {2u, 3u, 4u, 6u, 7u}) {
    const auto opcode = guest.read({address - length}, 1);
    const auto modrm = guest.read({address - length + 1}, 1);
    if (opcode == 0xFF && modrm && (*modrm >> 3 & 7) == 2) return true;
  }
  return false;
}

std::uint64_t linear_stack_pointer(const CpuState& cpu) { return with_base(cpu, cpu.ss, cpu[Gpr::rsp]); }
std::uint64_t linear_instruction_pointer(const CpuState& cpu) { return with_base(cpu, cpu.cs, cpu.rip); }

UnwindRegisters unwind_registers(const CpuState& cpu) {
  UnwindRegisters r{
      .rip = linear_instruction_pointer(cpu), .gpr = cpu.gpr, .word_bytes = word_bytes(cpu) == 8 ? 8u : 4u};
  r.gpr[static_cast<unsigned>(Gpr::rsp)] = linear_stack_pointer(cpu);
  return r;
}

Table stack_table(const InspectContext& c, std::size_t words) {
  const unsigned size = word_bytes(c.cpu);
  const std::uint64_t top = linear_stack_pointer(c.cpu);
  const bool wide = c.ia32e();
  Table t{.name = "stack",
          .title = "Stack",
          .note = fmt::format("{} = {:#x}",
                              size == 8   ? "RSP"
                              : size == 4 ? "ESP"
                                          : "SP",
                              c.cpu[Gpr::rsp]),
          .columns = {{"Address", true}, {"Offset", true}, {"Value", true}, {"Points to"}, {"What"}},
          .rows = {}};
  const GuestMemory guest = c.guest();
  if (const std::string why = guest.why_not({top}); !why.empty()) {
    t.note += ": " + why;
    return t;
  }
  // Where the unwinder found return addresses, by the address they lie at.
  std::map<std::uint64_t, std::size_t> returns;
  const auto frames = c.symbols.backtrace(unwind_registers(c.cpu), guest.reader());
  std::size_t number = 0;
  for (const StackFrame& frame : frames) {
    if (!frame.inlined && frame.cfa.value) returns[frame.cfa.value - size] = number + 1;
    if (!frame.inlined) ++number;
  }
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t at = top + i * size;
    const auto value = guest.read({at}, size);
    const std::string key = fmt::format("{:#x}", at);
    if (!value) {
      t.rows.push_back(
          {key,
           {linear(at, wide), plain(fmt::format("+{:#x}", i * size)), {}, {}, bad(guest.why_not({at}))}});
      break;
    }
    Cell shown = size == 2 ? plain(fmt::format("{:#06x}", *value)) : linear(*value, size == 8);
    if (!guest.translate({*value})) shown.link = Link::none;
    Cell what;
    const auto frame = returns.find(at);
    const bool code = *value != 0 && !name_at(c.symbols, *value).empty();
    if (frame != returns.end() && frame->second < number)
      what = plain(fmt::format("return address, frame {}", frame->second), Tone::now);
    else if (code && size >= 4 && follows_call(guest, *value))
      what = muted("return address");
    if (i == 0) what.text = what.text.empty() ? "top of the stack" : "top of the stack: " + what.text;
    t.rows.push_back(
        {key,
         {linear(at, wide), plain(fmt::format("+{:#x}", i * size)), shown, symbol(c.symbols, *value), what},
         bytes_of(VirtAddr{at}, size)});
  }
  return t;
}

namespace {

Table dump(std::string name, std::string title) {
  return {.name = std::move(name),
          .title = std::move(title),
          .note = {},
          .columns = {{"Address", true}, {"Bytes"}, {"Text"}},
          .rows = {}};
}

}  // namespace

Table memory_table(const InspectContext& c, VirtAddr address, std::size_t bytes) {
  Table t = dump("memory", "Memory");
  if (const std::string symbol_name = name_at(c.symbols, address.value); !symbol_name.empty())
    t.note = symbol_name;
  const GuestMemory guest = c.guest();
  for (std::size_t done = 0; done < bytes; done += 16) {
    const VirtAddr at = address + done;
    const auto row = guest.readable(at, std::min<std::size_t>(16, bytes - done));
    const std::string key = fmt::format("{:#x}", at.value);
    if (row.empty()) {
      t.rows.push_back({key, {linear(at.value, c.ia32e()), bad(guest.why_not(at))}});
      // The rest of an unmapped page is unmapped as well.
      done += (0xFFF - (at.value & 0xFFF)) & ~std::size_t{15};
      continue;
    }
    t.rows.push_back({key,
                      {linear(at.value, c.ia32e()), plain(hex_bytes(row)), plain(ascii(row))},
                      bytes_of(at, row.size())});
  }
  return t;
}

Table physical_table(const InspectContext& c, PhysAddr address, std::size_t bytes) {
  Table t = dump("physical", "Physical memory");
  t.note = fmt::format("{} of RAM", bytes_words(c.memory.size()));
  for (std::size_t done = 0; done < bytes; done += 16) {
    const PhysAddr at = address + done;
    const std::size_t size = std::min<std::size_t>(16, bytes - done);
    const std::byte* host = c.memory.host(at, size);
    const std::string key = fmt::format("{:#x}", at.value);
    if (!host) {
      t.rows.push_back({key, {physical(at.value), bad("nothing is there")}});
      break;
    }
    t.rows.push_back({key,
                      {physical(at.value), plain(hex_bytes({host, size})), plain(ascii({host, size}))},
                      bytes_of(at, size)});
  }
  return t;
}

Table backtrace_table(const InspectContext& c) {
  Table t{.name = "backtrace",
          .title = "Calls that led here",
          .note = {},
          .columns = {{"Frame", true}, {"At", true}, {"Function"}, {"Source"}, {"Stack", true}, {"Found by"}},
          .rows = {}};
  const auto frames = c.symbols.backtrace(unwind_registers(c.cpu), c.guest().reader());
  std::size_t number = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const StackFrame& f = frames[i];
    constexpr const char* kFound[] = {"processor", "unwinding rules", "frame pointer", "top of the stack"};
    std::string source;
    if (f.source && f.source->line) {
      const std::size_t slash = f.source->file.rfind('/');
      source =
          fmt::format("{}:{}", slash == std::string::npos ? f.source->file : f.source->file.substr(slash + 1),
                      f.source->line);
    }
    t.rows.push_back({std::to_string(i),
                      {plain(f.inlined ? "" : std::to_string(number)), linear(f.pc.value, c.ia32e()),
                       Cell{f.function.empty() ? "?" : f.function + (f.inlined ? " (inlined)" : ""),
                            Link::source, f.pc.value},
                       plain(source), f.cfa.value ? linear(f.cfa.value, c.ia32e()) : Cell{},
                       muted(kFound[static_cast<unsigned>(f.found)])}});
    if (!f.inlined) ++number;
  }
  return t;
}

Table code_table(const InspectContext& c, VirtAddr around, std::size_t before, std::size_t after) {
  Table t{.name = "code",
          .title = "Code",
          .note = source_words(c.symbols, around.value),
          .columns = {{""}, {"Address", true}, {"Bytes"}, {"Instruction"}, {"Leads to"}},
          .rows = {}};
  const bool here = around.value == linear_instruction_pointer(c.cpu);
  const ListingInputs inputs{.symbols = c.symbols,
                             .sources = c.sources,
                             .read = c.guest().reader(),
                             .width = code_width(c.cpu),
                             .registers = here ? &c.cpu : nullptr};
  for (const ListingRow& row : listing(inputs, {.around = around, .before = before, .after = after})) {
    const std::string key = fmt::format("{:#x}", row.address.value);
    switch (row.kind) {
      case ListingRow::Kind::label:
        t.rows.push_back(
            {"label " + key, {{}, {}, {}, Cell{row.text + ":", Link::source, row.address.value}, {}}});
        break;
      case ListingRow::Kind::source:
        t.rows.push_back({fmt::format("line {} {}", row.place.line, key),
                          {{}, muted(std::to_string(row.place.line)), {}, muted(row.text), {}}});
        break;
      case ListingRow::Kind::instruction: {
        const Instruction& i = row.instruction;
        const bool marked = row.current && here;
        t.rows.push_back({key,
                          {marked ? plain("=>", Tone::now) : Cell{}, linear(i.address.value, c.ia32e()),
                           muted(hex_bytes(std::as_bytes(std::span(i.bytes).first(i.size)), false)),
                           plain(text(i), marked ? Tone::now : Tone::plain), muted(row.target_name)}});
        break;
      }
      case ListingRow::Kind::unreadable:
        t.rows.push_back(
            {key, {{}, linear(row.address.value, c.ia32e()), {}, bad(c.guest().why_not(row.address)), {}}});
        break;
    }
  }
  return t;
}

}  // namespace ringside
