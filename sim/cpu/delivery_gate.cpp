// SPDX-License-Identifier: GPL-2.0-or-later
// The gate in the IDT, the code segment it names, and the entry into the handler (SDM volume
// 3A 6.11, 6.12, 6.14).
#include "sim/base/bits.h"
#include "sim/cpu/delivery_attempt.h"
#include "sim/cpu/descriptor.h"

namespace ringside {
namespace {

// Type and S field of a gate (SDM table 3-2).
constexpr unsigned kTaskGate = 5, kInterruptGate16 = 6, kTrapGate16 = 7, kInterruptGate32 = 14,
                   kTrapGate32 = 15;

bool allowed_type(unsigned type, bool long_mode) {
  if (type == kInterruptGate32 || type == kTrapGate32) return true;
  return !long_mode && (type == kTaskGate || type == kInterruptGate16 || type == kTrapGate16);
}

}  // namespace

OrRaised<Gate> read_gate(DeliveryAttempt& a) {
  const bool long_mode = a.cpu.efer & efer::lma;
  const unsigned gate_bytes = long_mode ? 16 : 8;

  MicroStep& limit = a.add(MicroStepKind::idt_limit);
  limit.value = a.exception.vector * gate_bytes + gate_bytes - 1;
  limit.value2 = a.cpu.idtr.limit;
  if (limit.value > limit.value2) return a.raise(13, a.gate_error());

  const VirtAddr address = a.linear(a.cpu.idtr.base, a.exception.vector * gate_bytes);
  MicroStep& gate_read = a.add(MicroStepKind::gate_read);
  gate_read.address = address;
  gate_read.size = static_cast<std::uint8_t>(gate_bytes);
  const auto low = a.read(address, 8);
  if (!low) return std::unexpected(low.error());
  gate_read.value = *low;
  std::uint64_t high = 0;
  if (long_mode) {
    const auto upper_half = a.read(address + 8, 8);
    if (!upper_half) return std::unexpected(upper_half.error());
    gate_read.value2 = high = *upper_half;
  }

  const auto type = static_cast<unsigned>(bits(*low, 44, 40));  // S included: a gate is a system descriptor
  a.add(MicroStepKind::gate_type).value = type;
  if (!allowed_type(type, long_mode)) return a.raise(13, a.gate_error());

  if (a.software()) {
    MicroStep& dpl = a.add(MicroStepKind::gate_dpl);
    dpl.value = bits(*low, 46, 45);
    dpl.value2 = a.cpl();
    if (dpl.value < dpl.value2) return a.raise(13, a.gate_error());
  }
  a.add(MicroStepKind::gate_present).value = bit(*low, 47);
  if (!bit(*low, 47)) return a.raise(11, a.gate_error());

  Gate gate;
  gate.selector = static_cast<std::uint16_t>(bits(*low, 31, 16));
  gate.type = type;
  if (type == kTaskGate) {
    // The manual would switch tasks here; hardware task switches are not modelled.
    a.add(MicroStepKind::target_descriptor).value2 = gate.selector;
    return a.raise(13, a.selector_error(gate.selector));
  }
  gate.offset = bits(*low, 15, 0);
  if (gate.is_32_bit()) gate.offset |= bits(*low, 63, 48) << 16;
  if (long_mode) {
    gate.offset |= bits(high, 31, 0) << 32;
    gate.ist = static_cast<unsigned>(bits(*low, 34, 32));
  }
  return gate;
}

OrRaised<HandlerCode> read_handler_code(DeliveryAttempt& a, const Gate& gate) {
  const bool long_mode = a.cpu.efer & efer::lma;
  MicroStep& read = a.add(MicroStepKind::target_descriptor);
  read.value2 = gate.selector;
  if (null_selector(gate.selector)) return a.raise(13, a.ext());
  const auto address = descriptor_address(a.cpu, gate.selector);
  if (!address) return a.raise(13, a.selector_error(gate.selector));
  read.address = a.linear(address->value, 0);
  read.size = 8;
  const auto descriptor = a.read(read.address, 8);
  if (!descriptor) return std::unexpected(descriptor.error());
  read.value = *descriptor;

  HandlerCode code{.segment = unpack_descriptor(gate.selector, *descriptor),
                   .address = read.address,
                   .descriptor = *descriptor};
  Segment& cs = code.segment;
  code.new_cpl = is_conforming_code(cs) ? a.cpl() : cs.dpl();
  a.add(MicroStepKind::target_check).value = code.new_cpl;
  if (!is_code(cs) || cs.dpl() > a.cpl()) return a.raise(13, a.selector_error(gate.selector));
  if (long_mode && (!cs.long_mode() || cs.default_big())) return a.raise(13, a.selector_error(gate.selector));
  if (!cs.present()) return a.raise(11, a.selector_error(gate.selector));
  // Virtual-8086 code may only be interrupted into ring 0.
  if ((a.cpu.rflags & rflags::vm) && code.new_cpl != 0) return a.raise(13, a.selector_error(gate.selector));

  cs.selector = static_cast<std::uint16_t>((gate.selector & ~3u) | code.new_cpl);
  if (long_mode) cs.base = 0;  // 64-bit code ignores the base (SDM 3.4.4)
  return code;
}

OrRaised<void> mark_descriptor_accessed(DeliveryAttempt& a, VirtAddr address, Segment& segment) {
  if (segment.type() & 1) return {};
  segment.attributes |= 1;
  return a.write(a.linear(address.value, 5), segment.attributes & 0xFF, 1);
}

OrRaised<void> enter_handler(DeliveryAttempt& a, const Gate& gate, const HandlerCode& code) {
  MicroStep& load_cs = a.add(MicroStepKind::load_cs);
  load_cs.value = code.segment.selector;
  load_cs.value2 = code.new_cpl;
  Segment cs = code.segment;
  if (const auto marked = mark_descriptor_accessed(a, code.address, cs); !marked) return marked;
  a.cpu.cs = cs;
  a.cpu.cpl = static_cast<std::uint8_t>(code.new_cpl);

  MicroStep& flags = a.add(MicroStepKind::load_flags);
  flags.value = a.cpu.rflags;
  a.cpu.rflags &= ~(rflags::tf | rflags::nt | rflags::rf | rflags::vm);
  if (gate.clears_if()) a.cpu.rflags &= ~rflags::if_;
  flags.value2 = a.cpu.rflags;

  a.cpu.rip = gate.offset;
  a.add(MicroStepKind::jump).value = gate.offset;
  return {};
}

}  // namespace ringside
