// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ringside {
namespace {

constexpr std::size_t kLongestText = 64;  // characters of a string shown
constexpr unsigned kDeepestWrapping = 8;
constexpr std::size_t kMostRows = 4096;
constexpr std::uint64_t kReadsBetterInHexadecimal = 0x10000;

using Kind = Type::Kind;

bool leads_on(const Type& type) { return type.kind == Kind::pointer || type.kind == Kind::reference; }
bool has_number(const Type& type) {
  switch (type.kind) {
    case Kind::boolean:
    case Kind::character:
    case Kind::signed_integer:
    case Kind::unsigned_integer:
    case Kind::enumeration:
    case Kind::pointer:
    case Kind::reference: return type.size >= 1 && type.size <= 8;
    default: return false;
  }
}

std::uint64_t sign_extended(std::uint64_t value, unsigned bits) {
  if (bits == 0 || bits >= 64) return value;
  const std::uint64_t sign = 1ull << (bits - 1);
  return ((value & ((sign << 1) - 1)) ^ sign) - sign;
}

std::string quoted_character(std::uint64_t code) {
  return code >= 0x20 && code < 0x7F ? fmt::format("'{}'", static_cast<char>(code))
                                     : fmt::format("'\\x{:02x}'", code & 0xFF);
}

// A string in memory, up to its NUL, `most` characters or the first that is no text; nothing when it cannot
// be read.
std::optional<std::string> string_at(const ReadMemory& read, VirtAddr address, std::uint64_t most) {
  std::string text = "\"";
  for (std::uint64_t i = 0; i < most; ++i) {
    const auto byte = read_word(read, address.value + i, 1);
    if (!byte) return std::nullopt;
    if (*byte == 0) return text + '"';
    if (i == kLongestText) return text + "\"...";
    if (*byte >= 0x20 && *byte < 0x7F && *byte != '"' && *byte != '\\')
      text += static_cast<char>(*byte);
    else
      text += fmt::format("\\x{:02x}", *byte);
  }
  return text + '"';
}

// What a std::string_view shows; nothing for other types.
std::optional<std::string> string_view_text(const ValueReader& reader, const Value& value) {
  if (!value.type->name.starts_with("std::basic_string_view<char,")) return std::nullopt;
  const auto length = reader.member(value, "_M_len"), start = reader.member(value, "_M_str");
  if (!length || !start) return std::nullopt;
  const auto characters = reader.number(*length), address = reader.number(*start);
  if (!characters || !address) return std::nullopt;
  return string_at(reader.read, VirtAddr{*address}, *characters);
}

std::string pointer_text(const ValueReader& reader, const Type& type, std::uint64_t address) {
  if (address == 0) return "null";
  std::string text = fmt::format("0x{:016x}", address);
  const std::string name = reader.symbols.name(VirtAddr{address});
  if (!name.empty()) text += " " + name;
  if (type.target->kind == Kind::character && type.target->size == 1) {
    if (const auto string = string_at(reader.read, VirtAddr{address}, kLongestText + 1))
      text += " " + *string;
  }
  return text;
}

std::string enumerator_text(const Type& type, std::uint64_t value) {
  const std::uint64_t mask = type.size >= 8 ? ~0ull : (1ull << 8 * type.size) - 1;
  for (const Enumerator& enumerator : type.enumerators) {
    if ((static_cast<std::uint64_t>(enumerator.value) & mask) == (value & mask)) return enumerator.name;
  }
  return fmt::format("{} (no {})", value, type.name.empty() ? "enumerator" : type.name);
}

std::string integer_text(bool is_signed, std::uint64_t value) {
  const auto number = static_cast<std::int64_t>(value);
  if (is_signed && number < 0) return fmt::format("{}", number);
  return value < kReadsBetterInHexadecimal ? fmt::format("{}", value)
                                           : fmt::format("{} (0x{:x})", value, value);
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{{{} {}}}", count, count == 1 ? one : many);
}

// Reads an expression from left to right.
class Parser {
 public:
  Parser(const ValueReader& reader, std::string_view text) : reader_(reader), rest_(text) { skip(); }

  Result<Value> whole() {
    auto value = prefixed();
    if (value && !rest_.empty())
      return fail(fmt::format("\"{}\" at the end of the expression is not understood.", rest_));
    return value;
  }

