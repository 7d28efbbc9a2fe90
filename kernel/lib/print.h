// SPDX-License-Identifier: MIT
//
// print() for the whole kernel: to the screen and to the first serial line. May be called anywhere, also in
// an interrupt handler: interrupts are off for the length of one call, so a line is never torn by another.
#pragma once

#include "lib/format.h"

namespace kernel {

// Does the work, for arguments of any types. REQUIRES: check_format(format, kinds of arguments) == none.
void print_arguments(std::string_view format, std::span<const FormatArgument> arguments);

// Inline, as for each list of types it would be one more function that does nothing but collect them.
template <typename... Args>
[[gnu::always_inline]] inline void print(FormatString<std::type_identity_t<Args>...> string,
                                         const Args&... args) {
  const std::array<FormatArgument, sizeof...(Args)> arguments{format_argument(args)...};
  print_arguments(string.text, arguments);
}

}  // namespace kernel
