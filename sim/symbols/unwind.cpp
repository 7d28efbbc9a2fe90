// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/unwind.h"

#include <cstdlib>
#include <vector>

#include "sim/symbols/elf_file.h"
#include "sim/symbols/expression.h"

namespace ringside {
namespace {}  // namespace

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
  step.caller.known |= 1 << kEncoding[kRsp];
  for (unsigned number = 0; number <= kRip; ++number) {
    Dwarf_Op own[3];
    operations = nullptr;
    if (dwarf_frame_register(frame.get(), static_cast<int>(number), own, &operations, &count) != 0) {
      return std::nullopt;
    }
    if (count == 0) {
      if (number != kRip) {
        // Either unchanged, or lost: callees may change it. An interruption changes nothing that it does not
        // save.
        const bool lost = operations == own && number != kRsp && !interrupted;
        if (lost) step.caller.known &= static_cast<std::uint16_t>(~(1 << kEncoding[number]));
        continue;
      }
      step.outermost = true;  // "undefined": nobody called (DWARF 5, 6.4.4)
      return step;
    }
    const auto outcome = Expression(registers, cfa->number, read).run({operations, count});
    const auto value = !outcome            ? std::nullopt
                       : outcome->is_value ? std::optional(outcome->number)
                                           : read_word(read, outcome->number, 8);
    if (!value && (number == kRip || number == kRsp)) return std::nullopt;
    if (number == kRip) {
      step.caller.rip = *value;
      continue;
    }
    const auto bit = static_cast<std::uint16_t>(1 << kEncoding[number]);
    step.caller.known =
        static_cast<std::uint16_t>(value ? step.caller.known | bit : step.caller.known & ~bit);
    step.caller.gpr[kEncoding[number]] = value.value_or(0);
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
