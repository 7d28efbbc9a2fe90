// SPDX-License-Identifier: GPL-2.0-or-later
// The walk up the stack. Every step must move up the stack and land in code, so that garbage ends it early.
#include <algorithm>

#include "sim/symbols/parts.h"
#include "sim/symbols/symbols.h"

namespace ringside {
namespace {

constexpr std::size_t kMostFrames = 64;
constexpr unsigned kRsp = 4, kRbp = 5;  // in UnwindRegisters::gpr
// RBX RSP RBP R12..R15 (ABI figure 3.4)
constexpr std::uint16_t kKeptByCallees = 0xF038;
constexpr std::uint8_t kPushRbp = 0x55, kRet = 0xC3, kRetImmediate = 0xC2;
constexpr std::uint64_t kEndbr64 = 0xFA1E0FF3;  // F3 0F 1E FA: marks targets of indirect branches

struct Caller {
  UnwindRegisters registers;
  VirtAddr cfa;
  StackFrame::Found found;
  bool interrupted = false;
};

// The return address is the word `words` above the stack pointer.
std::optional<Caller> from_stack_top(const UnwindRegisters& r, unsigned words, const ReadMemory& read) {
  const unsigned bytes = r.word_bytes;
  const auto return_address = read_word(read, r.gpr[kRsp] + words * bytes, bytes);
  if (!return_address) return std::nullopt;
  Caller caller{r, VirtAddr{r.gpr[kRsp] + (words + 1) * bytes}, StackFrame::Found::stack_top};
  caller.registers.known = kKeptByCallees;
  if (words == 1) {
    const auto saved = read_word(read, r.gpr[kRsp], bytes);
    if (saved) caller.registers.gpr[kRbp] = *saved;
  }
  caller.registers.rip = *return_address;
  caller.registers.gpr[kRsp] = caller.cfa.value;
  return caller;
}

std::optional<Caller> from_frame_pointer(const UnwindRegisters& r, const ReadMemory& read) {
  const unsigned bytes = r.word_bytes;
  const std::uint64_t base = r.gpr[kRbp];
  if (base < r.gpr[kRsp] || base % bytes != 0) return std::nullopt;
  const auto saved = read_word(read, base, bytes), return_address = read_word(read, base + bytes, bytes);
  if (!saved || !return_address) return std::nullopt;
  Caller caller{r, VirtAddr{base + 2 * bytes}, StackFrame::Found::frame_pointer};
  caller.registers.rip = *return_address;
  caller.registers.gpr[kRsp] = caller.cfa.value;
  caller.registers.gpr[kRbp] = *saved;
  caller.registers.known = 1 << kRsp | 1 << kRbp;  // the other kept ones are somewhere in the frame
  return caller;
}

// Without rules: how much of the frame is built can be told at a function's first instructions and at its
// RET. `function_offset`: of the program counter in its function; nothing when it is in no function at all.
std::optional<Caller> without_rules(const UnwindRegisters& r, bool is_caller,
                                    std::optional<SymbolLocation> location, const ReadMemory& read) {
  if (is_caller) return from_frame_pointer(r, read);
  // A call through a bad pointer: the processor stands where no code is, its caller's address on top of the
  // stack.
  if (!location) return from_stack_top(r, 0, read);
  if (location->symbol->called_from_elsewhere) {
    const std::uint64_t start = location->symbol->start.value;
    const unsigned marker = read_word(read, start, 4) == kEndbr64 ? 4 : 0;
    if (location->offset == 0 || location->offset == marker) return from_stack_top(r, 0, read);
    if (location->offset == marker + 1u && read_word(read, start + marker, 1) == kPushRbp)
      return from_stack_top(r, 1, read);
  }
  const auto opcode = read_word(read, r.rip, 1);
  if (opcode == kRet || opcode == kRetImmediate) return from_stack_top(r, 0, read);
  return from_frame_pointer(r, read);
}

}  // namespace

std::vector<StackFrame> Symbols::backtrace(const UnwindRegisters& registers, const ReadMemory& read) const {
  const auto executable = [this](std::uint64_t address) {
    return parts_->file && parts_->file->executable(VirtAddr{address});
  };
  const UnwindRules* rules = nullptr;
  if (parts_->file) {
    rules = parts_->rules
                .get([this] {
                  const std::lock_guard guard(parts_->file->lock);
                  return std::make_unique<UnwindRules>(*parts_->file);
                })
                .get();
  }

  std::vector<StackFrame> frames;
  UnwindRegisters now = registers;
  StackFrame::Found found_by = StackFrame::Found::processor;
  bool pc_is_return = false;
  for (std::size_t depth = 0; depth < kMostFrames; ++depth) {
    // A call may be a function's last instruction: then its return address already belongs to the next
    // function.
    const VirtAddr here{now.rip - (pc_is_return ? 1 : 0)};
    const auto location = find(here);
    const bool in_function = location && location->symbol->kind == Symbol::Kind::function;
    const std::size_t first_entry = frames.size();
    for (SourceFrame& entry : source_frames(here)) {
      StackFrame frame{
          .pc = VirtAddr{now.rip}, .pc_is_return = pc_is_return, .found = found_by, .inlined = entry.inlined};
      if (in_function || entry.inlined) frame.function = std::move(entry.function);
      if (in_function) frame.offset = now.rip - location->symbol->start.value;
      frame.source = std::move(entry.source);
      frame.registers = now;
      frame.inlined_inside = static_cast<unsigned>(frames.size() - first_entry);
      frames.push_back(std::move(frame));
    }

    std::optional<Caller> caller;
    const auto step = rules && now.word_bytes == 8 ? rules->step(now, here, read) : std::nullopt;
    if (step && step->outermost) break;
    if (step) {
      caller = Caller{step->caller, step->cfa, StackFrame::Found::rules, step->interrupted};
    } else {
      caller = without_rules(now, pc_is_return, in_function ? location : std::nullopt, read);
    }
    if (!caller) break;
    for (std::size_t i = first_entry; i < frames.size(); ++i) frames[i].cfa = caller->cfa;
    // Only an interrupt may have changed stacks or have hit code that this image does not know.
    if (!caller->interrupted) {
      if (caller->cfa.value <= now.gpr[kRsp] || !executable(caller->registers.rip - 1)) break;
    }
    now = caller->registers;
    found_by = caller->found;
    pc_is_return = !caller->interrupted;
  }
  return frames;
}

}  // namespace ringside