 private:
  Result<Value> prefixed() {
    unsigned stars = 0;
    while (take("*")) ++stars;
    auto value = postfixed();
    for (; value && stars > 0; --stars) value = reader_.target(*value);
    return value;
  }

  Result<Value> postfixed() {
    auto value = start();
    while (value) {
      if (take("->") || take(".")) {
        const std::string_view name = identifier();
        if (name.empty()) return fail(fmt::format("A member's name is missing after {}.", value->name));
        value = reader_.member(*value, name);
      } else if (take("[")) {
        const auto index = number();
        if (!index || !take("]"))
          return fail(fmt::format("The index of {} must be a number in brackets.", value->name));
        value = reader_.element(*value, *index);
      } else {
        break;
      }
    }
    return value;
  }

  // A variable, or a type and where to see it.
  Result<Value> start() {
    const std::string_view name = qualified_name();
    if (name.empty()) return fail("An expression starts with the name of a variable or a type.");
    const Types& types = reader_.symbols.types();
    if (take("@")) {
      const Type* type = types.find(name);
      if (!type) return fail(fmt::format("No type of this image is called \"{}\".", name));
      const std::size_t end = std::min(rest_.find_first_of(" .-["), rest_.size());
      const auto address = reader_.symbols.resolve(rest_.substr(0, end));
      if (!address) return std::unexpected(address.error());
      const std::string text = fmt::format("{} @ {}", name, rest_.substr(0, end));
      rest_.remove_prefix(end);
      skip();
      return Value{text, *address, type};
    }
    const auto& locals = reader_.locals;
    const auto local =
        std::find_if(locals.rbegin(), locals.rend(), [&](const auto& l) { return l.name == name; });
    if (local != locals.rend()) return reader_.local(*local);
    if (auto variable = types.variable(name))
      return Value{std::string(name), variable->address, variable->type};
    std::vector<std::string> fits;
    for (const std::string& candidate : types.variables()) {
      if (candidate.ends_with(fmt::format("::{}", name)) || candidate == name) fits.push_back(candidate);
    }
    if (fits.size() > 1)
      return fail(fmt::format("\"{}\" could be {} or {}; write more of the name.", name, fits[0], fits[1]));
    const auto similar = most_alike(name, types.variables(), 1);
    return fail(fmt::format("No variable of this image is called \"{}\"{}", name,
                            similar.empty() ? "." : fmt::format("; did you mean {}?", similar.front())));
  }

  // Also the arguments of templates: everything between < and > belongs to the name.
  std::string_view qualified_name() {
    std::size_t end = 0;
    for (int depth = 0; end < rest_.size(); ++end) {
      const char c = rest_[end];
      if (c == '<') ++depth;
      if (c == '>' && depth == 0) break;
      if (c == '>') --depth;
      if (depth == 0 && c != '>' && c != ':' && !word_character(c)) break;
    }
    return cut(end);
  }

  std::string_view identifier() {
    const auto end = std::ranges::find_if_not(rest_, word_character);
    return cut(static_cast<std::size_t>(end - rest_.begin()));
  }

  std::optional<std::uint64_t> number() {
    const auto value = Symbols::none().resolve(identifier());
    return value ? std::optional(value->value) : std::nullopt;
  }

  static bool word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
  }

  bool take(std::string_view sign) {
    if (!rest_.starts_with(sign)) return false;
    cut(sign.size());
    return true;
  }

  std::string_view cut(std::size_t size) {
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    skip();
    return part;
  }

  void skip() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    while (!rest_.empty() && (rest_.back() == ' ' || rest_.back() == '\t')) rest_.remove_suffix(1);
  }

  const ValueReader& reader_;
  std::string_view rest_;
};

}  // namespace

Result<Value> ValueReader::look_up(std::string_view expression) const {
  return Parser(*this, expression).whole();
}

Result<Value> ValueReader::local(const LocalVariable& variable) const {
  if (!variable.address && !variable.value) {
    return fail(fmt::format("{} has been optimised away at this instruction.", variable.name));
  }
  return Value{.name = variable.name,
               .address = variable.address.value_or(VirtAddr{}),
               .type = variable.type,
               .immediate = variable.value};
}

