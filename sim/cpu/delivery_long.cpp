// SPDX-License-Identifier: GPL-2.0-or-later
// Delivery in long mode, from 64-bit and compatibility code alike (SDM volume 3A 6.14).
#include "sim/cpu/delivery_attempt.h"

namespace ringside {
namespace {

constexpr std::uint32_t kTssRsp0 = 4;   // RSP0 to RSP2, eight bytes each (SDM 7.7)
constexpr std::uint32_t kTssIst1 = 36;  // IST1 to IST7

// Where the frame goes: the current stack, the TSS's stack of the new privilege level, or an IST stack, which
// wins.
OrRaised<std::uint64_t> choose_stack(DeliveryAttempt& a, unsigned ist, unsigned new_cpl) {
  if (ist == 0 && new_cpl == a.cpl()) {
    a.add(MicroStepKind::stack_same).value = a.cpu[Gpr::rsp];
    return a.cpu[Gpr::rsp];
  }
  const std::uint32_t offset = ist ? kTssIst1 + 8 * (ist - 1) : kTssRsp0 + 8 * new_cpl;
  MicroStep& step = a.add(ist ? MicroStepKind::stack_from_ist : MicroStepKind::stack_from_tss);
  step.address = a.linear(a.cpu.tr.base, offset);
  step.size = 8;
  step.value2 = ist ? ist : new_cpl;
  if (offset + 7 > a.cpu.tr.limit) return a.raise(10, a.selector_error(a.cpu.tr.selector));
  const auto rsp = a.read(step.address, 8);
  if (!rsp) return std::unexpected(rsp.error());
  return step.value = *rsp;
}

OrRaised<void> push(DeliveryAttempt& a, std::uint64_t& rsp, Pushed what, std::uint64_t value) {
  rsp -= 8;
  MicroStep& step = a.add(MicroStepKind::push);
  step.what = what;
  step.address = {rsp};
  step.size = 8;
  step.value = value;
  return a.write({rsp}, value, 8, 12);
}

}  // namespace

OrRaised<void> deliver_long(DeliveryAttempt& a) {
  const auto gate = read_gate(a);
  if (!gate) return std::unexpected(gate.error());
  const auto code = read_handler_code(a, *gate);
  if (!code) return std::unexpected(code.error());
  const bool inner = code->new_cpl < a.cpl();
  const auto chosen = choose_stack(a, gate->ist, code->new_cpl);
  if (!chosen) return std::unexpected(chosen.error());

  // The new SS is null; nothing in 64-bit mode looks into it but its privilege level.
  Segment ss = a.cpu.ss;
  if (inner) {
    ss = {.selector = static_cast<std::uint16_t>(code->new_cpl),
          .attributes = static_cast<std::uint16_t>(code->new_cpl << 5)};
    a.add(MicroStepKind::stack_segment).value2 = ss.selector;
  }

  // SS:RSP is saved even without a change of stack, and the frame starts on a 16-byte border: handlers can
  // rely on both.
  std::uint64_t rsp = *chosen & ~std::uint64_t{15};
  MicroStep& align = a.add(MicroStepKind::stack_align);
  align.value = *chosen;
  align.value2 = rsp;
  // What has to be canonical are the bytes written: a stack may start right at the end of the lower half.
  const std::uint64_t frame_bytes = a.has_error_code() ? 48 : 40;
  if (!canonical(rsp - 1) || !canonical(rsp - frame_bytes))
    return a.raise(12, inner ? a.selector_error(ss.selector) : a.ext());

  if (!canonical(gate->offset)) {
    a.add(MicroStepKind::jump).value = gate->offset;
    return a.raise(13, a.ext());
  }

  const CpuState& old = a.cpu;
  OrRaised<void> pushed = push(a, rsp, Pushed::ss, old.ss.selector);
  if (pushed) pushed = push(a, rsp, Pushed::rsp, old[Gpr::rsp]);
  if (pushed) pushed = push(a, rsp, Pushed::rflags, a.flags_image());
  if (pushed) pushed = push(a, rsp, Pushed::cs, old.cs.selector);
  if (pushed) pushed = push(a, rsp, Pushed::rip, old.rip);
  if (pushed && a.has_error_code()) pushed = push(a, rsp, Pushed::error_code, a.exception.error_code);
  if (!pushed) return pushed;

  a.cpu.ss = ss;
  a.cpu[Gpr::rsp] = rsp;
  return enter_handler(a, *gate, *code);
}

}  // namespace ringside
