// SPDX-License-Identifier: MIT
//
// print() for the whole kernel: to the screen and to the first serial line. May be called anywhere, also in
// an interrupt handler: interrupts are off for the length of one call, so a line is never torn by another.
#pragma once

#include "arch/interrupt_guard.h"
#include "drivers/console.h"
#include "lib/format.h"

namespace kernel {

template <typename... Args>
void print(FormatString<std::type_identity_t<Args>...> string, const Args&... args) {
  const InterruptGuard guard;
  const std::array<FormatArgument, sizeof...(Args)> arguments{format_argument(args)...};
  format_to(console, string.text, arguments);
  console.flush();
}

}  // namespace kernel
