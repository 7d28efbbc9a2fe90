// SPDX-License-Identifier: GPL-2.0-or-later
// The chain of attempts: what is asked for, and what grows out of it when a delivery itself goes wrong
// (SDM volume 3A 6.15, "Interrupt 8", tables 6-4 and 6-5).
//
// Where QEMU's TCG differs from the manual, and this file and its neighbours do not:
//   EXT bit                      QEMU leaves it 0 in every error code        manual 6.13
//   SS not present in the GDT    QEMU raises #TS, the manual #SS             volume 2A, INT n
//   room on the stack, limits    not checked by QEMU: it wraps around        volume 2A, INT n
//   handler outside of CS limit, or not canonical: not checked by QEMU       volume 2A, INT n
//   RF of a general-detect #DB   QEMU leaves RF alone for every #DB          17.3.1.1
//   accessed bit of CS and SS    not set by QEMU on the way to a handler     3.4.5.1
//   #CP (vector 21)              no error code in QEMU                       6.15, Interrupt 21
#include "sim/cpu/delivery.h"

#include "sim/cpu/delivery_attempt.h"

namespace ringside {
namespace {

enum class Severity : std::uint8_t { benign, contributory, page_fault, double_fault };

// Table 6-4.
Severity severity(std::uint8_t vector) {
  switch (vector) {
    case 0:
    case 10:
    case 11:
    case 12:
    case 13:
    case 21: return Severity::contributory;
    case 14:
    case 20: return Severity::page_fault;
    case 8: return Severity::double_fault;
    default: return Severity::benign;
  }
}

// Interrupts are benign whatever their vector: a PIC left at its BIOS base delivers the timer as vector 8.
bool from_processor(const Exception& e) { return e.source == Source::fault || e.source == Source::abort; }

// What an exception does to the registers before anything is looked up: it stays even if the delivery fails.
void recognise(CpuState& cpu, const Exception& e) {
  constexpr std::uint64_t kDr7GeneralDetect = 1 << 13;
  if (e.cr2) cpu.cr2 = *e.cr2;
  const bool debug = e.vector == 1 && e.source != Source::software_int && e.source != Source::external;
  if (debug) {
    cpu.dr6 |= e.dr6;
    cpu.dr7 &= ~kDr7GeneralDetect;  // so that the handler can use the debug registers (SDM 17.2.4)
  }
  if (e.source == Source::nmi) cpu.nmi_blocked = true;
  cpu.interrupt_shadow = false;
  cpu.halted = false;
}

OrRaised<void> attempt_delivery(DeliveryAttempt& attempt) {
  MicroStep& step = attempt.add(MicroStepKind::recognise);
  step.value = attempt.exception.error_code;
  step.address = {attempt.exception.cr2.value_or(0)};
  if (!(attempt.cpu.cr0 & cr0::pe)) return deliver_real(attempt);
  return attempt.cpu.efer & efer::lma ? deliver_long(attempt) : deliver_protected(attempt);
}

AttemptEnd end_of(const Exception& first, const Exception& second) {
  if (!from_processor(first)) return AttemptEnd::replaced;
  switch (combine(first.vector, second.vector)) {
    case Combination::serial: return AttemptEnd::replaced;
    case Combination::double_fault: return AttemptEnd::double_fault;
    case Combination::triple_fault: return AttemptEnd::triple_fault;
  }
  return AttemptEnd::triple_fault;
}

}  // namespace

Combination combine(std::uint8_t first, std::uint8_t second) {
  const Severity one = severity(first), two = severity(second);
  if (one == Severity::benign || two == Severity::benign) return Combination::serial;
  if (one == Severity::double_fault) return Combination::triple_fault;
  if (one == Severity::contributory && two == Severity::page_fault) return Combination::serial;
  return Combination::double_fault;
}

Delivery deliver(const CpuState& cpu, const PhysicalMemory& memory, const Exception& exception) {
  Delivery result{.before = cpu, .after = cpu};
  DeliveryMemory view(memory, result.writes);
  CpuState state = cpu;
  Exception pending = exception;
  for (;;) {
    Attempt& attempt = result.attempts.emplace_back();
    attempt.exception = pending;
    attempt.steps.reserve(24);
    recognise(state, pending);
    DeliveryAttempt work{state, view, attempt.exception, attempt.steps};
    const auto delivered = attempt_delivery(work);
    if (delivered) {
      result.after = work.cpu;
      return result;
    }

    const Exception& second = delivered.error();
    const MicroStep& failed = attempt.steps.back();
    const VirtAddr where = second.cr2 ? VirtAddr{*second.cr2} : failed.address;
    MicroStep& nested = work.add(MicroStepKind::nested_fault);
    nested.ok = false;
    nested.vector = second.vector;
    nested.value = second.error_code;
    nested.address = where;
    attempt.end = end_of(pending, second);

    // INT n is undone by a fault in its own delivery, and runs again after it.
    state.rip -= pending.instruction_bytes;
    switch (attempt.end) {
      case AttemptEnd::delivered:
      case AttemptEnd::replaced: pending = second; break;
      case AttemptEnd::double_fault:
        // A page fault that turns into a double fault has still left its address in CR2.
        recognise(state, second);
        pending = {.vector = 8, .source = Source::abort};
        break;
      case AttemptEnd::triple_fault:
        recognise(state, second);
        result.after = state;
        return result;
    }
  }
}

}  // namespace ringside
