// SPDX-License-Identifier: MIT
// Lab 07: codes into the decoder, characters through the queue, and keys from the finger to the screen.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <deque>

#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kBudget = 5'000'000;
constexpr std::uint8_t kUp = 0x80;
constexpr std::uint8_t kCtrl = 0x1D, kLeftShift = 0x2A, kRightShift = 0x36, kCapsLock = 0x3A, kSpace = 0x39;
constexpr std::string_view kLetters = "qwertyuiop....asdfghjkl.....zxcvbnm";  // from code 0x10 on
constexpr std::string_view kDigits = "1234567890";                            // from code 0x02 on
constexpr std::string_view kAboveDigits = "!@#$%^&*()";

std::uint8_t code_of(char character) {
  if (character == ' ') return kSpace;
  if (const auto digit = kDigits.find(character); digit != std::string_view::npos)
    return static_cast<std::uint8_t>(0x02 + digit);
  return static_cast<std::uint8_t>(0x10 + kLetters.find(character));
}
char random_letter() { return static_cast<char>('a' + dice().below(26)); }
char random_digit() { return static_cast<char>('0' + dice().below(10)); }
std::string random_word(std::size_t length) {
  std::string word;
  for (std::size_t i = 0; i < length; ++i) word += random_letter();
  return word;
}
char shifted(char c) {
  if (const auto digit = kDigits.find(c); digit != std::string_view::npos) return kAboveDigits[digit];
  return static_cast<char>(std::toupper(c));
}

std::string character_words(unsigned c) {
  if (c == 0) return "nothing";
  return c > ' ' && c < 0x7F ? fmt::format("'{}'", static_cast<char>(c)) : fmt::format("character {:#x}", c);
}

// A decoder of our own, to which no key has happened yet.
class Decoder {
 public:
  Decoder() {
    pc.run_until("lab::ready");
    const std::array<std::uint64_t, 2> members{};
    object_ = pc.put(std::as_bytes(std::span(members)));
  }
  // The bytes, of which the last one types `character`, or nothing.
  void feed(const std::vector<std::uint8_t>& bytes, char character, const std::string& why) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      said_ += fmt::format("{}{:02X}", said_.empty() ? "" : " ", bytes[i]);
      const auto got = static_cast<std::uint8_t>(pc.call("lab::Decoder::decode", {object_, bytes[i]}).rax);
      const auto expected = static_cast<std::uint8_t>(i + 1 == bytes.size() ? character : 0);
      if (got != expected)
        fail_step(pc, fmt::format("the last of the bytes {} types {}", said_, character_words(expected)),
                  character_words(got), why);
    }
  }
  // A key down and up again.
  void stroke(char key, char character, const std::string& why) {
    feed({code_of(key)}, character, why);
    feed({static_cast<std::uint8_t>(code_of(key) | kUp)}, 0,
         "A key that comes up types nothing: bit 7 is set.");
  }

  Pc pc{{.budget = kBudget}};

 private:
  std::uint64_t object_ = 0;
  std::string said_;
};

// A queue of our own; both indices begin at `index`.
class Queue {
 public:
  explicit Queue(std::uint32_t index) {
    pc.run_until("lab::ready");
    const std::array<std::uint32_t, 6> members{index, index, 0, 0, 0, 0};
    object_ = pc.put(std::as_bytes(std::span(members)));
  }
  bool push(char c) {
    return pc.call("lab::Queue::push", {object_, static_cast<std::uint8_t>(c)}).rax & 0xFF;
  }
  int pop() { return static_cast<int>(pc.call("lab::Queue::pop", {object_}).rax); }
  std::uint64_t head() const { return pc.read(object_, 4); }
  std::uint64_t tail() const { return pc.read(object_ + 4, 4); }

  Pc pc{{.budget = kBudget}};

 private:
  std::uint64_t object_ = 0;
};

std::uint64_t waiting(const Pc& pc) { return pc.number("lab::typed.tail") - pc.number("lab::typed.head"); }

void press(Pc& pc, ringside::Key key, bool down) { (void)pc.session().apply(TypeKey{{key, down}}); }
void run_ticks(Pc& pc, Ticks count) {
  pc.run_ms((static_cast<double>(count) + 0.5) / (kTicksPerSecond / 1000));
}

