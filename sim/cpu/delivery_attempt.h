// SPDX-License-Identifier: GPL-2.0-or-later
// One attempt to deliver one exception or interrupt: the working state and what all modes share. Private to
// the delivery. Every function adds the micro-steps it takes; where one fails it marks the last step and
// yields the exception that arises instead. Source: Intel SDM volume 2A, "INT n/INTO/INT3/INT1", whose order
// of checks is kept; volume 3A 6.13 (error codes).
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/delivery_memory.h"

namespace ringside {

template <class T>
using OrRaised = std::expected<T, Exception>;

struct DeliveryAttempt {
  CpuState cpu;  // a copy that the attempt changes; the caller drops it when the attempt fails
  DeliveryMemory& memory;
  const Exception& exception;
  std::vector<MicroStep>& steps;

  // The last step, until the next is added.
  MicroStep& add(MicroStepKind kind);

  // Whether an INT n, INT3 or INTO instruction asked for it.
  bool software() const { return exception.source == Source::software_int; }
  bool has_error_code() const;
  unsigned cpl() const { return cpu.rflags & rflags::vm ? 3 : cpu.cpl; }

  // Error codes of what this attempt may raise: EXT tells whether the event came from outside of the program,
  // an earlier exception included.
  std::uint32_t ext() const { return software() ? 0 : 1; }
  std::uint32_t selector_error(std::uint16_t selector) const { return (selector & 0xFFFCu) | ext(); }
  std::uint32_t gate_error() const { return exception.vector * 8u + 2 + ext(); }

  // Marks the last step as the failing one.
  std::unexpected<Exception> raise(std::uint8_t vector, std::uint32_t error_code);

  // Memory by linear address, marking the last step where a page is missing. An address that is not canonical
  // raises `vector` (13, or 12 for the stack) with EXT alone.
  OrRaised<std::uint64_t> read(VirtAddr, unsigned size);
  OrRaised<void> write(VirtAddr, std::uint64_t value, unsigned size, std::uint8_t vector = 13);

  // Without long mode linear addresses wrap at 4 GiB.
  VirtAddr linear(std::uint64_t base, std::uint64_t offset) const;

  // The RFLAGS image to be saved: RF is set for faults, so that the instruction gets past its own breakpoint
  // when it runs again (SDM 17.3.1.1).
  std::uint64_t flags_image() const;

 private:
  std::unexpected<Exception> raise(const Walk&, std::uint8_t vector);
};

// An interrupt or trap gate that passed its checks. A task gate never does.
struct Gate {
  std::uint16_t selector = 0;
  std::uint64_t offset = 0;
  unsigned type = 0;
  unsigned ist = 0;  // long mode
  bool clears_if() const { return !(type & 1); }
  bool is_32_bit() const { return type & 8; }
};
OrRaised<Gate> read_gate(DeliveryAttempt&);

// The handler's code segment that passed its checks.
struct HandlerCode {
  Segment segment;   // RPL already that of the new CPL
  VirtAddr address;  // of the descriptor
  std::uint64_t descriptor = 0;
  unsigned new_cpl = 0;
};
OrRaised<HandlerCode> read_handler_code(DeliveryAttempt&, const Gate&);

// Sets the accessed bit in the descriptor at `address` and in `segment`, if it is not set yet.
OrRaised<void> mark_descriptor_accessed(DeliveryAttempt&, VirtAddr address, Segment& segment);

// The last steps, which long and protected mode have in common: CS, RFLAGS, RIP.
OrRaised<void> enter_handler(DeliveryAttempt&, const Gate&, const HandlerCode&);

OrRaised<void> deliver_long(DeliveryAttempt&);
OrRaised<void> deliver_protected(DeliveryAttempt&);
OrRaised<void> deliver_real(DeliveryAttempt&);

}  // namespace ringside
