// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/demangle.h"

#include <cxxabi.h>

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace ringside {
namespace {

constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kMostBackReferences = 20;  // each can at most double the text
constexpr std::size_t kBudgetBytes = 8 << 20;

// Substitutions ("S_", "S1_") and template parameters ("T_", "T0_"): counted generously, identifiers
// included.
std::size_t back_references(std::string_view mangled) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < mangled.size(); ++i) {
    if (mangled[i] != 'S' && mangled[i] != 'T') continue;
    std::size_t end = i + 1;
    while (end < mangled.size() && (std::isdigit(static_cast<unsigned char>(mangled[end])) ||
                                    std::isupper(static_cast<unsigned char>(mangled[end])))) {
      ++end;
    }
    if (end < mangled.size() && mangled[end] == '_') ++count;
  }
  return count;
}

bool identifier_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

// Where the last component's "operator" starts, or npos: the signs that follow it are no brackets.
std::size_t find_operator(std::string_view text) {
  constexpr std::string_view kWord = "operator";
  std::size_t from = text.size();
  while ((from = text.rfind(kWord, from)) != std::string_view::npos) {
    const std::size_t after = from + kWord.size();
    const bool starts = from == 0 || !identifier_character(text[from - 1]);
    const bool ends = after == text.size() || !identifier_character(text[after]);
    if (starts && ends && text.find("::", after) == std::string_view::npos) return from;
    if (from == 0) break;
    --from;
  }
  return std::string_view::npos;
}

}  // namespace

std::string Demangler::demangle(std::string_view linkage_name) {
  std::string plain(linkage_name);
  if (!linkage_name.starts_with("_Z") || linkage_name.size() > kLongestName ||
      written_bytes_ > kBudgetBytes || back_references(linkage_name) > kMostBackReferences) {
    return plain;
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(plain.c_str(), nullptr, nullptr, &status), &std::free);
  if (!text || status != 0) return plain;
  const std::size_t size = std::strlen(text.get());
  written_bytes_ += size;
  return size > kLongestName ? plain : std::string(text.get(), size);
}

std::string without_parameters(std::string_view text) {
  std::string clones;  // ".part.0", ".cold": pieces that the compiler split off
  for (std::size_t at; text.ends_with(']') && (at = text.rfind(" [clone ")) != std::string_view::npos;) {
    constexpr std::size_t kOpening = 8;
    clones.insert(0, text.substr(at + kOpening, text.size() - at - kOpening - 1));
    text = text.substr(0, at);
  }
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view qualifier : {" const", " volatile", " &&", " &"}) {
      if (text.ends_with(qualifier)) text.remove_suffix(qualifier.size()), again = true;
    }
  }
  if (text.ends_with(')') && !text.ends_with("operator()")) {
    std::size_t at = text.size();
    int depth = 0;
    while (at > 0) {
      --at;
      if (text[at] == ')') ++depth;
      if (text[at] == '(' && --depth == 0) break;
    }
    if (at > 0) text = text.substr(0, at);
  }
  // A function template's demangled name starts with its return type.
  const std::size_t stop = std::min(find_operator(text), text.size());
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < stop; ++i) {
    if (std::strchr("<({[", text[i])) ++depth;
    if (std::strchr(">)}]", text[i])) --depth;
    if (text[i] == ' ' && depth == 0) start = i + 1;
  }
  return std::string(text.substr(start)) + clones;
}

}  // namespace ringside
