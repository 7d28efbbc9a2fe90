// SPDX-License-Identifier: GPL-2.0-or-later
// Names and one-line descriptions of the machine's enumerations.
#include <fmt/format.h>

#include "sim/machine/machine.h"

namespace ringside {

const char* name(EventKind kind) {
  switch (kind) {
    case EventKind::port_read: return "port read";
    case EventKind::port_write: return "port write";
    case EventKind::irq_raised: return "IRQ raised";
    case EventKind::irq_lowered: return "IRQ lowered";
    case EventKind::acknowledge: return "acknowledge";
    case EventKind::eoi: return "EOI";
    case EventKind::exception: return "exception";
    case EventKind::interrupt: return "interrupt";
    case EventKind::mode_change: return "mode change";
    case EventKind::ring_change: return "ring change";
    case EventKind::halt: return "halt";
    case EventKind::wake: return "wake";
    case EventKind::serial_byte: return "serial byte";
    case EventKind::command: return "command";
    case EventKind::reset: return "reset";
    case EventKind::triple_fault: return "triple fault";
    case EventKind::debug_exit: return "debug exit";
    case EventKind::power_off: return "power off";
    case EventKind::unmodelled: return "unmodelled";
    case EventKind::control_write: return "control write";
  }
  return "?";
}

const char* name(ControlRegister which) {
  constexpr const char* kNames[kControlRegisters] = {"CR0",  "CR2",  "CR3",  "CR4",  "CR8",
                                                     "EFER", "GDTR", "IDTR", "LDTR", "TR"};
  return kNames[static_cast<std::size_t>(which)];
}

const char* name(StopKind kind) {
  switch (kind) {
    case StopKind::step: return "step";
    case StopKind::budget: return "budget";
    case StopKind::address: return "address";
    case StopKind::breakpoint: return "breakpoint";
    case StopKind::watchpoint: return "watchpoint";
    case StopKind::event: return "event";
    case StopKind::text: return "text";
    case StopKind::paused: return "paused";
    case StopKind::history_start: return "history-start";
    case StopKind::idle: return "idle";
    case StopKind::debug_exit: return "debug-exit";
    case StopKind::power_off: return "power-off";
    case StopKind::reset: return "reset";
    case StopKind::triple_fault: return "triple-fault";
    case StopKind::halted_forever: return "halted-forever";
    case StopKind::unsupported: return "unsupported";
  }
  return "?";
}

std::string describe(const Command& command) {
  struct Visitor {
    std::string operator()(const TypeKey& c) const {
      return fmt::format("key {} {}", key_name(c.stroke.key), c.stroke.pressed ? "down" : "up");
    }
    std::string operator()(const SerialInput& c) const {
      return fmt::format("COM1 receives {:#04x}", c.byte);
    }
    std::string operator()(const RaiseNmi&) const { return "NMI"; }
    std::string operator()(const InjectException& c) const {
      if (c.external) return fmt::format("interrupt {:#04x} injected", c.vector);
      return fmt::format("exception {} injected, error code {:#x}", c.vector, c.error_code);
    }
    std::string operator()(const SetRegister& c) const {
      return fmt::format("register {} set to {:#x}", c.gpr, c.value);
    }
    std::string operator()(const SetMemory& c) const {
      return fmt::format("byte at {:#x} set to {:#04x}", c.address.value, c.value);
    }
  };
  return std::visit(Visitor{}, command);
}

}  // namespace ringside
