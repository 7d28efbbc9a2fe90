// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own variables, read from guest memory by the types of the very image that runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/symbols/symbols.h"

namespace ringside {

// An object of the guest: where it lies and what it is. Lives as long as the Symbols its type comes from.
struct Value {
  std::string name;  // how it was reached: "kernel::head.next->value"
  VirtAddr address;
  const Type* type = nullptr;
  std::uint8_t bits = 0, bit_offset = 0;  // of bit-fields, as in Member
  // Of a local variable that is in a register or known to the compiler: the value, and no address.
  std::optional<std::uint64_t> immediate = std::nullopt;
};

// Names and memory together: everything below needs both.
struct ValueReader {
  const Symbols& symbols;
  ReadMemory read;
  std::vector<LocalVariable> locals = {};  // of the frame in question; they hide others of their name

  // "kernel::threads[2].queue.next->value", "*head", "kernel::Thread @ 0xffffffff80112000". Pointers are
  // followed in guest memory; the sentence of the error names the part that does not exist or cannot be read.
  Result<Value> look_up(std::string_view expression) const;

  // A struct whose only member says it all stands for that member: std::atomic, std::array, a typed register
  // number.
  Value unwrapped(const Value& value) const;

  // One step further; the sentence says why not. member() goes through a pointer or reference by itself.
  Result<Value> member(const Value& whole, std::string_view name) const;
  // Of an array, or of what a pointer leads to as if it were one.
  Result<Value> element(const Value& array, std::uint64_t index) const;
  Result<Value> target(const Value& pointer) const;

  // A local variable as a value; an error where the code has optimised it away.
  Result<Value> local(const LocalVariable& variable) const;

  // Integers, enumerations, pointers, bool and characters, sign-extended where signed. Nothing for other
  // types and where memory cannot be read.
  std::optional<std::uint64_t> number(const Value& value) const;

  // "blocked", "0xffffffff80105000 subject::counter", "'A' (65)", "\"idle\"", "{3 members}", "not mapped".
  std::string text(const Value& value) const;

  // A list in memory: `first` and what its member `link` leads to, to a null pointer, to an object that has
  // been there before (`loops`), to memory that cannot be read (`breaks`), or to `most` objects.
  struct Chain {
    std::vector<Value> objects;
    bool loops = false, breaks = false;
  };
  Chain chain(const Value& first, std::string_view link, std::size_t most = 1000) const;
};

// A value and its parts, as a tree written line by line.
struct ValueRow {
  unsigned depth = 0;  // 0: the value itself
  std::string name;    // of the part: "queue", "[2]"
  std::string type;
  std::string text;
  Value value;
};

// `most_depth`: how many levels of parts; pointers are not followed. Arrays show their first `most_elements`.
std::vector<ValueRow> value_rows(const ValueReader& reader, const Value& value, unsigned most_depth = 2,
                                 std::size_t most_elements = 32);

}  // namespace ringside
