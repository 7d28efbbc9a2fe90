// SPDX-License-Identifier: GPL-2.0-or-later
#include "undefined.h"

#include "sim/cpu/block.h"

namespace ringside::lockstep {
namespace {

using namespace rflags;
constexpr std::uint64_t kArithmetic = cf | pf | af | zf | sf | of;

constexpr std::uint16_t bit(Gpr r) { return static_cast<std::uint16_t>(1u << static_cast<unsigned>(r)); }

unsigned operand_bits(const Opcode& op, unsigned bits, bool byte_operand) {
  if (byte_operand) return 8;
  if (op.rex & 8) return 64;
  return (bits == 16) != op.operand_size ? 16 : 32;
}

// Shifts and rotates by `count`, not masked yet.
std::uint64_t after_shift(unsigned reg, unsigned count, unsigned size) {
  count &= size == 64 ? 0x3F : 0x1F;
  if (count == 0) return 0;  // no flag changes
  const std::uint64_t overflow = count == 1 ? 0 : of;
  if (reg < 4) return overflow;                                              // ROL, ROR, RCL, RCR
  return overflow | af | (reg != 7 && count >= size && size < 32 ? cf : 0);  // SHL, SHR, SAR
}

std::uint64_t one_byte(const CpuState& c, const Opcode& op, std::span<const std::byte> code, unsigned bits) {
  const unsigned reg = op.modrm >> 3 & 7;
  const auto shift = [&](unsigned count) {
    return after_shift(reg, count, operand_bits(op, bits, !(op.byte & 1)));
  };
  const auto cl = static_cast<unsigned>(c[Gpr::rcx] & 0xFF);
  switch (op.byte) {
    case 0xC0:
    case 0xC1: return shift(std::to_integer<unsigned>(code.back()));
    case 0xD0:
    case 0xD1: return shift(1);
    case 0xD2:
    case 0xD3: return shift(cl);
    case 0xF6:
    case 0xF7:
      if (reg < 2) return af;                              // TEST
      if (reg == 4 || reg == 5) return sf | zf | af | pf;  // MUL, IMUL
      return reg >= 6 ? kArithmetic : 0;                   // DIV, IDIV
    case 0x69:
    case 0x6B: return sf | zf | af | pf;  // IMUL
    case 0x84:
    case 0x85:
    case 0xA8:
    case 0xA9: return af;  // TEST
    case 0x80:
    case 0x81:
    case 0x82:
    case 0x83: return reg == 1 || reg == 4 || reg == 6 ? af : 0;
    case 0x27:
    case 0x2F: return of;  // DAA, DAS
    case 0x37:
    case 0x3F: return of | sf | zf | pf;  // AAA, AAS
    case 0xD4:
    case 0xD5: return of | af | cf;  // AAM, AAD
    default: break;
  }
  // OR, AND and XOR, whose rows are 08, 20 and 30.
  const unsigned row = op.byte & 0xF8;
  return (row == 0x08 || row == 0x20 || row == 0x30) && (op.byte & 7) < 6 ? af : 0;
}

std::uint64_t two_byte(const CpuState& c, const Opcode& op, std::span<const std::byte> code, unsigned bits) {
  switch (op.byte) {
    case 0xA3:
    case 0xAB:
    case 0xB3:
    case 0xBB:
    case 0xBA: return of | sf | af | pf;  // BT, BTS, BTR, BTC
    case 0xBC:
    case 0xBD: return op.rep ? of | sf | pf | af : cf | of | sf | af | pf;  // TZCNT, LZCNT; BSF, BSR
    case 0xAF: return sf | zf | af | pf;                                    // IMUL
    case 0xA4:
    case 0xA5:
    case 0xAC:
    case 0xAD: {  // SHLD, SHRD
      const unsigned size = operand_bits(op, bits, false);
      unsigned count =
          op.byte & 1 ? static_cast<unsigned>(c[Gpr::rcx]) : std::to_integer<unsigned>(code.back());
      count &= size == 64 ? 0x3F : 0x1F;
      if (count == 0) return 0;
      if (count > size) return kArithmetic;
      return count == 1 ? af : af | of;
    }
    default: return 0;
  }
}

}  // namespace

std::uint64_t undefined_flags(const CpuState& before, std::span<const std::byte> code, unsigned bits) {
  const auto op = opcode_of(code, bits);
  if (!op || code.empty()) return 0;
  return op->map == 0 ? one_byte(before, *op, code, bits) : two_byte(before, *op, code, bits);
}

Choice machines_choice(const CpuState&, std::span<const std::byte> code, unsigned bits) {
  constexpr std::uint16_t kAx = bit(Gpr::rax), kDx = bit(Gpr::rdx);
  const auto op = opcode_of(code, bits);
  if (!op) return {};
  if (op->map == 0) {
    switch (op->byte) {
      case 0xE4:
      case 0xE5:
      case 0xEC:
      case 0xED: return {kAx, "port input"};
      default: return {};
    }
  }
  switch (op->byte) {
    case 0x31: return {static_cast<std::uint16_t>(kAx | kDx), "RDTSC"};
    case 0x32: return {static_cast<std::uint16_t>(kAx | kDx), "RDMSR"};
    case 0xA2: return {static_cast<std::uint16_t>(kAx | kDx | bit(Gpr::rcx) | bit(Gpr::rbx)), "CPUID"};
    case 0x01:
      if (op->modrm == 0xF9) return {static_cast<std::uint16_t>(kAx | kDx | bit(Gpr::rcx)), "RDTSCP"};
      return {};
    default: return {};
  }
}

}  // namespace ringside::lockstep
