// SPDX-License-Identifier: MIT
#include "lib/print.h"

#include "arch/interrupt_guard.h"
#include "drivers/console.h"

namespace kernel {

void print_arguments(std::string_view format, std::span<const FormatArgument> arguments) {
  const InterruptGuard guard;
  format_to(console, format, arguments);
  console.flush();
}

}  // namespace kernel
