// SPDX-License-Identifier: MIT
#include "shell/shell.h"

#include <array>

#include "drivers/console.h"
#include "drivers/input.h"
#include "lib/print.h"
#include "lib/text.h"

namespace kernel {
namespace {

constexpr char kControlC = 'c' - 'a' + 1;
constexpr char kControlL = 'l' - 'a' + 1;
constexpr char kEscape = 0x1b;
constexpr char kDelete = 0x7f;  // what a terminal sends for the backspace key

class Line {
 public:
  std::string_view text() const { return {buffer_.data(), length_}; }
  bool append(char c) {
    if (length_ == buffer_.size()) return false;
    buffer_[length_++] = c;
    return true;
  }
  bool remove_last() {
    if (length_ == 0) return false;
    --length_;
    return true;
  }
  void clear() { length_ = 0; }

 private:
  std::array<char, 70> buffer_{};  // with the prompt in front it fits on one row of the screen
  size_t length_ = 0;
};

void show_prompt() {
  console.set_color(Color::light_green);
  print("ringside> ");
  console.set_color(Color::light_gray);
}

// The keys without a character send ESC [ and more, up to a letter or ~. Gives that last one, 0 in between.
// Other characters come out as they are.
class EscapeSequences {
 public:
  struct Piece {
    char c;
    bool is_key;
  };
  Piece take(char c) {
    if (state_ == State::text || (state_ == State::escape && c != '[')) {
      state_ = c == kEscape ? State::escape : State::text;
      return {c, false};
    }
    const bool complete = state_ == State::bracket && c >= '@';
    state_ = complete ? State::text : State::bracket;
    return {complete ? c : '\0', true};
  }

 private:
  enum class State : uint8_t { text, escape, bracket };
  State state_ = State::text;
};

// Puts another text in the place of what is shown.
void replace_line(Line& line, std::string_view text) {
  while (line.remove_last()) print("\b \b");
  for (const char c : text) line.append(c);
  print("{}", text);
}

// Shows what is typed, until Enter. The key up brings back `previous`.
void read_line(Line& line, const Line& previous) {
  line.clear();
  EscapeSequences escape;
  for (;;) {
    const auto [c, is_key] = escape.take(read_character());
    if (is_key) {
      if (c == 'A') replace_line(line, previous.text());
      if (c == 'B') replace_line(line, {});
      continue;
    }
    switch (c) {
      case '\n': print("\n"); return;
      case '\b':
      case kDelete:
        if (line.remove_last()) print("\b \b");
        break;
      case kControlC:
        print("^C\n");
        line.clear();
        return;
      case kControlL:
        console.clear_screen();
        show_prompt();
        print("{}", line.text());
        break;
      default:
        if (c >= ' ' && c < kDelete && line.append(c)) print("{}", c);
    }
  }
}

}  // namespace

void execute(std::string_view line) {
  const std::string_view name = take_word(line);
  if (name.empty()) return;
  for (const Command& command : commands()) {
    if (command.name != name) continue;
    command.run(line);
    return;
  }
  print("there is no command '{}'; try help\n", name);
}

void execute_all(std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = trim(take_until(lines, ';'));
    show_prompt();
    print("{}\n", line);
    execute(line);
  }
}

void run_prompt() {
  static constinit Line line, previous;
  for (;;) {
    show_prompt();
    read_line(line, previous);
    if (!line.text().empty()) previous = line;
    execute(line.text());
  }
}

}  // namespace kernel
