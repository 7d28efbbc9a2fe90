// SPDX-License-Identifier: GPL-2.0-or-later
// What the names and lines of an image's source have to do with its addresses: the door to this layer.
// The image is read once; names, source lines, inlined calls and unwinding rules are made of it when first
// asked for. A Symbols never changes afterwards and may be read by several threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/symbols/inlines.h"
#include "sim/symbols/line_table.h"
#include "sim/symbols/symbol_table.h"
#include "sim/symbols/types.h"
#include "sim/symbols/unwind.h"

namespace ringside {

// An address inside a function or variable. `symbol` lives as long as the Symbols that gave it.
struct SymbolLocation {
  const Symbol* symbol = nullptr;
  std::uint64_t offset = 0;  // bytes from the symbol's start
};

// What a reader of the source would call "where we are": one entry for each function, inlined ones included.
struct SourceFrame {
  std::string function;               // empty: unknown
  std::optional<SourcePlace> source;  // in the caller: the place of the call
  bool inlined = false;               // into the next entry
};

// A parameter or variable of a function. Optimised code keeps it in memory, in a register or nowhere,
// instruction by instruction: at most one of `address` and `value` is there.
struct LocalVariable {
  std::string name;
  const Type* type = nullptr;  // never null
  bool is_parameter = false;
  unsigned line = 0;                   // of its declaration; 0: unknown
  std::optional<VirtAddr> address;     // it lies in memory
  std::optional<std::uint64_t> value;  // in a register, or known to the compiler
};

class Symbols {
 public:
  // Any ELF32 or ELF64 image; one without debug information has names only. An error when `elf` is no ELF
  // file.
  static Result<Symbols> load(std::span<const std::byte> elf);
  static Symbols none();  // knows nothing

  Symbols(Symbols&&) noexcept;
  Symbols& operator=(Symbols&&) noexcept;
  ~Symbols();

  // --- address to name ---
  std::optional<SymbolLocation> find(VirtAddr address) const;
  // "page_fault_handler+0x12", without "+0x0"; empty when no symbol is there.
  std::string name(VirtAddr address) const;
  std::optional<SourcePlace> source(VirtAddr address) const;
  // The same without copying text, for questions asked at every step: row->file is an index into
  // source_files().
  const LineRow* line_row(VirtAddr address) const;
  // Calls inlined at the address, innermost first.
  std::vector<InlinedCall> inlined(VirtAddr address) const;
  // The function at the address as the source shows it, innermost inlined one first. Never empty.
  std::vector<SourceFrame> source_frames(VirtAddr address) const;

  // --- name to address ---
  // One symbol only: by linkage name, signature, qualified name or its last components ("init", "pic::init").
  std::optional<VirtAddr> address(std::string_view symbol) const;
  // Where breakpoints for a line go: one in each function or inlined copy that holds code of it, or of the
  // next line with code if it has none. `file` may be the end of the path ("arch/idt.cpp"); every file that
  // fits counts.
  std::vector<VirtAddr> addresses(std::string_view file, unsigned line) const;
  // What people type: "idt_load", "kernel::idt_load+0x10", "idt.cpp:42", "0xffffffff80100000", "*0x1000". The
  // sentence of the error says what is ambiguous, and what was perhaps meant.
  Result<VirtAddr> resolve(std::string_view text) const;
  // The same, all places of a line instead of the lowest one.
  Result<std::vector<VirtAddr>> resolve_all(std::string_view text) const;

  // --- lists, sorted by address ---
  const std::vector<Symbol>& functions() const;
  const std::vector<Symbol>& objects() const;
  const std::vector<Symbol>& names() const;  // with aliases and the linker script's labels
  const LineTable& lines() const;
  const std::vector<std::string>& source_files() const;  // those with code, absolute

  bool has_lines() const { return !lines().rows.empty(); }

  // --- data ---
  const Types& types() const;

  // --- the stack ---
  // The calls that led to `registers`, innermost first, at most 64 besides inlined ones. By the image's
  // unwinding rules
  // (.eh_frame, .debug_frame), else by the chain of frame pointers; ends where neither makes sense.
  std::vector<StackFrame> backtrace(const UnwindRegisters& registers, const ReadMemory& read) const;
  // Parameters and variables in sight where `frame` of a backtrace stands: parameters and the function's own
  // first, those of inner blocks, which may hide them, behind.
  std::vector<LocalVariable> locals(const StackFrame& frame, const ReadMemory& read) const;

 private:
  struct Parts;
  const SymbolTable& table() const;
  explicit Symbols(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;  // never null, except after a move
};

}  // namespace ringside
