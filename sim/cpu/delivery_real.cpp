// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in real mode: a table of far pointers, three words pushed, no error codes, no privilege (SDM
// volume 3B 20.1.4).
#include "sim/base/bits.h"
#include "sim/cpu/delivery_attempt.h"
#include "sim/cpu/descriptor.h"

namespace ringside {

OrRaised<void> deliver_real(DeliveryAttempt& a) {
  MicroStep& limit = a.add(MicroStepKind::idt_limit);
  limit.value = a.exception.vector * 4u + 3;
  limit.value2 = a.cpu.idtr.limit;
  if (limit.value > limit.value2) return a.raise(13, a.gate_error());

  MicroStep& vector_read = a.add(MicroStepKind::gate_read);
  vector_read.address = a.linear(a.cpu.idtr.base, a.exception.vector * 4u);
  vector_read.size = 4;
  const auto pointer = a.read(vector_read.address, 4);
  if (!pointer) return std::unexpected(pointer.error());
  vector_read.value = *pointer;

  a.add(MicroStepKind::stack_same).value = a.cpu[Gpr::rsp];
  const std::uint32_t mask = a.cpu.ss.default_big() ? 0xFFFF'FFFF : 0xFFFF;
  const auto sp = static_cast<std::uint32_t>(a.cpu[Gpr::rsp]);
  for (std::uint32_t depth = 2; depth <= 6; depth += 2)
    if (!within_limit(a.cpu.ss, (sp - depth) & mask, 2)) return a.raise(12, a.ext());

  std::uint32_t depth = 0;
  const auto push = [&](Pushed what, std::uint64_t value) {
    depth += 2;
    MicroStep& step = a.add(MicroStepKind::push);
    step.what = what;
    step.address = a.linear(a.cpu.ss.base, (sp - depth) & mask);
    step.size = 2;
    step.value = value & 0xFFFF;
    return a.write(step.address, step.value, 2, 12);
  };
  OrRaised<void> pushed = push(Pushed::rflags, a.cpu.rflags);
  if (pushed) pushed = push(Pushed::cs, a.cpu.cs.selector);
  if (pushed) pushed = push(Pushed::rip, a.cpu.rip);
  if (!pushed) return pushed;
  a.cpu[Gpr::rsp] = (a.cpu[Gpr::rsp] & ~std::uint64_t{mask}) | ((sp - depth) & mask);

  MicroStep& flags = a.add(MicroStepKind::load_flags);
  flags.value = a.cpu.rflags;
  a.cpu.rflags &= ~(rflags::if_ | rflags::tf | rflags::ac | rflags::rf);
  flags.value2 = a.cpu.rflags;

  // Limit and attributes stay as they are: real mode loads selector and base only.
  a.cpu.cs.selector = static_cast<std::uint16_t>(bits(*pointer, 31, 16));
  a.cpu.cs.base = std::uint64_t{a.cpu.cs.selector} << 4;
  a.add(MicroStepKind::load_cs).value = a.cpu.cs.selector;
  a.cpu.rip = bits(*pointer, 15, 0);
  a.add(MicroStepKind::jump).value = a.cpu.rip;
  return {};
}

}  // namespace ringside
