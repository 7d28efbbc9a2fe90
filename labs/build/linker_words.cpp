// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/linker_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace ringside::labs {
namespace {

using namespace std::string_view_literals;

// Names that beginners and ported code call, by the library or the feature they belong to.
constexpr std::array kLibraryC{
    "printf"sv,  "puts"sv,    "putchar"sv, "sprintf"sv, "snprintf"sv, "fprintf"sv, "vprintf"sv, "scanf"sv,
    "fopen"sv,   "malloc"sv,  "calloc"sv,  "realloc"sv, "free"sv,     "exit"sv,    "abort"sv,   "atexit"sv,
    "strcpy"sv,  "strncpy"sv, "strcat"sv,  "strcmp"sv,  "strncmp"sv,  "strchr"sv,  "strtol"sv,  "atoi"sv,
    "qsort"sv,   "rand"sv,    "time"sv,    "sleep"sv,   "usleep"sv,   "read"sv,    "write"sv,   "errno"sv,
    "environ"sv, "stdout"sv,  "stderr"sv,  "toupper"sv, "isdigit"sv};
constexpr std::array kByTheCompiler{"memcpy"sv, "memmove"sv, "memset"sv, "memcmp"sv, "strlen"sv};

struct Feature {
  std::string_view start, words;
};
constexpr std::array kFeatures{
    Feature{"__gxx_personality", "belongs to C++ exceptions, which a kernel has to do without"},
    Feature{"_Unwind_", "belongs to C++ exceptions, which a kernel has to do without"},
    Feature{"__cxa_throw", "belongs to C++ exceptions, which a kernel has to do without"},
    Feature{"__cxa_allocate_exception", "belongs to C++ exceptions, which a kernel has to do without"},
    Feature{"std::__throw_", "is called where the C++ library would throw an exception"},
    Feature{"__cxa_guard_",
            "guards a static object inside of a function that is made at run time; make it constinit"},
    Feature{"__cxa_atexit",
            "destroys global objects at the end of a program; a kernel has no end: give them no destructor"},
    Feature{"__dso_handle",
            "destroys global objects at the end of a program; a kernel has no end: give them no destructor"},
    Feature{"__cxa_pure_virtual", "stands in tables of virtual functions where a class has none"},
    Feature{"__stack_chk_fail", "belongs to the stack protector, which is off in a kernel's flags"},
    Feature{"operator new", "is where `new` gets its memory, and there is no heap yet"},
    Feature{"operator delete", "is where `delete` leaves its memory, and there is no heap yet"},
    Feature{"vtable for ", "is a class with a virtual function that is declared and not written"},
};

std::string origin(std::string_view name) {
  if (std::ranges::find(kLibraryC, name) != kLibraryC.end())
    return "is a function of the C library, and below a kernel there is no library: write what you need of "
           "it "
           "yourself";
  if (std::ranges::find(kByTheCompiler, name) != kByTheCompiler.end())
    return "is called by the compiler itself, to copy or to clear an object; somebody has to write it";
  for (const Feature& feature : kFeatures)
    if (name.starts_with(feature.start)) return std::string(feature.words);
  return "is used and nowhere written: is it misspelt, or outside of its namespace?";
}

}  // namespace

std::vector<std::string> undefined_references(std::string_view output) {
  constexpr std::string_view kMark = "undefined reference to `";
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = output.find(kMark, at)) != output.npos;) {
    at += kMark.size();
    // A name may have quotes inside of it; the last one of the line ends it.
    const std::size_t line_end = std::min(output.find('\n', at), output.size());
    const std::size_t end = output.substr(0, line_end).rfind('\'');
    if (end == output.npos || end < at) break;
    std::string name(output.substr(at, end - at));
    if (std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  }
  return all;
}

std::string missing_in_words(std::string_view output) {
  const std::vector<std::string> names = undefined_references(output);
  if (names.empty()) return "";
  constexpr std::size_t kMost = 3;
  std::string words = "It compiles, but the linker cannot put it together.";
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i)
    words += fmt::format(" {} {}{}", names[i], origin(names[i]), origin(names[i]).ends_with('?') ? "" : ".");
  if (names.size() > kMost) words += fmt::format(" And {} more.", names.size() - kMost);
  return words;
}

}  // namespace ringside::labs
