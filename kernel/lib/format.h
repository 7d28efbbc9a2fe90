// SPDX-License-Identifier: MIT
//
// Formatted text, checked while compiling: print("{} of {:x}\n", 3, address).
//
//   {}       a number in decimal, text, a character, true or false, an address as 0x and 16 digits
//   {:8}     at least 8 wide: numbers to the right, text to the left    {:<8} {:>8} say which
//   {:08}    filled with zeros
//   {:x} {:b} {:o}   hexadecimal, binary, octal; {:#x} with 0x in front; all may carry a width: {:#010x}
//   {{ }}    a brace
//
// A wrong format string does not compile: the compiler stops at one of the functions in `format_error`, whose
// name says what is wrong.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "arch/address.h"

namespace kernel {

// Where text goes: the console, a serial line, a buffer in memory.
class Sink {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~Sink() = default;
};

enum class ArgumentKind : uint8_t { number, text, character, truth, address };

// One value to print, with its type reduced to what printing needs.
struct FormatArgument {
  ArgumentKind kind;
  bool negative = false;
  union {
    uint64_t value = 0;     // of a number: the amount without sign
    std::string_view text;  // if that is its kind
  };
};

inline constexpr unsigned kWidestField = 80;

struct FormatSpec {
  enum class Base : uint8_t { binary = 2, octal = 8, decimal = 10, hexadecimal = 16 };
  enum class Align : uint8_t { natural, left, right };
  Base base = Base::decimal;
  Align align = Align::natural;
  bool base_given = false;
  bool prefix = false;  // 0x, 0b, 0o
  bool zero_filled = false;
  unsigned width = 0;
};

enum class FormatError {
  none,
  replacement_field_not_closed,
  lonely_closing_brace,
  unknown_specification,
  more_replacement_fields_than_arguments,
  more_arguments_than_replacement_fields,
  base_for_something_not_a_number,
};

template <typename T>
consteval ArgumentKind argument_kind() {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::same_as<Plain, bool>)
    return ArgumentKind::truth;
  else if constexpr (std::same_as<Plain, char>)
    return ArgumentKind::character;
  else if constexpr (std::integral<Plain>)
    return ArgumentKind::number;
  else if constexpr (std::convertible_to<T, std::string_view>)
    return ArgumentKind::text;
  else if constexpr (std::same_as<Plain, PhysicalAddress> || std::same_as<Plain, VirtualAddress>)
    return ArgumentKind::address;
  else if constexpr (std::is_pointer_v<Plain>)
    return ArgumentKind::address;
  else
    static_assert(!sizeof(T), "print does not know how to show this type");
}

template <typename T>
FormatArgument format_argument(const T& value) {
  constexpr ArgumentKind kind = argument_kind<const T&>();
  if constexpr (kind == ArgumentKind::text)
    return {.kind = kind, .text = value};
  else if constexpr (std::is_pointer_v<T>)
    return {.kind = kind, .value = reinterpret_cast<uint64_t>(value)};
  else if constexpr (kind == ArgumentKind::address)
    return {.kind = kind, .value = value.value()};
  else if constexpr (std::signed_integral<T> && kind == ArgumentKind::number)
    return {.kind = kind,
            .negative = value < 0,
            .value = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value)};
  else
    return {.kind = kind, .value = static_cast<uint64_t>(value)};
}

// Reads what stands between the braces, behind the colon. False if it is none of the forms above.
constexpr bool parse_specification(std::string_view text, FormatSpec& spec) {
  const auto take = [&text](char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  };
  if (take('<')) spec.align = FormatSpec::Align::left;
  if (take('>')) spec.align = FormatSpec::Align::right;
  spec.prefix = take('#');
  spec.zero_filled = take('0');
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1))
    spec.width = spec.width * 10 + static_cast<unsigned>(text[0] - '0');
  spec.base_given = true;
  if (take('x'))
    spec.base = FormatSpec::Base::hexadecimal;
  else if (take('b'))
    spec.base = FormatSpec::Base::binary;
  else if (take('o'))
    spec.base = FormatSpec::Base::octal;
  else
    spec.base_given = take('d');
  return text.empty() && spec.width <= kWidestField;
}

