// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/breakpoint.h"

#include <algorithm>

namespace ringside {
namespace {

std::uint32_t subject_of(const Event& event) {
  switch (event.kind) {
    case EventKind::port_read:
    case EventKind::port_write:
    case EventKind::unmodelled: return event.port;
    case EventKind::irq_raised:
    case EventKind::irq_lowered:
    case EventKind::acknowledge:
    case EventKind::eoi: return event.line;
    case EventKind::exception:
    case EventKind::interrupt: return event.vector;
    case EventKind::control_write: return event.line;
    default: return event.value;
  }
}

std::uint64_t value_of(const ConditionTerm& term, const ConditionContext& at) {
  using Subject = ConditionTerm::Subject;
  switch (term.subject) {
    case Subject::gpr: return at.cpu.gpr[term.gpr & 15];
    case Subject::rip: return at.cpu.rip;
    case Subject::rflags: return at.cpu.rflags;
    case Subject::cr0: return at.cpu.cr0;
    case Subject::cr2: return at.cpu.cr2;
    case Subject::cr3: return at.cpu.cr3;
    case Subject::cr4: return at.cpu.cr4;
    case Subject::cr8: return at.cpu.cr8;
    case Subject::cpl: return at.cpu.cpl;
    case Subject::instructions: return at.instructions;
    case Subject::time: return at.time;
    case Subject::hits: return at.hits;
  }
  return 0;
}

}  // namespace

bool EventPattern::matches(const Event& e) const {
  return e.kind == kind && (!value || *value == subject_of(e));
}

bool holds(const Condition& condition, const ConditionContext& context) {
  return std::ranges::all_of(condition, [&](const ConditionTerm& term) {
    using Relation = ConditionTerm::Relation;
    const std::uint64_t is = value_of(term, context);
    switch (term.relation) {
      case Relation::equal: return is == term.value;
      case Relation::not_equal: return is != term.value;
      case Relation::less: return is < term.value;
      case Relation::less_equal: return is <= term.value;
      case Relation::greater: return is > term.value;
      case Relation::greater_equal: return is >= term.value;
      case Relation::has_bits: return (is & term.value) == term.value;
    }
    return false;
  });
}

}  // namespace ringside