// Letters and digits with blanks between, some of them with Shift.
std::string random_text(std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    const char c = dice().below(4) ? random_letter() : random_digit();
    text += dice().below(3) ? c : shifted(c);
    if (i % 6 == 4) text += ' ';
  }
  return text + random_letter();  // not a blank at the end
}

}  // namespace

STEP(1) {
  Decoder decoder;
  const std::string table = "kPlain has the characters by code.";
  for (unsigned i = 0; i < 8; ++i) {
    const char c = i % 3 ? random_letter() : random_digit();
    decoder.stroke(c, c, table);
  }
  decoder.stroke(' ', ' ', table);
  decoder.feed({0x1C}, '\n', "Enter is in the table, too.");
  decoder.feed({0x3B}, 0, "F1 has the code 0x3B, and the table ends before it: such keys type nothing.");
}

STEP(2) {
  Decoder decoder;
  const char letter = random_letter(), digit = random_digit();
  const auto up = [](std::uint8_t code) { return static_cast<std::uint8_t>(code | kUp); };
  const std::string shift = "While a Shift key is down, characters come from kShifted.";
  for (const std::uint8_t key : {kLeftShift, kRightShift}) {
    decoder.feed({key}, 0, "Shift itself types nothing.");
    decoder.stroke(letter, shifted(letter), shift);
    decoder.stroke(digit, shifted(digit), shift);
    decoder.feed({up(key)}, 0, "Shift itself types nothing.");
    decoder.stroke(letter, letter, "Shift is up again.");
  }
  decoder.feed({kLeftShift, kRightShift, up(dice().below(2) ? kLeftShift : kRightShift)}, 0, shift);
  decoder.stroke(letter, shifted(letter),
                 "There are two Shift keys. One came up, and the other is still down.");
  decoder.feed({up(kLeftShift), up(kRightShift)}, 0, shift);

  const std::string caps = "Caps Lock changes when it goes down, and stays when it comes up.";
  decoder.feed({kCapsLock, up(kCapsLock)}, 0, caps);
  decoder.stroke(letter, shifted(letter), caps);
  decoder.stroke(digit, digit, "Caps Lock is about letters; that is how it differs from Shift.");
  decoder.feed({kLeftShift}, 0, shift);
  decoder.stroke(letter, letter, "With Caps Lock, Shift gives small letters.");
  decoder.stroke(digit, shifted(digit), shift);
  decoder.feed({up(kLeftShift), kCapsLock, up(kCapsLock)}, 0, caps);
  decoder.stroke(letter, letter, "The second time Caps Lock is pressed it is off again.");

  const char control = static_cast<char>(letter - 'a' + 1);
  const std::string ctrl = "Ctrl with a letter types its number in the alphabet: 1 to 26.";
  decoder.feed({kCtrl}, 0, ctrl);
  decoder.stroke(letter, control, ctrl);
  decoder.feed({up(kCtrl)}, 0, ctrl);
  decoder.stroke(letter, letter, "Ctrl is up again.");
}

STEP(3) {
  Decoder decoder;
  const char letter = random_letter();
  const char control = static_cast<char>(letter - 'a' + 1);
  decoder.feed({0xE0, 0x1C}, '\n', "E0 1C is the keypad's Enter.");
  decoder.feed({0xE0, 0x35}, '/', "E0 35 is the keypad's slash.");
  decoder.feed({0xE0, 0x37}, 0, "E0 37 is Print Screen; 37 without E0 would be the keypad's star.");
  decoder.feed({0xE0, 0xB7, 0xE0, 0x48, 0xE0, 0xC8}, 0, "E0 48 is an arrow key, which types nothing.");
  decoder.feed({0xE0, 0x2A}, 0,
               "E0 2A comes from the keyboard itself, around some keys: nobody pressed Shift.");
  decoder.stroke(letter, letter,
                 "E0 2A comes from the keyboard itself, around some keys: nobody pressed Shift.");
  decoder.feed({0xE0, 0xAA}, 0, "E0 AA is the other end of E0 2A.");
  decoder.feed({kLeftShift, 0xE0, 0xAA}, 0, "E0 AA is not the release of Shift.");
  decoder.stroke(letter, shifted(letter), "Shift is still down: E0 AA is not its release.");
  decoder.feed({kLeftShift | kUp}, 0, "");
  const std::string ctrl = "E0 1D is the right Ctrl key.";
  decoder.feed({0xE0, kCtrl}, 0, ctrl);
  decoder.stroke(letter, control, ctrl);
  decoder.feed({kCtrl, kCtrl | kUp}, 0, ctrl);
  decoder.stroke(letter, control,
                 "There are two Ctrl keys: the left one was pressed and released, the right one is down.");
  decoder.feed({0xE0, kCtrl | kUp}, 0, ctrl);
  decoder.stroke(letter, letter, "E0 counts for one byte, and the right Ctrl key is up again.");
}

