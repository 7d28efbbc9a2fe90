// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in protected mode without long mode: 32-bit and 16-bit gates, a stack of its own for an inner
// privilege level, and the longer frame that leaves virtual-8086 mode (SDM volume 3A 6.12.1, volume 3B 20.3).
#include "sim/cpu/delivery_attempt.h"
#include "sim/cpu/descriptor.h"

namespace ringside {
namespace {

// A stack in the making: the registers are loaded only when all pushes went through.
struct Stack {
  Segment ss;
  std::uint32_t esp = 0;
  std::uint32_t mask() const { return ss.default_big() ? 0xFFFF'FFFF : 0xFFFF; }
};

// SS0:ESP0 and so on (SDM figure 7-2; figure 7-10 for the 16-bit TSS).
OrRaised<Stack> stack_from_tss(DeliveryAttempt& a, unsigned new_cpl) {
  const Segment& tr = a.cpu.tr;
  const bool tss_32 = tr.type() & 8;
  const unsigned pointer_bytes = tss_32 ? 4 : 2;
  const std::uint32_t offset = tss_32 ? new_cpl * 8 + 4 : new_cpl * 4 + 2;
  MicroStep& field = a.add(MicroStepKind::stack_from_tss);
  field.address = a.linear(tr.base, offset);
  field.size = static_cast<std::uint8_t>(pointer_bytes);
  field.value2 = new_cpl;
  if (offset + pointer_bytes + 1 > tr.limit) return a.raise(10, a.selector_error(tr.selector));
  const auto esp = a.read(field.address, pointer_bytes);
  if (!esp) return std::unexpected(esp.error());
  field.value = *esp;
  const auto selector_read = a.read(a.linear(field.address.value, pointer_bytes), 2);
  if (!selector_read) return std::unexpected(selector_read.error());
  const auto selector = static_cast<std::uint16_t>(*selector_read);

  MicroStep& segment = a.add(MicroStepKind::stack_segment);
  segment.value2 = selector;
  if (null_selector(selector)) return a.raise(10, a.ext());
  const auto address = descriptor_address(a.cpu, selector);
  if (!address || (selector & 3u) != new_cpl) return a.raise(10, a.selector_error(selector));
  segment.address = a.linear(address->value, 0);
  segment.size = 8;
  const auto descriptor = a.read(segment.address, 8);
  if (!descriptor) return std::unexpected(descriptor.error());
  segment.value = *descriptor;
  Stack stack{unpack_descriptor(selector, *descriptor), static_cast<std::uint32_t>(*esp)};
  if (stack.ss.dpl() != new_cpl || !is_writable_data(stack.ss))
    return a.raise(10, a.selector_error(selector));
  if (!stack.ss.present()) return a.raise(12, a.selector_error(selector));
  if (const auto marked = mark_descriptor_accessed(a, segment.address, stack.ss); !marked)
    return std::unexpected(marked.error());
  return stack;
}

bool has_room(const Stack& stack, unsigned items, unsigned item_bytes) {
  for (unsigned i = 1; i <= items; ++i)
    if (!within_limit(stack.ss, (stack.esp - i * item_bytes) & stack.mask(), item_bytes)) return false;
  return true;
}

// Pushes in the width of the gate; a selector fills the low half of a doubleword.
OrRaised<void> push(DeliveryAttempt& a, Stack& stack, unsigned bytes, Pushed what, std::uint64_t value) {
  const std::uint32_t sp = (stack.esp - bytes) & stack.mask();
  stack.esp = (stack.esp & ~stack.mask()) | sp;
  MicroStep& step = a.add(MicroStepKind::push);
  step.what = what;
  step.address = a.linear(stack.ss.base, sp);
  step.size = static_cast<std::uint8_t>(bytes);
  step.value = bytes == 4 ? value & 0xFFFF'FFFF : value & 0xFFFF;
  return a.write(step.address, step.value, bytes, 12);
}

}  // namespace

OrRaised<void> deliver_protected(DeliveryAttempt& a) {
  const auto gate = read_gate(a);
  if (!gate) return std::unexpected(gate.error());
  const auto code = read_handler_code(a, *gate);
  if (!code) return std::unexpected(code.error());
  const bool inner = code->new_cpl < a.cpl();
  const bool from_vm86 = a.cpu.rflags & rflags::vm;

  Stack stack{a.cpu.ss, static_cast<std::uint32_t>(a.cpu[Gpr::rsp])};
  if (inner) {
    const auto fresh = stack_from_tss(a, code->new_cpl);
    if (!fresh) return std::unexpected(fresh.error());
    stack = *fresh;
  } else {
    a.add(MicroStepKind::stack_same).value = stack.esp;
  }

  const unsigned width = gate->is_32_bit() ? 4 : 2;
  const unsigned items = 3 + (inner ? 2 : 0) + (from_vm86 ? 4 : 0) + (a.has_error_code() ? 1 : 0);
  if (!has_room(stack, items, width))
    return a.raise(12, inner ? a.selector_error(stack.ss.selector) : a.ext());
  if (gate->offset > code->segment.limit) {
    a.add(MicroStepKind::jump).value = gate->offset;
    return a.raise(13, a.ext());
  }

  const CpuState& old = a.cpu;
  OrRaised<void> pushed;
  const auto put = [&](Pushed what, std::uint64_t value) {
    if (pushed) pushed = push(a, stack, width, what, value);
  };
  if (from_vm86) {
    put(Pushed::gs, old.gs.selector);
    put(Pushed::fs, old.fs.selector);
    put(Pushed::ds, old.ds.selector);
    put(Pushed::es, old.es.selector);
  }
  if (inner) {
    put(Pushed::ss, old.ss.selector);
    put(Pushed::rsp, old[Gpr::rsp]);
  }
  put(Pushed::rflags, a.flags_image());
  put(Pushed::cs, old.cs.selector);
  put(Pushed::rip, old.rip);
  if (a.has_error_code()) put(Pushed::error_code, a.exception.error_code);
  if (!pushed) return pushed;

  // The handler runs in protected mode, where the selectors of 8086 code mean something else.
  if (from_vm86) a.cpu.gs = a.cpu.fs = a.cpu.ds = a.cpu.es = Segment{};
  a.cpu.ss = stack.ss;
  a.cpu[Gpr::rsp] = stack.esp;
  return enter_handler(a, *gate, *code);
}

}  // namespace ringside