Value ValueReader::unwrapped(const Value& value) const {
  Value inner = value;
  for (unsigned depth = 0; depth < kDeepestWrapping && inner.type && !inner.immediate; ++depth) {
    if (inner.type->kind != Kind::structure || inner.type->members.size() != 1) break;
    const Member& only = inner.type->members.front();
    inner = {value.name, inner.address + only.offset, only.type, only.bits, only.bit_offset};
  }
  return inner;
}

Result<Value> ValueReader::target(const Value& wrapped) const {
  const Value pointer = unwrapped(wrapped);
  if (!leads_on(*pointer.type)) {
    return fail(fmt::format("{} is no pointer but {}.", pointer.name, display_name(*pointer.type)));
  }
  const auto address = number(pointer);
  if (!address)
    return fail(fmt::format("{} at 0x{:x} cannot be read: not mapped.", pointer.name, pointer.address.value));
  if (*address == 0) return fail(fmt::format("{} is null.", pointer.name));
  return Value{fmt::format("*{}", pointer.name), VirtAddr{*address}, pointer.type->target};
}

Result<Value> ValueReader::member(const Value& whole, std::string_view name) const {
  Value from = whole;
  std::string joint = ".";
  if (!whole.type->member(name) && leads_on(*unwrapped(whole).type)) {
    auto led_to = target(whole);
    if (!led_to) return led_to;
    from = std::move(*led_to);
    joint = "->";
  }
  if (from.immediate) return fail(fmt::format("{} is in a register as a whole.", from.name));
  const auto found = from.type->member(name);
  if (!found) {
    std::vector<std::string> names;
    for (const Member& candidate : from.type->members) names.push_back(candidate.name);
    const auto similar = most_alike(name, names, 1);
    return fail(fmt::format("{} has no member {}{}", display_name(*from.type), name,
                            similar.empty() ? "." : fmt::format("; did you mean {}?", similar.front())));
  }
  return Value{whole.name + joint + std::string(name), from.address + found->offset, found->type, found->bits,
               found->bit_offset};
}

Result<Value> ValueReader::element(const Value& wrapped, std::uint64_t index) const {
  const Value array = unwrapped(wrapped);
  const std::string name = fmt::format("{}[{}]", array.name, index);
  if (array.type->kind == Kind::pointer) {
    auto first = target(array);
    if (!first) return first;
    return Value{name, first->address + index * first->type->size, first->type};
  }
  if (array.type->kind != Kind::array)
    return fail(fmt::format("{} is no array but {}.", array.name, display_name(*array.type)));
  // Elements of arrays of arrays are counted through; rows have no type of their own.
  std::uint64_t count = array.type->dimensions.empty() ? 0 : 1;
  for (const std::uint64_t dimension : array.type->dimensions) count *= dimension;
  if (index >= count) return fail(fmt::format("{} has {} elements, counted from 0.", array.name, count));
  return Value{name, array.address + index * array.type->target->size, array.type->target};
}

std::optional<std::uint64_t> ValueReader::number(const Value& wrapped) const {
  const Value value = unwrapped(wrapped);
  if (!value.type || !has_number(*value.type)) return std::nullopt;
  const bool is_signed = value.type->kind == Kind::signed_integer;
  if (value.immediate) {  // the low bytes of a register
    const auto bits = static_cast<unsigned>(8 * value.type->size);
    const std::uint64_t low = *value.immediate & (bits == 64 ? ~0ull : (1ull << bits) - 1);
    return is_signed ? sign_extended(low, bits) : low;
  }
  if (value.bits == 0) {
    const auto word = read_word(read, value.address.value, static_cast<unsigned>(value.type->size));
    return word && is_signed ? sign_extended(*word, static_cast<unsigned>(8 * value.type->size)) : word;
  }
  // A bit-field of 64 bits may span nine bytes; those of kernels do not.
  const unsigned last_bit = value.bit_offset + value.bits;
  const auto word = last_bit <= 64 ? read_word(read, value.address.value, (last_bit + 7) / 8) : std::nullopt;
  if (!word) return std::nullopt;
  const std::uint64_t field =
      *word >> value.bit_offset & (value.bits == 64 ? ~0ull : (1ull << value.bits) - 1);
  return is_signed ? sign_extended(field, value.bits) : field;
}

