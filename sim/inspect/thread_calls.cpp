// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/thread_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/inspect/guest_objects.h"
#include "sim/inspect/memory_tables.h"

namespace ringside {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kMostStack = 1 << 20;  // bytes looked through for a high-water mark
constexpr unsigned kRsp = static_cast<unsigned>(Gpr::rsp);

// What a switch leaves on the stack, by the names of kernel::SwitchFrame, and where it goes in
// UnwindRegisters.
constexpr std::array<std::pair<const char*, unsigned>, 6> kSaved = {
    {{"rbx", 3}, {"rbp", 5}, {"r12", 12}, {"r13", 13}, {"r14", 14}, {"r15", 15}}};

// Bytes from the first that is not zero to the top. Looked for page by page, from the bottom.
std::uint64_t high_water(const GuestMemory& guest, const GuestStack& stack) {
  std::array<std::byte, kPageBytes> page;
  for (std::uint64_t at = stack.bottom; at < stack.top;) {
    const std::size_t size = std::min(kPageBytes - at % kPageBytes, stack.top - at);
    const auto bytes = std::span(page).first(size);
    if (!guest.read(VirtAddr{at}, bytes)) return stack.top - at;
    const auto touched = std::ranges::find_if(bytes, [](std::byte b) { return b != std::byte{0}; });
    if (touched != bytes.end())
      return stack.top - (at + static_cast<std::size_t>(touched - bytes.begin())) / 8 * 8;
    at += size;
  }
  return 0;
}

// As they will be when the thread goes on: from the frame that a switch leaves on the stack.
std::optional<UnwindRegisters> saved_registers(const ValueReader& reader, std::uint64_t rsp) {
  const Type* const frame = reader.symbols.types().find("kernel::SwitchFrame");
  if (!frame || frame->size == 0) return std::nullopt;
  const Value saved{"frame", {rsp}, frame};
  const auto rip = part_number(reader, saved, "rip");
  if (!rip) return std::nullopt;
  UnwindRegisters registers{.rip = *rip, .known = 1 << kRsp};
  registers.gpr[kRsp] = rsp + frame->size;
  for (const auto& [name, encoding] : kSaved)
    if (const auto value = part_number(reader, saved, name)) {
      registers.gpr[encoding] = *value;
      registers.known = static_cast<std::uint16_t>(registers.known | 1 << encoding);
    }
  return registers;
}

// The saved RIP follows the call of the switch: the call itself says where we are. A thread that has never
// run stands at the start of a function, which follows nothing.
std::vector<StackFrame> calls_from(const ValueReader& reader, UnwindRegisters registers) {
  const std::uint64_t rip = registers.rip;
  const auto here = reader.symbols.find({rip});
  const bool returns = !here || here->offset != 0;
  if (returns) --registers.rip;
  auto calls = reader.symbols.backtrace(registers, reader.read);
  for (StackFrame& call : calls) {
    if (call.pc.value != registers.rip) break;
    if (!returns) continue;
    call.pc.value = rip;
    call.pc_is_return = true;
    ++call.offset;
  }
  return calls;
}

// Of the one that runs: the function that has the code, not a piece of another one copied into it.
std::size_t running(const std::vector<StackFrame>& calls) {
  const auto whole = std::ranges::find(calls, false, &StackFrame::inlined);
  return whole == calls.end() ? 0 : static_cast<std::size_t>(whole - calls.begin());
}

// The call that tells what the thread is about. Of one that was interrupted: the place of the interrupt.
// Else the first one from outside of the folder with the code that switches and waits, or if there is none
// from outside of the file that switches.
std::size_t telling(const GuestMemory& guest, const std::vector<StackFrame>& calls) {
  const std::size_t innermost = running(calls);
  for (std::size_t i = innermost + 1; i < calls.size(); ++i)
    if (!calls[i].inlined && (!calls[i].pc_is_return || !follows_call(guest, calls[i].pc.value))) return i;
  const auto place = [&](std::size_t i, bool folder) {
    const std::string file = calls[i].source ? calls[i].source->file : std::string();
    return folder ? file.substr(0, file.rfind('/') + 1) : file;
  };
  for (const bool folder : {true, false})
    for (std::size_t i = 1; i < calls.size(); ++i)
      if (place(i, folder) != place(0, folder)) return i;
  return 0;
}

}  // namespace

GuestStack measure_stack(const InspectContext& c, std::uint64_t bottom, std::uint64_t top) {
  const GuestMemory guest = c.guest();
  GuestStack stack{.bottom = bottom, .top = top};
  if (top <= bottom || top - bottom > kMostStack || !guest.translate({bottom})) {
    stack.trouble = fmt::format("the stack from {:#x} to {:#x} makes no sense", bottom, top);
    stack.top = bottom;
    return stack;
  }
  stack.high_water = high_water(guest, stack);
  stack.guarded = !guest.translate({bottom - 1});
  return stack;
}

void find_calls(const InspectContext& c, GuestThread& thread, std::uint64_t saved_rsp, bool on_processor) {
  const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
  GuestStack& stack = thread.stack;
  if (on_processor) {
    thread.calls = c.symbols.backtrace(unwind_registers(c.cpu), reader.read);
    thread.stands = running(thread.calls);
    // A handler may run on another stack: then the first call that is back on the thread's own tells.
    for (const StackFrame& call : thread.calls) {
      const std::uint64_t rsp = call.registers.gpr[kRsp];
      if (stack.size() == 0 || rsp < stack.bottom - kPageBytes || rsp > stack.top) continue;
      stack.pointer = rsp;
      if (rsp < stack.bottom)
        stack.trouble = "RSP is in the guard page";
      else if (rsp == stack.bottom)
        stack.trouble = "it is full: the next push is in the guard page";
      break;
    }
    stack.high_water = std::clamp(stack.used(), stack.high_water, stack.size());
    return;
  }
  if (thread.state == "finished" || stack.size() == 0) return;
  if (!stack.holds(saved_rsp)) {
    stack.trouble = fmt::format("its saved RSP, {:#x}, is not in its stack", saved_rsp);
    return;
  }
  stack.pointer = saved_rsp;
  stack.high_water = std::max(stack.high_water, stack.used());
  if (const auto registers = saved_registers(reader, saved_rsp))
    thread.calls = calls_from(reader, *registers);
  thread.stands = telling(c.guest(), thread.calls);
}

}  // namespace ringside
