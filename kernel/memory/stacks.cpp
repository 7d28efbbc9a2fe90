// SPDX-License-Identifier: MIT
#include "memory/stacks.h"

#include "memory/thread_stacks.h"

namespace kernel {

constinit InterruptStackMemory double_fault_stack{}, nmi_stack{}, machine_check_stack{};

std::array<NamedStack, 4> all_stacks() {
  const auto named = [](std::string_view name, const InterruptStackMemory& stack) {
    return NamedStack{name, reinterpret_cast<uint64_t>(&stack), stack.top()};
  };
  return {NamedStack{"kernel", reinterpret_cast<uint64_t>(kernel_stack_guard),
                     reinterpret_cast<uint64_t>(kernel_stack_top)},
          named("double fault", double_fault_stack), named("NMI", nmi_stack),
          named("machine check", machine_check_stack)};
}

std::optional<NamedStack> find_stack(uint64_t address) {
  for (const NamedStack& stack : all_stacks())
    if (address >= stack.guard && address < stack.top) return stack;
  return thread_stacks.find(address);
}

}  // namespace kernel
