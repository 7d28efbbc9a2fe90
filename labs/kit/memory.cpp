// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/memory.h"

#include <fmt/format.h>

#include <stdexcept>

#include "sim/inspect/disassembly.h"
#include "sim/inspect/page_tables.h"

namespace ringside::labs {
namespace {

// What INVLPG and MOV CR3 begin with, behind a REX prefix if there is one: 0F 01 /7 with an operand in
// memory, and 0F 22 /3 (Intel SDM volume 2).
bool is_flush(std::span<const std::byte> code, bool& everything) {
  const auto at = [&](std::size_t i) { return i < code.size() ? std::to_integer<unsigned>(code[i]) : 0; };
  const std::size_t skip = (at(0) & 0xF0) == 0x40 ? 1 : 0;
  const unsigned modrm = at(skip + 2), reg = modrm >> 3 & 7;
  everything = at(skip + 1) == 0x22;
  return at(skip) == 0x0F &&
         ((everything && reg == 3) || (at(skip + 1) == 0x01 && reg == 7 && modrm >> 6 != 3));
}

// Where in .text such bytes stand. Those in the middle of another instruction do no harm: nothing runs there.
std::vector<std::uint64_t> places_of_flushes(const Pc& pc) {
  const std::uint64_t start = pc.address("text_start"), end = pc.address("text_end");
  const std::vector<std::byte> text = pc.context().guest().readable({start}, end - start);
  std::vector<std::uint64_t> places;
  bool everything = false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_flush(std::span(text).subspan(i), everything)) places.push_back(start + i);
  return places;
}

class WritableCode : public testing::MatcherInterface<const Pc&> {
 public:
  bool MatchAndExplain(const Pc& pc, testing::MatchResultListener* listener) const override {
    const InspectContext here = pc.context();
    for (const PageRange& range : page_map(here.cpu, here.memory).ranges) {
      if (!range.writable || range.no_execute) continue;
      *listener << fmt::format("{} to {} may be written and executed", hex64(range.start),
                               hex64(range.start + range.bytes - 1));
      return false;
    }
    return true;
  }
  void DescribeTo(std::ostream* out) const override {
    *out << "no page of the address space may be written and executed";
  }
  void DescribeNegationTo(std::ostream* out) const override { *out << "some page may be both"; }
};

}  // namespace

std::uint64_t read_physical(const Pc& pc, std::uint64_t physical, unsigned bytes) {
  return pc.context().memory.read({physical}, bytes);
}

void write_physical(Pc& pc, std::uint64_t physical, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    if (const auto done =
            pc.session().apply(SetMemory{{physical + i}, static_cast<std::uint8_t>(value >> 8 * i)});
        !done)
      throw std::invalid_argument(done.error().sentence);
}

void write_linear(Pc& pc, std::uint64_t linear, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) {
    const auto physical = pc.context().guest().translate({linear + i});
    if (!physical)
      fail_step(pc, fmt::format("memory at {}", hex64(linear)), pc.context().guest().why_not({linear + i}),
                "The check puts a value there.");
    write_physical(pc, physical->value, value >> 8 * i & 0xFF, 1);
  }
}

Walk walk_of(const Pc& pc, std::uint64_t linear, Access access) {
  const InspectContext here = pc.context();
  return walk(here.cpu, here.memory, {linear}, access);
}

std::uint64_t with_index(std::uint64_t base, unsigned level, std::uint64_t index) {
  const unsigned shift = 12 + 9 * (level - 1);
  const std::uint64_t address = (base & ~(std::uint64_t{0x1FF} << shift)) | index << shift;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(address << 16) >> 16);
}

void set_entry(Pc& pc, std::uint64_t linear, unsigned level, std::uint64_t entry,
               const std::function<std::uint64_t()>& new_table, const std::array<std::uint64_t, 5>& rights) {
  std::uint64_t table = pc.cpu().cr3 & kEntryAddress;
  for (unsigned l = 4; l > level; --l) {
    const std::uint64_t at = table + 8 * index_at(linear, l);
    if (!(read_physical(pc, at) & kPresent)) write_physical(pc, at, new_table() | rights[l]);
    table = read_physical(pc, at) & kEntryAddress;
  }
  write_physical(pc, table + 8 * index_at(linear, level), entry);
}

Returned call_looking_at_flushes(Pc& pc, std::string_view function, std::vector<std::uint64_t> arguments,
                                 std::function<void(const Flush&)> look) {
  return pc.call_looking(function, std::move(arguments), places_of_flushes(pc), [&] {
    const CpuState& cpu = pc.cpu();
    const std::vector<std::byte> code = pc.context().guest().readable({cpu.rip}, 15);
    Flush flush{.at = pc.now()};
    if (!is_flush(code, flush.everything)) return;
    const Instruction instruction = Disassembler(code_width(cpu)).decode(code, {cpu.rip}, &cpu);
    if (!instruction.memory.empty()) flush.address = instruction.memory.front().address.value;
    look(flush);
  });
}

OfPc NoWritableCode() { return OfPc(new WritableCode); }

}  // namespace ringside::labs
