// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ringside {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kLongestInstruction = 15;
constexpr std::uint64_t kFarthestStart = 4096;         // bytes decoded in front of a window to be in phase
constexpr unsigned kLongestSourceGap = 6;              // lines without code shown between two that have some
constexpr std::uint64_t kLargestPlainNumber = 0xFFFF;  // greater constants may be addresses

// Guest memory from `start`, up to `size` bytes or the first unmapped page.
std::vector<std::byte> readable(const ReadMemory& read, VirtAddr start, std::uint64_t size) {
  std::vector<std::byte> bytes;
  while (read && bytes.size() < size) {
    const std::uint64_t at = start.value + bytes.size();
    const std::uint64_t part = std::min(size - bytes.size(), kPage - at % kPage);
    const std::size_t old = bytes.size();
    bytes.resize(old + part);
    if (!read(VirtAddr{at}, std::span(bytes).subspan(old))) {
      bytes.resize(old);
      break;
    }
  }
  return bytes;
}

// The first function start after `address`; the end of the address space when there is none.
std::uint64_t next_function(const Symbols& symbols, std::uint64_t address) {
  const auto& functions = symbols.functions();
  const auto next = std::ranges::upper_bound(functions, VirtAddr{address}, {}, &Symbol::start);
  return next == functions.end() ? std::numeric_limits<std::uint64_t>::max() : next->start.value;
}

// Decodes [start, end). No instruction reaches over a function's start or over `landing`: both are first
// bytes of instructions for sure, so what reaches over them is data or out of phase and shown byte by byte.
std::vector<Instruction> decode_range(const ListingInputs& inputs, VirtAddr start, VirtAddr end,
                                      std::optional<VirtAddr> landing, std::size_t most) {
  const Disassembler disassembler(inputs.width);
  // The last instruction may end behind `end`.
  const auto bytes = readable(inputs.read, start, end.value - start.value + kLongestInstruction);
  std::vector<Instruction> instructions;
  for (std::uint64_t at = start.value; at < end.value && instructions.size() < most;) {
    const std::uint64_t offset = at - start.value;
    if (offset >= bytes.size()) break;
    std::uint64_t border = next_function(inputs.symbols, at);
    if (landing && landing->value > at) border = std::min(border, landing->value);
    const auto code =
        std::span(bytes).subspan(offset).first(std::min<std::uint64_t>(bytes.size() - offset, border - at));
    const bool here = landing && landing->value == at;
    instructions.push_back(disassembler.decode(code, VirtAddr{at}, here ? inputs.registers : nullptr));
    at += instructions.back().size;
  }
  return instructions;
}

// Without symbols: of all places some bytes back, the farthest one from which decoding meets `around`.
VirtAddr start_in_phase(const ListingInputs& inputs, VirtAddr around, std::uint64_t back) {
  const Disassembler disassembler(inputs.width);
  for (; back > 0; --back) {
    const VirtAddr start{around.value - back};
    const auto bytes = readable(inputs.read, start, back + kLongestInstruction);
    if (bytes.size() < back) continue;  // an unmapped page lies between
    std::uint64_t at = 0;
    while (at < back) {
      const Instruction instruction = disassembler.decode(std::span(bytes).subspan(at), start + at);
      if (!instruction.decoded) break;
      at += instruction.size;
    }
    if (at == back) return start;
  }
  return around;
}

