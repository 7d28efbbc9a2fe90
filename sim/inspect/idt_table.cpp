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

// The PIC line that gives this vector, if its chip is initialised.
std::optional<unsigned> irq_at(const Board& board, unsigned vector) {
  for (unsigned irq = 0; irq < 16; ++irq) {
    const Pic8259& chip = irq < 8 ? board.pic.master : board.pic.slave;
    if (chip.init == PicInit::kReady && irq != kPicCascadeLine && vector_of(chip, irq % 8) == vector)
      return irq;
  }
  return std::nullopt;
}

// "#PF Page Fault", "IRQ 1 keyboard"; an exception whose vector an open PIC line shares says so.
Cell vector_name(const Board& board, unsigned vector) {
  const auto irq = irq_at(board, vector);
  if (vector >= kExceptions)
    return irq ? plain(fmt::format("IRQ {} {}", *irq, irq_device(*irq)), Tone::interrupt)
               : plain("interrupt");
  const std::string_view short_name = mnemonic(static_cast<std::uint8_t>(vector));
  const std::string long_name = exception_name(static_cast<std::uint8_t>(vector));
  std::string words = short_name.empty() ? long_name : fmt::format("{} {}", short_name, long_name);
  const bool open = irq && !bit((*irq < 8 ? board.pic.master : board.pic.slave).imr, *irq % 8);
  return open ? bad(fmt::format("{}, and IRQ {} {}", words, *irq, irq_device(*irq))) : plain(words);
}

std::optional<GateView> read_gate(const GuestMemory& guest, VirtAddr at, bool long_mode) {
  const auto low = guest.read(at, 8);
  const auto high = long_mode ? guest.read(at + 8, 8) : std::optional<std::uint64_t>(0);
  if (!low || !high) return std::nullopt;
  return GateView{*low, *high};
}

// Gates from `first` on that make one row: unreadable, empty, or stubs of one kind at equal distances.
// Exceptions and the PIC's vectors have a row of their own each.
unsigned end_of_run(const InspectContext& c, const std::vector<std::optional<GateView>>& all,
                    unsigned first) {
  const auto alone = [&](unsigned v) { return v < kExceptions || irq_at(c.board, v); };
  unsigned last = first;
  if (!all[first]) {
    while (last + 1 < all.size() && !all[last + 1]) ++last;
    return last;
  }
  if (alone(first)) return first;
  const auto same = [&](unsigned v) {
    if (v >= all.size() || !all[v] || alone(v)) return false;
    const GateView &a = *all[first], &b = *all[v];
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    constexpr std::uint64_t kButHandler = 0x0000'FFFF'FFFF'0000;
    return (a.low & kButHandler) == (b.low & kButHandler) &&
           b.handler() - all[v - 1]->handler() == all[first + 1]->handler() - a.handler();
  };
  while (same(last + 1)) ++last;
  // Two neighbours always have equal distances.
  return last - first >= 2 || (last > first && all[first]->empty()) ? last : first;
}

void fill(Row& row, const InspectContext& c, const GuestMemory& guest, const GateView& g) {
  const bool long_mode = c.ia32e();
  const std::string wrong = trouble(c, guest, g);
  const char* type = gate_type_words(g.type(), long_mode);
  row.cells[2] = linear(g.handler(), long_mode);
  row.cells[3] = symbol(c.symbols, g.handler());
  row.cells[4] = selector(g.selector());
  row.cells[5] = plain(type ? type : fmt::format("{:#x}", g.type()));
  row.cells[6] = plain(std::to_string(g.dpl()));
  row.cells[7] = plain(long_mode && g.ist() ? std::to_string(g.ist()) : "");
  row.cells[8] = yes_no(g.present());
  if (!wrong.empty()) row.cells[9] = bad(wrong);
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
                      {Cell{std::to_string(v), Link::vector, v}, vector_name(c.board, v),
                       plain(fmt::format("{:04x}:{:04x}", bits(*pointer, 31, 16), bits(*pointer, 15, 0))),
                       linear(at, false), symbol(c.symbols, at)},
                      bytes_of(VirtAddr{c.cpu.idtr.base + v * 4}, 4)});
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
  std::vector<std::optional<GateView>> all(gates);
  for (unsigned v = 0; v < gates; ++v) all[v] = read_gate(guest, {base + v * gate_bytes}, long_mode);
  for (unsigned v = 0; v < gates; ++v) {
    const unsigned last = end_of_run(c, all, v);
    const std::string key = last == v ? std::to_string(v) : fmt::format("{}-{}", v, last);
    Row row{key, std::vector<Cell>(t.columns.size())};
    row.cells[0] = {key, Link::vector, v};
    row.source = bytes_of(VirtAddr{base + v * gate_bytes}, (last - v + 1) * gate_bytes);
    row.cells[1] = vector_name(c.board, v);
    if (!all[v]) {
      const VirtAddr at{base + v * gate_bytes};
      row.cells.back() = bad(guest.why_not(guest.translate(at) ? at + (gate_bytes - 1) : at));
    } else if (all[v]->empty()) {
      row.cells[1].tone = Tone::muted;
      row.cells.back() = muted("empty");
    } else {
      fill(row, c, guest, *all[v]);
      if (last != v) {
        const std::uint64_t stride = all[v + 1]->handler() - all[v]->handler();
        if (row.cells.back().text.empty())
          row.cells.back() = muted(stride == 0 ? "all the same"
                                               : fmt::format("the others {:#x} bytes further each", stride));
      }
    }
    t.rows.push_back(std::move(row));
    v = last;
  }
  return t;
}

}  // namespace ringside
