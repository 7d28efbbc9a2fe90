// SPDX-License-Identifier: GPL-2.0-or-later
// Linkage names (Itanium C++ ABI, section 5.1 "External names") turned into the names people write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringside {

// Demangles within a budget. A mangled name can refer back to its own parts, so that a hundred characters may
// stand for gigabytes; the image under study is not trusted, so names with too many such references, and
// everything after the budget is spent, keep their linkage name.
class Demangler {
 public:
  // "_ZN3pic4initEv" -> "pic::init()". A name that is not mangled comes back as it is.
  std::string demangle(std::string_view linkage_name);

 private:
  std::size_t written_bytes_ = 0;
};

// The qualified name alone: "void ring<int>::push(int) const" -> "ring<int>::push". Keeps "[clone .cold]" as
// ".cold".
std::string without_parameters(std::string_view demangled);

}  // namespace ringside