// The next piece of a format string: either text to copy, or a replacement field with its specification.
struct FormatPiece {
  FormatError error = FormatError::none;
  std::string_view text = {};
  bool is_replacement_field = false;
  FormatSpec spec = {};
};

// Takes the next piece off the front of `rest`. REQUIRES: rest is not empty.
constexpr FormatPiece next_piece(std::string_view& rest) {
  const auto take = [&](size_t count) {
    const std::string_view taken(rest.data(), count);
    rest.remove_prefix(count);
    return taken;
  };
  const char first = rest[0];
  if (first != '{' && first != '}') return {.text = take(std::min(rest.find_first_of("{}"), rest.size()))};
  if (rest.size() > 1 && rest[1] == first) {  // {{ or }}
    rest.remove_prefix(1);
    return {.text = take(1)};
  }
  if (first == '}') return {.error = FormatError::lonely_closing_brace};
  const size_t end = rest.find('}');
  if (end == rest.npos) return {.error = FormatError::replacement_field_not_closed};
  std::string_view inside = take(end + 1);
  inside.remove_prefix(1);
  inside.remove_suffix(1);
  FormatPiece piece{.is_replacement_field = true};
  if (inside.empty()) return piece;
  if (inside[0] != ':') return {.error = FormatError::unknown_specification};
  inside.remove_prefix(1);
  if (!parse_specification(inside, piece.spec)) piece.error = FormatError::unknown_specification;
  return piece;
}

constexpr FormatError check_format(std::string_view format, std::span<const ArgumentKind> arguments) {
  size_t used = 0;
  while (!format.empty()) {
    const FormatPiece piece = next_piece(format);
    if (piece.error != FormatError::none) return piece.error;
    if (!piece.is_replacement_field) continue;
    if (used == arguments.size()) return FormatError::more_replacement_fields_than_arguments;
    const ArgumentKind kind = arguments[used++];
    const bool based = piece.spec.base_given || piece.spec.prefix || piece.spec.zero_filled;
    if (based && kind != ArgumentKind::number && kind != ArgumentKind::address)
      return FormatError::base_for_something_not_a_number;
  }
  return used == arguments.size() ? FormatError::none : FormatError::more_arguments_than_replacement_fields;
}

// Not constexpr on purpose: calling one while compiling is an error that shows its name.
namespace format_error {
void a_replacement_field_is_not_closed();
void a_closing_brace_stands_alone();
void a_replacement_field_holds_an_unknown_specification();
void there_are_more_replacement_fields_than_arguments();
void there_are_more_arguments_than_replacement_fields();
void a_base_is_asked_for_something_not_a_number();
}  // namespace format_error

// A format string that fits the arguments of these types.
template <typename... Args>
struct FormatString {
  std::string_view text;

  consteval FormatString(const char* literal) : text(literal) {
    constexpr std::array<ArgumentKind, sizeof...(Args)> kinds{argument_kind<Args>()...};
    switch (check_format(text, kinds)) {
      case FormatError::none: break;
      case FormatError::replacement_field_not_closed:
        format_error::a_replacement_field_is_not_closed();
        break;
      case FormatError::lonely_closing_brace: format_error::a_closing_brace_stands_alone(); break;
      case FormatError::unknown_specification:
        format_error::a_replacement_field_holds_an_unknown_specification();
        break;
      case FormatError::more_replacement_fields_than_arguments:
        format_error::there_are_more_replacement_fields_than_arguments();
        break;
      case FormatError::more_arguments_than_replacement_fields:
        format_error::there_are_more_arguments_than_replacement_fields();
        break;
      case FormatError::base_for_something_not_a_number:
        format_error::a_base_is_asked_for_something_not_a_number();
        break;
    }
  }
};

// Does the work, for arguments of any types. REQUIRES: check_format(format, kinds of arguments) == none.
void format_to(Sink& sink, std::string_view format, std::span<const FormatArgument> arguments);

template <typename... Args>
void format(Sink& sink, FormatString<std::type_identity_t<Args>...> string, const Args&... args) {
  const std::array<FormatArgument, sizeof...(Args)> arguments{format_argument(args)...};
  format_to(sink, string.text, arguments);
}

}  // namespace kernel