STEP(4) {
  for (const std::uint32_t index : {0u, 0xFFFFFFF0u + static_cast<std::uint32_t>(dice().below(15))}) {
    Queue queue(index);
    const std::string from = fmt::format(" (both indices began at {:#x})", index);
    expect(queue.pc, "pop() of an empty queue" + from, queue.pop(), Eq(-1),
           "head == tail: there is nothing to be had.");
    // Filled to the brim, emptied, and then at random.
    std::deque<char> model;
    for (unsigned i = 0; i < 90; ++i) {
      const bool pushes = i < 17 || (i >= 34 && dice().below(2));
      const std::uint64_t head = queue.head(), tail = queue.tail();
      if (pushes) {
        const char c = random_letter();
        const bool fits = model.size() < 16;
        expect(queue.pc, fmt::format("push('{}') with {} of 16 places taken{}", c, model.size(), from),
               queue.push(c), Eq(fits),
               "The queue is full when tail is 16 ahead of head, and not before. What does not fit is lost.");
        if (fits) model.push_back(c);
        expect(queue.pc, "head after a push", queue.head(), Eq(head),
               "head is the program's: a handler that writes it, too, may come in the middle of a pop.");
        expect(queue.pc, "tail after a push", queue.tail(), Eq((tail + fits) & 0xFFFFFFFF),
               "tail goes on by one for each character.");
      } else {
        const int expected = model.empty() ? -1 : model.front();
        expect(queue.pc, fmt::format("pop() with {} of 16 places taken{}", model.size(), from), queue.pop(),
               Eq(expected), "First in, first out: the place is index % 16, and indices run on.");
        if (!model.empty()) model.pop_front();
        expect(queue.pc, "tail after a pop", queue.tail(), Eq(tail), "tail is the handler's.");
      }
    }
  }
}

STEP(5) {
  const Boot busy_boot{.command_line = "busy", .budget = kBudget};  // main does not look for keys
  Pc pc(busy_boot), reference({.command_line = "busy", .reference = true, .budget = kBudget});
  const std::string text = random_word(3) + "<Shift+" + random_word(1) + "><Up>";
  for (Pc* one : {&reference, &pc}) one->run_until("lab::ready");
  pc.about("lab::handle_keyboard");
  const std::uint64_t mark = pc.mark(), reference_mark = reference.mark();
  for (Pc* one : {&reference, &pc}) one->type_keys(text);
  expect(pc, SameEventsAs(reference, PortTrafficAndInterrupts({0x60}), mark, reference_mark),
         "The controller has one buffer. It raises its line when it fills it, and fills it again when it was "
         "read: no "
         "read, no second interrupt. A second read gives the same byte once more.");

  // Nobody takes anything out.
  Pc busy(busy_boot);
  busy.run_until("lab::ready");
  busy.about("lab::handle_keyboard");
  const std::uint64_t busy_mark = busy.mark();
  const auto keys = static_cast<unsigned>(18 + dice().below(12));
  const std::string word = random_word(keys);
  busy.type_keys(word, 1);
  expect(
      busy, EventCount(PortRead(0x60), Eq(2u * keys), busy_mark),
      "Each byte is read, also when there is no place for it: otherwise the keyboard stands still for ever.");
  expect(busy, fmt::format("lab::lost, when {} keys were typed and none was taken out of the queue", keys),
         busy.number("lab::lost"), Eq(keys - 16),
         "16 characters fit. Each one more is lost, and is counted.");
  for (unsigned i = 0; i < 16; ++i)
    expect(busy, fmt::format("lab::typed.places[{}]", i),
           static_cast<char>(busy.read(busy.address("lab::typed") + 8 + i, 1)), Eq(word[i]),
           "The first 16 are kept; what does not fit replaces nothing.");
}

