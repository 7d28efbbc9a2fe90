// SPDX-License-Identifier: GPL-2.0-or-later
// Objects of the guest's kernel by the names of its own source: parts of a struct, lists whose links lie in
// their items, and what a pointer into a known object points at. Offsets come from the image's debug
// information. What the memory holds is not believed: a walk has an end whatever it finds, and says where it
// stopped making sense.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/inspect/values.h"

namespace ringside {

// "stack.top": a part of a part, without following pointers on the way; nothing where there is no such
// member.
std::optional<Value> part(const ValueReader& reader, const Value& whole, std::string_view path);

// A number there; nothing where there is none, or it cannot be read.
std::optional<std::uint64_t> part_number(const ValueReader& reader, const Value& whole,
                                         std::string_view path);
// The same with 0 for nothing: for what is only shown.
std::uint64_t part_or_0(const ValueReader& reader, const Value& whole, std::string_view path);
// As ValueReader::text() writes it: an enumerator's name. Empty where there is no such member.
std::string part_text(const ValueReader& reader, const Value& whole, std::string_view path);
// A string: characters in the object itself, or a std::string_view; without quotes.
std::string part_string(const ValueReader& reader, const Value& whole, std::string_view path);

// What a pointer member leads to; nothing for null.
std::optional<Value> part_target(const ValueReader& reader, const Value& whole, std::string_view path);

// The items of a list: a struct with a pointer `first`. The link from one item to the next is the member that
// the list's type names as "List<Thread, &Thread::queue_links>" does, with a `next` inside; else `next`.
struct ListWalk {
  std::vector<Value> items;
  std::string trouble;  // "the list runs in a circle: ... comes twice"; empty for a list in order
};
bool is_list(const ValueReader& reader, const Value& value);
ListWalk walk_list(const ValueReader& reader, const Value& list, std::size_t most = 1000);

// "kernel::executor.bell_": the variable around an address, and the part of it that starts there and is a
// `wanted` (by the last component of its type's name; "" = the outermost part). Empty where no variable is.
std::string object_name(const ValueReader& reader, VirtAddr address, std::string_view wanted);

}  // namespace ringside
