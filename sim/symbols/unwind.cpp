// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/unwind.h"

#include <dwarf.h>

#include <cstdlib>
#include <vector>

#include "sim/symbols/elf_file.h"

namespace ringside {
namespace {

constexpr unsigned kRip = 16;  // "return address" in the ABI's numbering
constexpr unsigned kRsp = 7;
constexpr std::size_t kLongestExpression = 256;

// The ABI numbers registers RAX RDX RCX RBX RSI RDI RBP RSP R8..R15; instructions encode them in another
// order.
constexpr std::array<unsigned, 16> kEncoding{0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};

std::optional<std::uint64_t> register_value(const UnwindRegisters& registers, std::uint64_t number) {
  if (number < kEncoding.size()) return registers.gpr[kEncoding[number]];
  if (number == kRip) return registers.rip;
  return std::nullopt;
}

// What a DWARF expression of a rule gives (DWARF 5, section 2.5), as far as compilers and assemblers write
// them: branches do not occur there and are refused.
class Expression {
 public:
  Expression(const UnwindRegisters& registers, std::optional<std::uint64_t> cfa, const ReadMemory& read)
      : registers_(registers), cfa_(cfa), read_(read) {}

  // Either a place in memory or, after DW_OP_stack_value, the value itself; a register counts as its value.
  struct Outcome {
    std::uint64_t number = 0;
    bool is_value = false;
  };

  std::optional<Outcome> run(std::span<const Dwarf_Op> operations) {
    if (operations.size() > kLongestExpression) return std::nullopt;
    for (const Dwarf_Op& operation : operations) {
      if (!one(operation)) return std::nullopt;
    }
    if (stack_.empty()) return std::nullopt;
    return Outcome{stack_.back(), is_value_};
  }

 private:
  bool push(std::optional<std::uint64_t> value) {
    if (value) stack_.push_back(*value);
    return value.has_value();
  }

  bool one(const Dwarf_Op& op) {
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
      return push_sum(register_value(registers_, op.atom - DW_OP_breg0), op.number);
    }
    if (op.atom >= DW_OP_reg0 && op.atom <= DW_OP_reg31) {
      is_value_ = true;
      return push(register_value(registers_, op.atom - DW_OP_reg0));
    }
    if (op.atom >= DW_OP_lit0 && op.atom <= DW_OP_lit31) return push(op.atom - DW_OP_lit0);
    switch (op.atom) {
      case DW_OP_bregx: return push_sum(register_value(registers_, op.number), op.number2);
      case DW_OP_regx: is_value_ = true; return push(register_value(registers_, op.number));
      case DW_OP_call_frame_cfa: return push(cfa_);
      case DW_OP_addr:
      case DW_OP_const1u:
      case DW_OP_const1s:
      case DW_OP_const2u:
      case DW_OP_const2s:
      case DW_OP_const4u:
      case DW_OP_const4s:
      case DW_OP_const8u:
      case DW_OP_const8s:
      case DW_OP_constu:
      case DW_OP_consts: return push(op.number);
      case DW_OP_nop: return true;
      case DW_OP_stack_value: is_value_ = true; return true;
      default: break;
    }
    if (stack_.empty()) return false;
    std::uint64_t& top = stack_.back();
    switch (op.atom) {
      case DW_OP_plus_uconst: top += op.number; return true;
      case DW_OP_neg: top = 0 - top; return true;
      case DW_OP_not: top = ~top; return true;
      case DW_OP_dup: return push(top);
      case DW_OP_drop: stack_.pop_back(); return true;
      case DW_OP_deref: return load(8);
      case DW_OP_deref_size:
        return op.number >= 1 && op.number <= 8 && load(static_cast<unsigned>(op.number));
      default: return two_operands(op.atom);
    }
  }

  bool two_operands(std::uint8_t atom) {
    if (stack_.size() < 2) return false;
    const std::uint64_t right = stack_.back(), left = stack_[stack_.size() - 2];
    if (atom == DW_OP_over) return push(left);
    if (atom == DW_OP_swap) {
      std::swap(stack_.back(), stack_[stack_.size() - 2]);
      return true;
    }
    stack_.pop_back();
    std::uint64_t& result = stack_.back();
    const auto as_signed = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    switch (atom) {
      case DW_OP_plus: result = left + right; return true;
      case DW_OP_minus: result = left - right; return true;
      case DW_OP_mul: result = left * right; return true;
      case DW_OP_and: result = left & right; return true;
      case DW_OP_or: result = left | right; return true;
      case DW_OP_xor: result = left ^ right; return true;
      case DW_OP_shl: result = right < 64 ? left << right : 0; return true;
      case DW_OP_shr: result = right < 64 ? left >> right : 0; return true;
      case DW_OP_eq: result = left == right; return true;
      case DW_OP_ne: result = left != right; return true;
      case DW_OP_ge: result = as_signed(left) >= as_signed(right); return true;
      case DW_OP_gt: result = as_signed(left) > as_signed(right); return true;
      case DW_OP_le: result = as_signed(left) <= as_signed(right); return true;
      case DW_OP_lt: result = as_signed(left) < as_signed(right); return true;
      default: return false;
    }
  }