STEP(6) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  pc.about("lab::read_character");
  std::uint64_t before = pc.instructions();
  pc.run_ms(1);
  expect(pc, "instructions in a millisecond in which nobody types", pc.instructions() - before, Lt(1000u),
         "Who waits for a key lets the processor halt. A loop that looks again and again is a hot laptop.");
  const std::string text = random_text(20);
  pc.type_keys(text, 2);
  expect(pc, ScreenRow(1, StrEq(text)), "What is typed is what main gets from read_character(), and prints.");
  press(pc, ringside::Key::x, true);
  pc.run_until("lab::read_character", "main prints a character and asks for the next one.");
  expect(pc, "the interrupt flag when main asks for the next character", pc.cpu().rflags >> 9 & 1, Eq(1u),
         "Who calls read_character() with interrupts on gets them back so: what comes behind it wants its "
         "timer.");
  press(pc, ringside::Key::x, false);
  pc.run_ms(1);

  // A byte from COM1 wakes the processor, main looks for a key and halts again. In the meantime a key comes:
  // in each run one instruction earlier.
  before = pc.instructions();
  pc.send_serial("x");
  const std::uint64_t awake = pc.instructions() - before;
  expect(pc, "instructions from a byte at COM1 to the next halt", awake, AllOf(Gt(0u), Lt(3000u)),
         "Another device's interrupt wakes the processor; there is no key, so it halts again.");
  constexpr Ticks kOnTheWire = 30'000;  // from the key to the interrupt
  for (std::uint64_t early = 1; early <= awake; ++early) {
    press(pc, ringside::Key::x, true);
    run_ticks(pc, kOnTheWire - early);
    (void)pc.session().apply(SerialInput{'x'});
    pc.run_ms(0.05);
    if (pc.cpu().halted && waiting(pc) > 0)
      fail_step(
          pc, "a key that comes while main looks for one is not slept through",
          fmt::format(
              "the processor halts, with {} in the queue; the key came {} instructions before the halt",
              waiting(pc), awake - early),
          "Between the look into the queue and HLT there is a moment. A key that comes in this moment is in "
          "the "
          "queue, and main sleeps until some other interrupt. Look with interrupts off, and let STI and HLT "
          "stand side by side: STI takes effect behind the next instruction.");
    press(pc, ringside::Key::x, false);
    pc.run_ms(0.1);
  }
  expect(pc, "characters left in the queue", waiting(pc), Eq(0u), "All of them are to be on the screen.");
}

QUESTION(1) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const std::string keys =
      dice().one_of<std::string>({"Shift+A", "Up", "Ctrl+C", "Shift+Ctrl+X", "F1", "Ctrl+Left"});
  const std::uint64_t mark = pc.mark();
  pc.type_keys("<" + keys + ">");
  std::size_t count = 0;
  for (const Event& e : pc.events(mark)) count += PortRead(0x60).is(e);
  return {
      .text = fmt::format("Somebody types {}. How many times does your kernel read port 0x60?", keys),
      .answer = fmt::format("{}", count),
      .because =
          "Each key sends a byte when it goes down and one when it comes up; the cursor keys send 0xE0 in "
          "front of both."};
}

QUESTION(2) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const char c = random_letter();
  pc.type_keys(std::string(1, c));
  return {
      .text = fmt::format(
          "The last key that somebody typed was {}. What does port 0x60 give when it is read once "
          "more? (in hexadecimal)",
          c),
      .answer = fmt::format("{:#x}", pc.board().i8042.output_buffer),
      .because = "The buffer keeps the last byte: the code of the key with bit 7 set, as it came up last."};
}

QUESTION(3) {
  Pc pc({.command_line = "busy", .budget = kBudget});
  pc.run_until("lab::ready");
  const auto keys = static_cast<unsigned>(10 + dice().below(20));
  std::string text = random_word(keys);
  pc.type_keys(text, 1);
  return {.text = fmt::format(
              "With `busy` on the command line somebody types {} letters. How many are in lab::typed?", keys),
          .answer = fmt::format("{}", waiting(pc)),
          .because = "Nobody takes any out, and the queue has 16 places."};
}
