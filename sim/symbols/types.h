// SPDX-License-Identifier: GPL-2.0-or-later
// The types of the image's own source: where each member of a struct lies in the very image that runs (DWARF
// 5, chapter 5). Panels and checks read kernel data through this, so that a student who adds a field breaks
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/units.h"

namespace ringside {

struct ElfFile;
struct Type;

struct Member {
  std::string
      name;  // empty: an anonymous struct or union, whose members count as the outer one's; or a base class
  std::uint64_t offset = 0;  // bytes from the start of the whole
  const Type* type = nullptr;
  bool is_base_class = false;
  // Of bit-fields, else 0: width, and the lowest bit counted from bit 0 of the byte at `offset`.
  std::uint8_t bits = 0, bit_offset = 0;
};

struct Enumerator {
  std::string name;
  std::int64_t value = 0;
};

// Typedefs and const are looked through. Types live as long as the Symbols that gave them.
struct Type {
  enum class Kind : std::uint8_t {
    nothing,  // void, and what the debug information does not say
    boolean,
    character,
    signed_integer,
    unsigned_integer,
    floating,
    pointer,
    reference,
    structure,
    union_,
    enumeration,
    array,
    function,
  };
  Kind kind = Kind::nothing;
  std::string name;              // qualified; empty for pointers and the like, see display_name()
  std::uint64_t size = 0;        // bytes
  const Type* target = nullptr;  // pointer, reference: what it leads to; array: the element; never null there
  std::vector<std::uint64_t> dimensions;  // of an array, outermost first; 0: not known
  std::vector<Member> members;
  std::vector<Enumerator> enumerators;

  // By name, also inside anonymous members and base classes; the offset is then from the start of this type.
  std::optional<Member> member(std::string_view name) const;
};

// "kernel::Thread *", "unsigned char [4]".
std::string display_name(const Type& type);

struct Variable {
  std::string name;  // qualified
  VirtAddr address;
  const Type* type = nullptr;
};

// Asking takes the image's lock; types already given may be read freely.
class Types {
 public:
  explicit Types(const ElfFile* file);  // null: no types. REQUIRES: file->lock is held
  Types(const Types&) = delete;
  Types& operator=(const Types&) = delete;
  ~Types();

  // A struct, class, union, enumeration, typedef or basic type by its qualified name or the last components
  // of it; null when there is none. Anonymous namespaces are left out of names.
  const Type* find(std::string_view name) const;
  // A variable with a fixed address: global, static in a class or in a function ("kernel::next_id::counter").
  // Nothing when there is none or several fit.
  std::optional<Variable> variable(std::string_view name) const;
  // All of them, by name.
  std::vector<std::string> variables() const;

  // The bytes of a constant that the compiler wrote into the code wherever it is used, so that it has no
  // place in memory: "kernel::BuddyAllocator::kUnitBytes". As many as its type has, at most 4096. Empty when
  // there is none of the name, or several that differ.
  std::vector<std::byte> constant(std::string_view name) const;

  // By the place of its entry in .debug_info, for this layer.
  const Type* at_entry(std::uint64_t entry) const;

  // Offset of "b" or "a.b" in a type; nothing when there is no such type or member.
  std::optional<std::uint64_t> member_offset(std::string_view type, std::string_view path) const;

 private:
  struct Tables;
  const ElfFile* file_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace ringside
