// SPDX-License-Identifier: GPL-2.0-or-later
// What a DWARF expression gives for a stopped processor (DWARF 5, sections 2.5 and 2.6). For this layer's
// .cpp files.
#pragma once

#include <dwarf.h>

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/symbols/elf_file.h"
#include "sim/symbols/unwind.h"

namespace ringside {

inline constexpr unsigned kRip = 16;  // "return address" in the ABI's numbering
inline constexpr unsigned kRsp = 7;

// The ABI numbers registers RAX RDX RCX RBX RSI RDI RBP RSP R8..R15; instructions encode them in another
// order.
inline constexpr std::array<unsigned, 16> kEncoding{0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};

inline std::optional<std::uint64_t> register_value(const UnwindRegisters& registers, std::uint64_t number) {
  if (number < kEncoding.size()) {
    const unsigned encoded = kEncoding[number];
    if (!(registers.known >> encoded & 1)) return std::nullopt;
    return registers.gpr[encoded];
  }
  if (number == kRip) return registers.rip;
  return std::nullopt;
}

// Runs an expression as far as compilers and assemblers write them for rules and variables: branches, and
// objects in several pieces, are refused.
class Expression {
  static constexpr std::size_t kLongestExpression = 256;

 public:
  // `frame_base`: what DW_OP_fbreg counts from (section 3.3.5); only variables need it.
  Expression(const UnwindRegisters& registers, std::optional<std::uint64_t> cfa, const ReadMemory& read,
             std::optional<std::uint64_t> frame_base = std::nullopt)
      : registers_(registers), cfa_(cfa), frame_base_(frame_base), read_(read) {}

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
      case DW_OP_fbreg: return push_sum(frame_base_, op.number);
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
  std::optional<std::uint64_t> frame_base_;
  const ReadMemory& read_;
  std::vector<std::uint64_t> stack_;
  bool is_value_ = false;
};

}  // namespace ringside