// Where to begin, so that about `before` instructions come before `around`.
VirtAddr choose_start(const ListingInputs& inputs, VirtAddr around, std::size_t before) {
  const std::uint64_t wanted = std::min<std::uint64_t>(before, 512) * kLongestInstruction;
  const std::uint64_t lower = around.value > wanted ? around.value - wanted : 0;
  const auto close_enough = [&](std::uint64_t start) {
    return start <= around.value && lower - start <= kFarthestStart;
  };
  // The function that holds the window's beginning, or the end of the one before the padding there; else the
  // nearest line; else the first function inside the window.
  const auto& functions = inputs.symbols.functions();
  if (const auto after = std::ranges::upper_bound(functions, VirtAddr{lower}, {}, &Symbol::start);
      after != functions.begin()) {
    const Symbol& function = *std::prev(after);
    const VirtAddr start = function.holds(VirtAddr{lower}) ? function.start : function.start + function.size;
    if (close_enough(start.value)) return start;
  }
  if (const LineRow* row = inputs.symbols.line_row(VirtAddr{lower}); row && close_enough(row->start.value)) {
    return row->start;
  }
  const std::uint64_t inside = next_function(inputs.symbols, lower);
  if (inside <= around.value) return VirtAddr{inside};
  return start_in_phase(inputs, around, std::min({wanted, around.value, std::uint64_t{128}}));
}

// Turns instructions into rows and puts labels and source lines in between.
class Rows {
 public:
  explicit Rows(const ListingInputs& inputs) : inputs_(inputs) {}

  void add(const Instruction& instruction, bool current) {
    add_labels(instruction.address);
    add_source(instruction.address);
    ListingRow row{.kind = ListingRow::Kind::instruction, .address = instruction.address, .current = current};
    row.instruction = instruction;
    if (instruction.target) row.target_name = inputs_.symbols.name(*instruction.target);
    if (row.target_name.empty()) row.target_name = rip_relative_name(instruction);
    if (row.target_name.empty() && instruction.immediate.value_or(0) > kLargestPlainNumber) {
      row.target_name = inputs_.symbols.name(VirtAddr{*instruction.immediate});
    }
    rows.push_back(std::move(row));
  }

  void add_unreadable(VirtAddr address) {
    rows.push_back({.kind = ListingRow::Kind::unreadable, .address = address});
  }

  std::vector<ListingRow> rows;

 private:
  void add_labels(VirtAddr address) {
    // At a function's start its own name is enough: aliases and the linker script's borders are no news.
    if (const auto location = inputs_.symbols.find(address); location && location->offset == 0) {
      rows.push_back(
          {.kind = ListingRow::Kind::label, .address = address, .text = location->symbol->signature});
      return;
    }
    for (const Symbol& symbol :
         std::ranges::equal_range(inputs_.symbols.names(), address, {}, &Symbol::start)) {
      rows.push_back({.kind = ListingRow::Kind::label, .address = address, .text = symbol.signature});
    }
  }

  void add_source(VirtAddr address) {
    const LineRow* line = inputs_.symbols.line_row(address);
    if (!line || line->line == 0) {
      last_line_ = 0;
      return;
    }
    if (line->file == last_file_ && line->line == last_line_) return;
    const bool continues = line->file == last_file_ && last_line_ != 0 && line->line > last_line_ &&
                           line->line - last_line_ <= kLongestSourceGap;
    const auto calls = inputs_.symbols.inlined(address);
    for (unsigned number = continues ? last_line_ + 1 : line->line; number <= line->line; ++number) {
      ListingRow row{.kind = ListingRow::Kind::source, .address = address};
      row.place = inputs_.symbols.lines().place(*line);
      row.place.line = number;
      row.has_code = number == line->line;
      if (!row.has_code) row.place.column = 0;
      if (!calls.empty()) row.inlined = calls.front().function;
      const auto source = inputs_.sources ? inputs_.sources->line(row.place.file, number) : std::nullopt;
      if (!source && !row.has_code) continue;
      row.text = source.value_or("");
      rows.push_back(std::move(row));
    }
    last_file_ = line->file;
    last_line_ = line->line;
  }

