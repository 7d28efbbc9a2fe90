// SPDX-License-Identifier: GPL-2.0-or-later
// Many small objects of the kernel, read quickly: a member is looked up in its type once, and memory is
// fetched a page at a time. Private to this layer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sim/inspect/context.h"
#include "sim/inspect/values.h"

namespace ringside {

// Where a member lies in its object.
struct Field {
  std::uint64_t offset = 0;
  unsigned bytes = 0;  // 0: not known
  const Type* type = nullptr;
};

class KernelMemory {
 public:
  explicit KernelMemory(const InspectContext& c)
      : symbols(c.symbols), values{.symbols = c.symbols, .read = c.guest().reader()}, guest_(c.guest()) {}

  const Symbols& symbols;
  ValueReader values;  // for the few things that are looked up by name

  // Why something is not there: the first sentence that was noted. A reader asks for all it needs, then looks
  // here once.
  std::string trouble;

  std::optional<std::uint64_t> read(std::uint64_t at, unsigned bytes);
  std::optional<std::uint64_t> read(std::uint64_t object, const Field& field) {
    return read(object + field.offset, field.bytes);
  }
  // Null where the page is not mapped; else the 4096 bytes from `at` rounded down on.
  const std::array<std::byte, 4096>* page(std::uint64_t at);

  // These note trouble where the image does not have what was asked for.
  std::optional<Value> global(std::string_view name);
  Field field(const Type* type, std::string_view member);
  Value member(const Value& whole, std::string_view name);  // its type is never null
  std::uint64_t number(const Value& whole, std::string_view name);
  const Type* pointed_to(const Value& pointer);  // null with trouble
  std::uint64_t constant(std::string_view name, std::size_t index = 0, std::size_t each = 8);

  // The value of an enumerator that ends in `name`.
  std::optional<std::uint64_t> enumerator(const Type* type, std::string_view name);

 private:
  void note(std::string sentence) {
    if (trouble.empty()) trouble = std::move(sentence);
  }
  GuestMemory guest_;
  std::unordered_map<std::uint64_t, std::unique_ptr<std::array<std::byte, 4096>>> pages_;  // null: not mapped
};

}  // namespace ringside
