// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/recording_words.h"

#include <fmt/format.h>

namespace ringside {
namespace {

constexpr const char* kRegisters[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8",
                                      "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags"};

}  // namespace

std::string register_name(std::uint8_t gpr) {
  return gpr < std::size(kRegisters) ? kRegisters[gpr] : fmt::format("{}", gpr);
}

std::optional<std::uint8_t> register_from_name(std::string_view name) {
  for (unsigned gpr = 0; gpr < 256; ++gpr)
    if (register_name(static_cast<std::uint8_t>(gpr)) == name) return static_cast<std::uint8_t>(gpr);
  return std::nullopt;
}

std::string printable(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

}  // namespace ringside
