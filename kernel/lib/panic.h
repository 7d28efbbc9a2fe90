// SPDX-License-Identifier: MIT
//
// The end of the road: says what happened, shows the registers and how we got here, and stops.
//
//   panic("disk {} has no sectors", n);     a rule of our own is broken
//   panic_on_exception(frame);              the CPU complained and nobody can mend it
#pragma once

#include <source_location>

#include "arch/trap_frame.h"
#include "lib/format.h"

namespace kernel {

// A format string that remembers where it was written.
template <typename... Args>
struct LocatedFormat {
  FormatString<Args...> format;
  std::source_location where;

  consteval LocatedFormat(const char* literal,
                          std::source_location location = std::source_location::current())
      : format(literal), where(location) {}
};

[[noreturn]] void panic_at(std::source_location where, std::string_view format,
                           std::span<const FormatArgument> arguments);
[[noreturn]] void panic_on_exception(const TrapFrame& frame);

template <typename... Args>
[[noreturn, gnu::noinline]] void panic(LocatedFormat<std::type_identity_t<Args>...> message,
                                       const Args&... args) {
  const std::array<FormatArgument, sizeof...(Args)> arguments{format_argument(args)...};
  panic_at(message.where, message.format.text, arguments);
}

// For the test runner: `before_report` may keep the report from being printed, by not returning;
// `after_report` may keep the kernel from halting, likewise. Null: nothing. Returns the old hooks.
struct PanicHooks {
  void (*before_report)() = nullptr;
  void (*after_report)() = nullptr;
};
PanicHooks set_panic_hooks(PanicHooks hooks);

// The functions that led to `rip`, newest first, one a line: `rbp` and `rsp` as they were there. 0 for an
// unknown rsp.
void print_backtrace(uint64_t rip, uint64_t rbp, uint64_t rsp);

void print_registers(const TrapFrame& frame);

}  // namespace kernel