  // "[rip + 0x3ffa]" names a place that can be computed.
  std::string rip_relative_name(const Instruction& instruction) const {
    constexpr std::string_view kRip = "[rip ";
    const std::size_t at = instruction.operands.find(kRip);
    if (at == std::string::npos || at + kRip.size() + 2 > instruction.operands.size()) return "";
    const bool minus = instruction.operands[at + kRip.size()] == '-';
    const char* digits = instruction.operands.c_str() + at + kRip.size() + 2;
    const std::uint64_t displacement = std::strtoull(digits, nullptr, 0);
    return inputs_.symbols.name(
        VirtAddr{instruction.end().value + (minus ? 0 - displacement : displacement)});
  }

  const ListingInputs& inputs_;
  std::uint32_t last_file_ = 0;
  std::uint32_t last_line_ = 0;
};

}  // namespace

std::vector<ListingRow> listing(const ListingInputs& inputs, const ListingRequest& request) {
  const std::uint64_t around = request.around.value;
  const VirtAddr start = choose_start(inputs, request.around, request.before);
  const std::uint64_t wanted =
      std::min<std::uint64_t>(request.after, 100'000) * kLongestInstruction + kLongestInstruction;
  const std::uint64_t end = std::max(around + wanted, around) == around ? ~0ull : around + wanted;
  auto instructions = decode_range(inputs, start, request.around, request.around, around - start.value);
  // A page on the way may be unmapped: then what was decoded does not reach `around`.
  if (!instructions.empty() && instructions.back().end() != request.around) instructions.clear();
  if (instructions.size() > request.before) {
    instructions.erase(instructions.begin(),
                       instructions.end() - static_cast<std::ptrdiff_t>(request.before));
  }
  const auto following =
      decode_range(inputs, request.around, VirtAddr{end}, request.around, request.after + 1);

  Rows rows(inputs);
  for (const Instruction& instruction : instructions) rows.add(instruction, false);
  for (const Instruction& instruction : following)
    rows.add(instruction, instruction.address == request.around);
  if (following.empty()) {
    rows.add_unreadable(request.around);
    rows.rows.back().current = true;
  } else if (following.size() <= request.after) {
    rows.add_unreadable(following.back().end());
  }
  return std::move(rows.rows);
}

std::vector<ListingRow> listing(const ListingInputs& inputs, VirtAddr start, VirtAddr end,
                                std::size_t most_instructions) {
  const std::uint64_t longest = std::min<std::uint64_t>(most_instructions, 1'000'000) * kLongestInstruction;
  const VirtAddr stop{std::min(std::max(end, start).value, start.value + std::min(longest, ~start.value))};
  const auto instructions = decode_range(inputs, start, stop, std::nullopt, most_instructions);
  Rows rows(inputs);
  for (const Instruction& instruction : instructions) rows.add(instruction, false);
  const VirtAddr reached = instructions.empty() ? start : instructions.back().end();
  if (instructions.size() < most_instructions && reached < stop) rows.add_unreadable(reached);
  return std::move(rows.rows);
}

std::string text(const ListingRow& row) {
  switch (row.kind) {
    case ListingRow::Kind::label: return row.text + ":";
    case ListingRow::Kind::unreadable: return fmt::format("   {:016x}  (not mapped)", row.address.value);
    case ListingRow::Kind::source: {
      std::string line = fmt::format("{:5}  {}", row.place.line, row.text);
      if (row.text.empty() && row.has_code) line += row.place.file.substr(row.place.file.rfind('/') + 1);
      return line;
    }
    case ListingRow::Kind::instruction: break;
  }
  std::string bytes;
  for (std::size_t i = 0; i < row.instruction.size; ++i) {
    // Long instructions keep their text in its column.
    constexpr std::size_t kShown = 8;
    if (i == kShown) {
      bytes += "..";
      break;
    }
    bytes += fmt::format("{:02x} ", row.instruction.bytes[i]);
  }
  std::string line = fmt::format("{} {:016x}  {:<26}{}", row.current ? "=>" : "  ", row.address.value, bytes,
                                 text(row.instruction));
  if (!row.target_name.empty()) line += fmt::format("  ; {}", row.target_name);
  return line;
}

}  // namespace ringside