std::string ValueReader::text(const Value& wrapped) const {
  const Value value = unwrapped(wrapped);
  const Type& type = *value.type;
  if (has_number(type)) {
    const auto word = number(value);
    if (!word) return "not mapped";
    switch (type.kind) {
      case Kind::boolean:
        return *word == 0 ? "false" : *word == 1 ? "true" : fmt::format("{} (neither true nor false)", *word);
      case Kind::character: return fmt::format("{} ({})", quoted_character(*word), *word);
      case Kind::enumeration: return enumerator_text(type, *word);
      case Kind::pointer:
      case Kind::reference: return pointer_text(*this, type, *word);
      default: return integer_text(type.kind == Kind::signed_integer, *word);
    }
  }
  switch (type.kind) {
    case Kind::structure:
    case Kind::union_:
      if (auto string = string_view_text(*this, value)) return std::move(*string);
      return counted(type.members.size(), "member", "members");
    case Kind::array: {
      std::uint64_t count = type.dimensions.empty() ? 0 : 1;
      for (const std::uint64_t dimension : type.dimensions) count *= dimension;
      if (type.target->kind == Kind::character && type.target->size == 1) {
        return string_at(read, value.address, count).value_or("not mapped");
      }
      return counted(count, "element", "elements");
    }
    default: return type.size == 0 ? "unknown" : fmt::format("{{{} bytes}}", type.size);
  }
}

ValueReader::Chain ValueReader::chain(const Value& first, std::string_view link, std::size_t most) const {
  Chain chain;
  Value current = first;
  if (leads_on(*unwrapped(first).type)) {
    const auto start = number(first);
    if (start == std::optional<std::uint64_t>(0)) return chain;
    const auto object = target(first);
    if (!object) {
      chain.breaks = true;
      return chain;
    }
    current = *object;
  }
  std::set<VirtAddr> seen;
  while (chain.objects.size() < most) {
    if (!seen.insert(current.address).second) {
      chain.loops = true;
      break;
    }
    const auto next = member(current, link);
    const auto address = next ? number(*next) : std::nullopt;
    if (!address || !leads_on(*unwrapped(*next).type)) {
      chain.breaks = true;
      break;
    }
    chain.objects.push_back(current);
    if (*address == 0) break;
    current = {next->name, VirtAddr{*address}, unwrapped(*next).type->target};
  }
  return chain;
}

namespace {

void add_rows(const ValueReader& reader, const Value& value, std::string name, unsigned depth,
              unsigned most_depth, std::size_t most_elements, std::vector<ValueRow>& rows) {
  if (rows.size() >= kMostRows) return;
  rows.push_back({depth, std::move(name), display_name(*value.type), reader.text(value), value});
  if (depth == most_depth) return;
  const Value inner = reader.unwrapped(value);
  for (const Member& part : inner.type->members) {
    const std::string label = part.is_base_class  ? display_name(*part.type)
                              : part.name.empty() ? "(anonymous)"
                                                  : part.name;
    // Members of nameless parts count as the outer one's, so that their names work in expressions.
    const std::string path =
        part.is_base_class || part.name.empty() ? value.name : value.name + "." + part.name;
    add_rows(reader, {path, inner.address + part.offset, part.type, part.bits, part.bit_offset}, label,
             depth + 1, most_depth, most_elements, rows);
  }
  const bool is_string = inner.type->kind == Kind::array && inner.type->target->kind == Kind::character;
  if (inner.type->kind != Kind::array || is_string) return;
  for (std::size_t i = 0; i < most_elements; ++i) {
    const auto element = reader.element(inner, i);
    if (!element) break;
    add_rows(reader, *element, fmt::format("[{}]", i), depth + 1, most_depth, most_elements, rows);
  }
}

}  // namespace

std::vector<ValueRow> value_rows(const ValueReader& reader, const Value& value, unsigned most_depth,
                                 std::size_t most_elements) {
  std::vector<ValueRow> rows;
  if (value.type) add_rows(reader, value, value.name, 0, most_depth, most_elements, rows);
  return rows;
}

}  // namespace ringside
