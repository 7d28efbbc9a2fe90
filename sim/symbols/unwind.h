// SPDX-License-Identifier: GPL-2.0-or-later
// From a stopped processor back through its callers.
// Source: DWARF 5 section 6.4 (call frame information); System V ABI, AMD64 supplement, sections 3.2.2 (the
// frame pointer's chain), 3.6.2 (register numbers) and 3.7 (.eh_frame).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sim/base/units.h"
#include "sim/symbols/line_table.h"

namespace ringside {

struct ElfFile;

struct UnwindRegisters {
  std::uint64_t rip = 0;
  // RAX RCX RDX RBX RSP RBP RSI RDI R8..R15, as instructions encode them.
  std::array<std::uint64_t, 16> gpr{};
  unsigned word_bytes = 8;  // size of a return address: 8 in 64-bit code, 4 in 32-bit code
  // Bit n: gpr[n] is what the frame will find. Registers that callees may change are lost in callers.
  std::uint16_t known = 0xFFFF;
};

// Fills the span from guest memory at a virtual address without any side effect; false where nothing is
// mapped.
using ReadMemory = std::function<bool(VirtAddr, std::span<std::byte>)>;

struct StackFrame {
  // How the frame was found: the processor itself, unwinding rules, the chain of frame pointers, or the word
  // on top of the stack of a function that had only just been entered.
  enum class Found : std::uint8_t { processor, rules, frame_pointer, stack_top };

  VirtAddr pc;                // the next instruction of this frame; in a caller that is after the call
  bool pc_is_return = false;  // pc follows a call, so that the call itself is at pc - 1
  VirtAddr cfa;  // stack pointer of the caller before the call (canonical frame address); 0 when unknown
  Found found = Found::processor;
  // No frame of its own: part of the next entry, which says how many entries before it are inlined into it.
  bool inlined = false;
  unsigned inlined_inside = 0;
  std::string function;      // without parameters; empty when no symbol fits
  std::uint64_t offset = 0;  // of pc in the function (in the enclosing real one, if inlined)
  std::optional<SourcePlace> source;
  UnwindRegisters registers;  // as the frame will find them when control comes back to it
};

// The rules of one image. Asking takes the image's lock.
class UnwindRules {
 public:
  explicit UnwindRules(const ElfFile& file);  // REQUIRES: file.lock is held
  UnwindRules(const UnwindRules&) = delete;
  UnwindRules& operator=(const UnwindRules&) = delete;
  ~UnwindRules();

  struct Step {
    UnwindRegisters caller;
    VirtAddr cfa;
    bool interrupted = false;  // a signal frame: the caller was interrupted and made no call
    bool outermost = false;    // the rules say that nobody called this
  };
  // One frame up. `rule_pc` decides on the rule. Nothing when no rule covers it or the stack cannot be read.
  std::optional<Step> step(const UnwindRegisters& registers, VirtAddr rule_pc, const ReadMemory& read) const;

 private:
  struct Tables;
  const ElfFile& file_;
  std::unique_ptr<Tables> tables_;
};

// Little endian; nothing when the memory cannot be read. `bytes` from 1 to 8.
std::optional<std::uint64_t> read_word(const ReadMemory& read, std::uint64_t address, unsigned bytes);

}  // namespace ringside