  bool push_sum(std::optional<std::uint64_t> base, std::uint64_t offset) {
    return base && push(*base + offset);
  }

  bool load(unsigned bytes) {
    const auto word = read_word(read_, stack_.back(), bytes);
    if (word) stack_.back() = *word;
    return word.has_value();
  }

  const UnwindRegisters& registers_;
  std::optional<std::uint64_t> cfa_;
  const ReadMemory& read_;
  std::vector<std::uint64_t> stack_;
  bool is_value_ = false;
};

}  // namespace

struct UnwindRules::Tables {
  Dwarf_CFI* eh_frame = nullptr;     // ours to end
  Dwarf_CFI* debug_frame = nullptr;  // belongs to the Dwarf handle
};

UnwindRules::UnwindRules(const ElfFile& file) : file_(file), tables_(std::make_unique<Tables>()) {
  if (file.machine != EM_X86_64) return;  // the register numbers above are of 64-bit code
  tables_->eh_frame = dwarf_getcfi_elf(file.elf);
  if (file.dwarf) tables_->debug_frame = dwarf_getcfi(file.dwarf);
}

UnwindRules::~UnwindRules() {
  if (tables_->eh_frame) dwarf_cfi_end(tables_->eh_frame);
}

std::optional<UnwindRules::Step> UnwindRules::step(const UnwindRegisters& registers, VirtAddr rule_pc,
                                                   const ReadMemory& read) const {
  const std::lock_guard guard(file_.lock);
  Dwarf_Frame* found = nullptr;
  for (Dwarf_CFI* table : {tables_->eh_frame, tables_->debug_frame}) {
    if (table && !found && dwarf_cfi_addrframe(table, rule_pc.value, &found) != 0) found = nullptr;
  }
  if (!found) return std::nullopt;
  const std::unique_ptr<Dwarf_Frame, decltype(&std::free)> frame(found, &std::free);

  Step step;
  bool interrupted = false;
  const int return_register = dwarf_frame_info(frame.get(), nullptr, nullptr, &interrupted);
  if (return_register != static_cast<int>(kRip)) return std::nullopt;
  step.interrupted = interrupted;

  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame.get(), &operations, &count) != 0 || count == 0) return std::nullopt;
  const auto cfa = Expression(registers, std::nullopt, read).run({operations, count});
  if (!cfa) return std::nullopt;
  step.cfa = VirtAddr{cfa->number};

  step.caller = registers;
  step.caller.gpr[kEncoding[kRsp]] = cfa->number;  // the default rule of the stack pointer (ABI 3.7)
  for (unsigned number = 0; number <= kRip; ++number) {
    Dwarf_Op own[3];
    operations = nullptr;
    if (dwarf_frame_register(frame.get(), static_cast<int>(number), own, &operations, &count) != 0) {
      return std::nullopt;
    }
    if (count == 0) {
      if (number != kRip) continue;  // unchanged, or lost: then a stale value does no harm
      step.outermost = true;         // "undefined": nobody called (DWARF 5, 6.4.4)
      return step;
    }
    const auto outcome = Expression(registers, cfa->number, read).run({operations, count});
    const auto value = !outcome            ? std::nullopt
                       : outcome->is_value ? std::optional(outcome->number)
                                           : read_word(read, outcome->number, 8);
    if (!value && (number == kRip || number == kRsp)) return std::nullopt;
    if (!value) continue;
    (number == kRip ? step.caller.rip : step.caller.gpr[kEncoding[number]]) = *value;
  }
  return step;
}

std::optional<std::uint64_t> read_word(const ReadMemory& read, std::uint64_t address, unsigned bytes) {
  std::array<std::byte, 8> raw{};
  if (!read || !read(VirtAddr{address}, std::span(raw).first(bytes))) return std::nullopt;
  std::uint64_t word = 0;
  for (unsigned i = bytes; i-- > 0;) word = word << 8 | std::to_integer<std::uint64_t>(raw[i]);
  return word;
}

}  // namespace ringside
