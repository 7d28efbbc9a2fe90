// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/flat_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace ringside {
namespace {

using nlohmann::json;

constexpr std::size_t kMostFields = 16;

std::optional<std::uint64_t> hexadecimal(std::string_view digits) {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value, 16);
  if (digits.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

// What nlohmann's parser calls; false ends it.
struct FlatJsonReader {
  FlatJson& line;
  bool inside = false;
  std::string next_key = {};

  bool refuse(const char* what) {
    line.complain(what);
    return false;
  }
  bool put(FlatJson::Value value) {
    if (!inside) return refuse("it is no JSON object");
    line.fields_.emplace_back(std::move(next_key), std::move(value));
    return true;
  }
  bool null() { return refuse("null has no place here"); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(json::number_integer_t) { return refuse("a number is negative"); }
  bool number_unsigned(json::number_unsigned_t value) { return put(std::uint64_t{value}); }
  bool number_float(json::number_float_t, const std::string&) {
    return refuse("a number is too great, or no whole one");
  }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(json::binary_t&) { return refuse("binary data have no place here"); }
  bool start_object(std::size_t) {
    if (inside) return refuse("one object is inside another");
    return inside = true;
  }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return refuse("a list has no place here"); }
  bool end_array() { return true; }
  bool key(std::string& key) {
    if (line.has(key)) return refuse("a name occurs twice");
    if (line.fields_.size() >= kMostFields) return refuse("it has too many fields");
    next_key = std::move(key);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) {
    return refuse("it is no JSON object in UTF-8");
  }
};

FlatJson::FlatJson(std::string_view line) {
  FlatJsonReader reader{*this};
  json::sax_parse(line, &reader);
  if (!complaint_.empty()) fields_.clear();
}

void FlatJson::complain(std::string what) {
  if (complaint_.empty()) complaint_ = std::move(what);
}

bool FlatJson::has(std::string_view key) const {
  return std::ranges::any_of(fields_, [&](const auto& field) { return field.first == key; });
}

template <class T>
T FlatJson::take(std::string_view key, const char* kind) {
  const auto field =
      std::ranges::find(fields_, key, [](const auto& f) -> std::string_view { return f.first; });
  if (field == fields_.end()) {
    complain(fmt::format("\"{}\" is missing", key));
    return {};
  }
  const Value value = std::move(field->second);
  fields_.erase(field);
  if (const T* wanted = std::get_if<T>(&value)) return *wanted;
  complain(fmt::format("\"{}\" has to be {}", key, kind));
  return {};
}

std::uint64_t FlatJson::number(std::string_view key, std::uint64_t most) {
  const auto value = take<std::uint64_t>(key, "a whole number");
  if (value <= most) return value;
  complain(fmt::format("\"{}\" may be {} at most", key, most));
  return 0;
}

bool FlatJson::flag(std::string_view key) { return take<bool>(key, "true or false"); }

std::string FlatJson::text(std::string_view key) {
  std::string value;
  if (const std::string in_hex = fmt::format("{}-hex", key); has(in_hex)) {
    const auto digits = take<std::string>(in_hex, "a text");
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      const auto byte = hexadecimal(std::string_view(digits).substr(i, 2));
      if (!byte || i + 1 == digits.size()) {
        complain(fmt::format("\"{}\" has to be pairs of hexadecimal digits", in_hex));
        return {};
      }
      value += static_cast<char>(*byte);
    }
  } else {
    value = take<std::string>(key, "a text");
  }
  if (!value.contains('\0')) return value;
  complain(fmt::format("\"{}\" has a NUL in it", key));
  return {};
}

std::uint64_t FlatJson::hex(std::string_view key) {
  const auto value = take<std::string>(key, "a text");
  if (value.starts_with("0x"))
    if (const auto number = hexadecimal(std::string_view(value).substr(2))) return *number;
  complain(fmt::format("\"{}\" has to be a text like \"0x1f\", of 64 bits at most", key));
  return 0;
}

std::uint64_t FlatJson::digits(std::string_view key) {
  const auto value = take<std::string>(key, "a text");
  if (value.size() == 16)
    if (const auto number = hexadecimal(value)) return *number;
  complain(fmt::format("\"{}\" has to be 16 hexadecimal digits", key));
  return 0;
}

const std::string& FlatJson::finish() {
  if (!fields_.empty()) complain("it holds something that is not known here");
  return complaint_;
}

std::pair<std::string, std::string> text_field(std::string key, const std::string& text) {
  // Bytes that are no UTF-8 are left out by the one and replaced by the other.
  const auto dump = [&](json::error_handler_t handler) { return json(text).dump(-1, ' ', false, handler); };
  if (dump(json::error_handler_t::ignore) == dump(json::error_handler_t::replace))
    return {std::move(key), text};
  std::string digits;
  for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return {key + "-hex", digits};
}

}  // namespace ringside
