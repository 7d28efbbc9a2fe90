// SPDX-License-Identifier: GPL-2.0-or-later
// Pieces of machine views that several panel tests need.
#pragma once

#include <memory>

#include "gui/view/machine_view.h"

namespace ringside {

// A write to an address that is not mapped, delivered through gate 14 on the same stack: what the manual's
// figure 6-9 shows of a frame in 64-bit mode.
inline std::shared_ptr<const DeliveryRecord> page_fault_record(std::uint32_t number = 7) {
  auto record = std::make_shared<DeliveryRecord>();
  record->number = number;
  record->instructions = 189371;
  record->rip = 0xFFFFFFFF80107401;
  Delivery& d = record->delivery;
  d.before = CpuState{};
  d.before.cr0 = cr0::pe | cr0::pg;
  d.before.efer = efer::lme | efer::lma;
  d.before[Gpr::rsp] = 0xFFFFFFFF80125ED8;
  d.before.rip = record->rip;
  d.after = d.before;
  d.after.rip = 0xFFFFFFFF80102350;
  const auto step = [](MicroStepKind kind, std::uint64_t address, std::uint64_t value,
                       std::uint64_t value2 = 0) {
    MicroStep s;
    s.kind = kind;
    s.vector = 14;
    s.address = {address};
    s.value = value;
    s.value2 = value2;
    s.size = 8;
    return s;
  };
  const auto push = [&](Pushed what, std::uint64_t address, std::uint64_t value) {
    MicroStep s = step(MicroStepKind::push, address, value);
    s.what = what;
    return s;
  };
  Attempt attempt;
  attempt.exception = {.vector = 14, .source = Source::fault, .error_code = 2, .cr2 = 0x123456789000};
  attempt.steps = {step(MicroStepKind::recognise, 0x123456789000, 2),
                   step(MicroStepKind::idt_limit, 0, 0xEF, 0xFFF),
                   step(MicroStepKind::gate_present, 0, 1),
                   push(Pushed::ss, 0xFFFFFFFF80125EC8, 0x10),
                   push(Pushed::rsp, 0xFFFFFFFF80125EC0, 0xFFFFFFFF80125ED8),
                   push(Pushed::rflags, 0xFFFFFFFF80125EB8, 0x10246),
                   push(Pushed::cs, 0xFFFFFFFF80125EB0, 0x08),
                   push(Pushed::rip, 0xFFFFFFFF80125EA8, 0xFFFFFFFF80107401),
                   push(Pushed::error_code, 0xFFFFFFFF80125EA0, 2),
                   step(MicroStepKind::jump, 0, 0xFFFFFFFF80102350)};
  d.attempts = {attempt};
  return record;
}

// The same, but the gate of vector 14 is not present, and so neither can #DF be delivered: contributory
// during a page fault is a double fault (table 6-5), and a fault during that is the end.
inline std::shared_ptr<const DeliveryRecord> triple_fault_record() {
  auto record = std::make_shared<DeliveryRecord>(*page_fault_record(9));
  Attempt page_fault = record->delivery.attempts.front();
  page_fault.steps.erase(page_fault.steps.begin() + 3, page_fault.steps.end());
  for (MicroStep& s : page_fault.steps)
    if (s.kind == MicroStepKind::gate_present) s.ok = false;
  MicroStep nested;
  nested.kind = MicroStepKind::nested_fault;
  nested.ok = false;
  nested.vector = 11;
  nested.value = 14 * 8 + 3;
  page_fault.steps.push_back(nested);
  page_fault.end = AttemptEnd::double_fault;
  Attempt double_fault = page_fault;
  double_fault.exception = {.vector = 8, .source = Source::abort};
  for (MicroStep& s : double_fault.steps) s.vector = 8;
  double_fault.steps.back().vector = 11;
  double_fault.end = AttemptEnd::triple_fault;
  record->delivery.attempts.clear();
  record->delivery.attempts.push_back(page_fault);
  record->delivery.attempts.push_back(double_fault);
  return record;
}

// 0xffffffff80103d65 in a 4 KiB page, executable and read-only; tables as a higher-half kernel has them.
inline Walk mapped_walk() {
  Walk w;
  w.address = {0xFFFFFFFF80103D65};
  w.paging = PagingMode::four_level;
  w.entries = {WalkEntry{4, 511, {0x127FF8}, 0x12D023}, WalkEntry{3, 510, {0x12DFF0}, 0x12E023},
               WalkEntry{2, 0, {0x12E000}, 0x12F023}, WalkEntry{1, 259, {0x12F818}, 0x103021}};
  w.count = 4;
  w.physical = {0x103D65};
  w.page_bytes = 4096;
  return w;
}

// A write that stops at a PD entry which is zero.
inline Walk broken_walk() {
  Walk w = mapped_walk();
  w.address = {0xFFFFFFFF80A00000};
  w.access = {.kind = AccessKind::write};
  w.entries[2] = {2, 5, {0x12E028}, 0};
  w.count = 3;
  w.fault = WalkFault::not_present;
  w.fault_level = 2;
  w.error_code = 2;
  return w;
}

}  // namespace ringside
