// SPDX-License-Identifier: GPL-2.0-or-later
// Source: Intel SDM volume 3A figures 6-2 and 6-8 (gates), volume 3B 20.1.4 (real mode's vector table).
#include <algorithm>
#include <optional>

#include "sim/base/bits.h"
#include "sim/cpu/descriptor.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/descriptor_tables.h"
#include "sim/inspect/segment_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr unsigned kVectors = 256;
constexpr unsigned kExceptions = 32;

struct GateView {
  std::uint64_t low = 0, high = 0;
  bool empty() const { return low == 0 && high == 0; }
  unsigned type() const { return static_cast<unsigned>(bits(low, 44, 40)); }  // with the S bit
  unsigned dpl() const { return static_cast<unsigned>(bits(low, 46, 45)); }
  bool present() const { return bit(low, 47); }
  std::uint16_t selector() const { return static_cast<std::uint16_t>(bits(low, 31, 16)); }
  unsigned ist() const { return static_cast<unsigned>(bits(low, 34, 32)); }
  std::uint64_t handler() const {
    return bits(low, 15, 0) | bits(low, 63, 48) << 16 | bits(high, 31, 0) << 32;
  }
};

// What would go wrong if an event came to this gate; empty if nothing would.
std::string trouble(const InspectContext& c, const GuestMemory& guest, const GateView& g) {
  const bool long_mode = c.ia32e();
  if (g.empty()) return {};
  if (!gate_type_words(g.type(), long_mode)) return fmt::format("type {:#x} is no gate: #GP", g.type());
  if (!g.present()) return "not present: #NP";
  if (g.type() == 5) return "hardware task switches are not modelled";
  if (null_selector(g.selector())) return "null selector: #GP";
  const auto at = descriptor_address(c.cpu, g.selector());
  if (!at) return fmt::format("selector {:#x} lies outside of its table: #GP", g.selector());
  const auto descriptor = guest.read(*at, 8);
  if (!descriptor) return fmt::format("descriptor of {:#x} {}", g.selector(), guest.why_not(*at));
  const Segment code = unpack_descriptor(g.selector(), *descriptor);
  if (!is_code(code)) return fmt::format("selector {:#x} is no code segment: #GP", g.selector());
  if (!code.present()) return fmt::format("segment {:#x} is not present: #NP", g.selector());
  if (long_mode && (!code.long_mode() || code.default_big()))
    return fmt::format("segment {:#x} is not 64-bit code: #GP", g.selector());
  if (long_mode && !canonical(g.handler())) return "handler's address is not canonical: #GP";
  if (!long_mode && g.handler() > code.limit) return "handler lies beyond the limit of its segment: #GP";
  const std::string why = guest.why_not({long_mode ? g.handler() : (code.base + g.handler()) & 0xFFFF'FFFF});
  return why.empty() ? "" : "handler is " + why;
}

std::string vector_name(unsigned vector) {
  if (vector >= kExceptions) return "interrupt";
  const std::string_view short_name = mnemonic(static_cast<std::uint8_t>(vector));
  const std::string long_name = exception_name(static_cast<std::uint8_t>(vector));
  return short_name.empty() ? long_name : fmt::format("{} {}", short_name, long_name);
}

Table real_mode_table(const InspectContext& c) {
  Table t{.name = "idt",
          .title = "Interrupt vector table (real mode)",
          .note = fmt::format("at {:#x}, limit {:#x}", c.cpu.idtr.base, c.cpu.idtr.limit),
          .columns = {{"Vector", true}, {"Name"}, {"Handler"}, {"Linear", true}, {"Symbol"}},
          .rows = {}};
  const GuestMemory guest = c.guest();
  for (unsigned v = 0; v < kVectors && v * 4 + 3 <= c.cpu.idtr.limit; ++v) {
    const auto pointer = guest.read({c.cpu.idtr.base + v * 4}, 4);
    if (!pointer) {
      t.rows.push_back(
          {std::to_string(v), {plain(std::to_string(v)), bad(guest.why_not({c.cpu.idtr.base + v * 4}))}});
      break;
    }
    const std::uint64_t at = bits(*pointer, 31, 16) * 16 + bits(*pointer, 15, 0);
    t.rows.push_back({std::to_string(v),
                      {Cell{std::to_string(v), Link::vector, v}, plain(vector_name(v)),
                       plain(fmt::format("{:04x}:{:04x}", bits(*pointer, 31, 16), bits(*pointer, 15, 0))),
                       linear(at, false), symbol(c.symbols, at)}});
  }
  return t;
}

}  // namespace

Table idt_table(const InspectContext& c) {
  if (!(c.cpu.cr0 & cr0::pe)) return real_mode_table(c);
  const bool long_mode = c.ia32e();
  const unsigned gate_bytes = long_mode ? 16 : 8;
  const std::uint64_t base = c.cpu.idtr.base;
  const unsigned gates = std::min((c.cpu.idtr.limit + 1u) / gate_bytes, kVectors);
  Table t{.name = "idt",
          .title = "Interrupt Descriptor Table",
          .note = fmt::format("at {:#x}, limit {:#x}: {} gates of {} bytes", base, c.cpu.idtr.limit, gates,
                              gate_bytes),
          .columns = {{"Vector", true},
                      {"Name"},
                      {"Handler", true},
                      {"Symbol"},
                      {"Selector", true},
                      {"Type"},
                      {"DPL", true},
                      {"IST", true},
                      {"P", true},
                      {"Remark"}},
          .rows = {}};
  if (gates == 0) t.note += ". Any exception or interrupt now ends in a triple fault.";

  const GuestMemory guest = c.guest();
  for (unsigned v = 0; v < gates; ++v) {
    const VirtAddr at{base + v * gate_bytes};
    GateView g;
    const auto low = guest.read(at, 8);
    const auto high = long_mode ? guest.read(at + 8, 8) : std::optional<std::uint64_t>(0);
    if (!low || !high) {
      Row row{std::to_string(v), std::vector<Cell>(t.columns.size())};
      row.cells[0] = {std::to_string(v), Link::vector, v};
      row.cells[1] = plain(vector_name(v));
      row.cells.back() = bad(guest.why_not(low ? at + 8 : at));
      t.rows.push_back(std::move(row));
      // One unreadable page holds up to 512 gates; the rest of the table is not asked one by one.
      v = static_cast<unsigned>(((at.value | 0xFFF) - base) / gate_bytes);
      continue;
    }
    g.low = *low;
    g.high = *high;
    if (g.empty() && v >= kExceptions) {
      unsigned last = v;
      while (last + 1 < gates) {
        const VirtAddr next{base + (last + 1) * gate_bytes};
        if (guest.read(next, 8).value_or(1) || (long_mode && guest.read(next + 8, 8).value_or(1))) break;
        ++last;
      }
      const std::string span = last == v ? std::to_string(v) : fmt::format("{}-{}", v, last);
      Row row{span, std::vector<Cell>(t.columns.size())};
      row.cells[0] = {span, Link::vector, v, Tone::muted};
      row.cells[1] = muted("interrupt");
      row.cells.back() = muted("empty");
      t.rows.push_back(std::move(row));
      v = last;
      continue;
    }
    const std::string wrong = trouble(c, guest, g);
    const char* type = gate_type_words(g.type(), long_mode);
    Row row{std::to_string(v), {}};
    row.cells = {Cell{std::to_string(v), Link::vector, v},
                 plain(vector_name(v), g.empty() ? Tone::muted : Tone::plain),
                 g.empty() ? Cell{} : linear(g.handler(), long_mode),
                 g.empty() ? Cell{} : symbol(c.symbols, g.handler()),
                 g.empty() ? Cell{} : selector(g.selector()),
                 plain(g.empty() ? ""
                       : type    ? type
                                 : fmt::format("{:#x}", g.type())),
                 plain(g.empty() ? "" : std::to_string(g.dpl())),
                 plain(g.empty() || !long_mode || g.ist() == 0 ? "" : std::to_string(g.ist())),
                 yes_no(g.present()),
                 g.empty()       ? muted("empty")
                 : wrong.empty() ? Cell{}
                                 : bad(wrong)};
    t.rows.push_back(std::move(row));
  }
  return t;
}

}  // namespace ringside
