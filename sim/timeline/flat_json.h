// SPDX-License-Identifier: GPL-2.0-or-later
// One line of a recording: a JSON object that holds whole numbers, truths and texts, and nothing nested. Read
// without building a tree, so that a hostile line can ask for no more memory than it has bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ringside {

// Fields are taken one by one; the first thing that is not as it should be is kept, and what is taken then is
// 0, false or "". So a reader takes all it wants and asks once, at the end.
class FlatJson {
 public:
  explicit FlatJson(std::string_view line);

  bool has(std::string_view key) const;
  std::uint64_t number(std::string_view key, std::uint64_t most);
  bool flag(std::string_view key);
  std::string text(std::string_view key);   // or its bytes in hexadecimal, as KEY-hex; never with a NUL in it
  std::uint64_t hex(std::string_view key);  // "0x" and digits
  std::uint64_t digits(std::string_view key);  // 16 hexadecimal digits

  void complain(std::string what);  // kept if it is the first
  // Complains about fields that nobody took, and returns the first complaint; "" where all was well.
  const std::string& finish();

 private:
  friend struct FlatJsonReader;
  using Value = std::variant<std::uint64_t, bool, std::string>;
  template <class T>
  T take(std::string_view key, const char* kind);

  std::vector<std::pair<std::string, Value>> fields_;
  std::string complaint_;  // begins in lower case and has no full stop
};

// Text as FlatJson::text() reads it: {key: text} where it is UTF-8, else {key-hex: its bytes}.
std::pair<std::string, std::string> text_field(std::string key, const std::string& text);

}  // namespace ringside
