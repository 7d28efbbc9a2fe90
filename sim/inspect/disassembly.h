// SPDX-License-Identifier: GPL-2.0-or-later
// Machine code as text, Intel syntax: single instructions with what they will do, and listings that put them
// under the source lines and symbols they come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"

namespace ringside {

enum class CodeWidth : std::uint8_t { bits_16, bits_32, bits_64 };
// Default operand and address size of the code that `state` is running (CS.L and CS.D; SDM volume
// 3A 3.4.5, 5.2.1).
CodeWidth code_width(const CpuState& state);

// Where control goes after an instruction, other than to the next one.
enum class Flow : std::uint8_t {
  next,
  jump,
  conditional_jump,
  call,
  ret,
  interrupt,         // INT n, INT3, INTO, UD2
  interrupt_return,  // IRET
  system_call,       // SYSCALL, SYSENTER, SYSRET, SYSEXIT
};

// An explicit memory operand. LEA and NOP have none: they touch no memory.
struct MemoryOperand {
  VirtAddr address;        // linear: segment base added
  std::uint8_t bytes = 0;  // 0: the size is the instruction's own business (LGDT, FXSAVE, ...)
  bool read = false, written = false;
  bool operator==(const MemoryOperand&) const = default;
};

struct Instruction {
  VirtAddr address;  // linear, of the first byte
  std::uint8_t size = 0;
  std::array<std::uint8_t, 15> bytes{};  // the first `size` count
  std::string mnemonic;                  // ".byte" where nothing can be decoded
  std::string operands;
  bool decoded = false;
  Flow flow = Flow::next;
  bool repeated = false;                   // REP, REPE, REPNE: may take many steps
  std::optional<VirtAddr> target;          // of direct jumps and calls
  std::optional<std::uint64_t> immediate;  // a constant operand that is no target, sign-extended
  std::vector<MemoryOperand> memory;       // only when the registers were given

  VirtAddr end() const { return address + size; }
  // Something that "step over" goes over as one: it comes back to the next instruction.
  bool comes_back() const {
    return flow == Flow::call || flow == Flow::interrupt || flow == Flow::system_call || repeated;
  }
};

// General registers an instruction reads and writes, implicit ones and parts of them included: bit n = the
// register n of Gpr. Those that address memory are read.
struct RegisterUse {
  std::uint16_t read = 0, written = 0;
};

// A decoder for one code width. Move-only; not for several threads at once.
class Disassembler {
 public:
  explicit Disassembler(CodeWidth width);
  Disassembler(Disassembler&&) noexcept;
  Disassembler& operator=(Disassembler&&) noexcept;
  ~Disassembler();

  // The instruction at the start of `code`, which lies at `address`; one ".byte" if there is none. REQUIRES:
  // `code` is not empty. `registers`: those before the instruction runs, to tell which memory it will touch.
  Instruction decode(std::span<const std::byte> code, VirtAddr address,
                     const CpuState* registers = nullptr) const;

  // REQUIRES: `code` is not empty. Nothing where nothing can be decoded.
  RegisterUse register_use(std::span<const std::byte> code) const;

  // Instructions one behind the other, at most `count`, to the end of `code`.
  std::vector<Instruction> decode_all(std::span<const std::byte> code, VirtAddr address,
                                      std::size_t count) const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

// "mov     rax, qword ptr [rdi + 8]"
std::string text(const Instruction& instruction);

}  // namespace ringside
