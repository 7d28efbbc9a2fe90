// SPDX-License-Identifier: GPL-2.0-or-later
// Words that the writer and the reader of recordings share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringside {

// Of SetRegister::gpr: "rax" to "r15", "rip", "rflags". A number that means no register stands for itself: a
// command that was refused is in the log all the same.
std::string register_name(std::uint8_t gpr);
std::optional<std::uint8_t> register_from_name(std::string_view name);

// A name out of a file, for a sentence: control characters, which a terminal might obey, become '?'.
std::string printable(std::string_view name);

}  // namespace ringside
