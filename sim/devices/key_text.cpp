// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/key_text.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace ringside {
namespace {

struct Character {
  Key key;
  bool shift;
};

// The US layout: the two characters of each key cap.
std::optional<Character> character_key(char c) {
  if (c >= 'a' && c <= 'z') return Character{*key_from_name({&c, 1}), false};
  if (c >= 'A' && c <= 'Z') return Character{*key_from_name({&c, 1}), true};
  switch (c) {
    case ' ': return Character{Key::space, false};
    case '\n':
    case '\r': return Character{Key::enter, false};
    case '\t': return Character{Key::tab, false};
    case '\b': return Character{Key::backspace, false};
    case '\x1b': return Character{Key::escape, false};
    default: break;
  }
  constexpr std::string_view plain = "`1234567890-=[]\\;',./";
  constexpr std::string_view shifted = "~!@#$%^&*()_+{}|:\"<>?";
  if (c != '\0' && plain.contains(c)) return Character{*key_from_name({&c, 1}), false};
  if (const auto at = shifted.find(c); at != std::string_view::npos)
    return Character{*key_from_name(plain.substr(at, 1)), true};
  return std::nullopt;
}

void strike(std::vector<KeyStroke>& out, Character character) {
  if (character.shift) out.push_back({Key::left_shift, true});
  out.push_back({character.key, true});
  out.push_back({character.key, false});
  if (character.shift) out.push_back({Key::left_shift, false});
}

std::unexpected<Error> unknown_key(std::string_view name, std::string_view inside) {
  return fail(
      fmt::format("There is no key named \"{}\" in \"<{}>\"; names are such as Enter, Up, F1, Ctrl+C, and "
                  "\"<<\" is a literal '<'.",
                  name, inside));
}

// The inside of <...>: a chord, or one key with " down" or " up".
Result<void> strike_named(std::vector<KeyStroke>& out, std::string_view inside) {
  if (key_from_name(inside) == std::nullopt) {
    if (const auto less = character_key('<'); inside == "Less" || inside == "less")
      return strike(out, *less), Result<void>{};
    if (const auto greater = character_key('>'); inside == "Greater" || inside == "greater")
      return strike(out, *greater), Result<void>{};
  }
  if (const auto space = inside.rfind(' '); space != std::string_view::npos) {
    const std::string_view word = inside.substr(space + 1);
    const auto key = key_from_name(inside.substr(0, space));
    if (!key || (word != "down" && word != "up")) return unknown_key(inside, inside);
    out.push_back({*key, word == "down"});
    return {};
  }
  std::vector<Key> chord;
  for (std::string_view rest = inside;;) {
    const auto plus = rest.find('+');
    const auto key = key_from_name(rest.substr(0, plus));
    if (!key) return unknown_key(rest.substr(0, plus), inside);
    chord.push_back(*key);
    if (plus == std::string_view::npos) break;
    rest.remove_prefix(plus + 1);
  }
  for (const Key key : chord) out.push_back({key, true});
  for (auto key = chord.rbegin(); key != chord.rend(); ++key) out.push_back({*key, false});
  return {};
}

}  // namespace

Result<std::vector<KeyStroke>> key_strokes(std::string_view text) {
  std::vector<KeyStroke> out;
  while (!text.empty()) {
    if (text.starts_with("<<")) {
      strike(out, *character_key('<'));
      text.remove_prefix(2);
      continue;
    }
    if (text.front() == '<') {
      const auto close = text.find('>');
      if (close == std::string_view::npos)
        return fail(fmt::format(
            "\"{}\" opens a key name with '<' and never closes it; write \"<<\" for a literal '<'.", text));
      if (auto struck = strike_named(out, text.substr(1, close - 1)); !struck)
        return std::unexpected(struck.error());
      text.remove_prefix(close + 1);
      continue;
    }
    const auto character = character_key(text.front());
    if (!character)
      return fail(fmt::format("The byte 0x{:02X} is not a character of the US keyboard.",
                              static_cast<unsigned char>(text.front())));
    strike(out, *character);
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace ringside
