// SPDX-License-Identifier: MIT
//
// Scan codes as the keyboard sends them, worked out by hand; the conversation about the lights; and the whole
// way from the controller to the queue.
#include "drivers/keyboard.h"

#include "arch/instructions.h"
#include "drivers/i8042.h"
#include "drivers/input.h"
#include "drivers/keyboard_lights.h"
#include "test/test.h"

namespace kernel {
namespace {

using Kind = KeyEvent::Kind;

std::optional<KeyEvent> last_event(std::initializer_list<uint8_t> scancodes) {
  ScancodeDecoder decoder;
  std::optional<KeyEvent> last;
  for (const uint8_t code : scancodes) last = decoder.decode(code);
  return last;
}

std::optional<char> last_of(std::initializer_list<uint8_t> scancodes) {
  const auto event = last_event(scancodes);
  if (!event || event->character == 0) return std::nullopt;
  return event->character;
}

KERNEL_TEST(keyboard, letters_and_digits) {
  expect(last_of({0x1e}) == 'a');
  expect(last_of({0x0b}) == '0');
  expect(last_of({0x1c}) == '\n');
  expect(last_of({0x1e, 0x9e}) == std::nullopt);  // released
}

KERNEL_TEST(keyboard, shift_holds_until_released) {
  expect(last_of({0x2a, 0x1e}) == 'A');
  expect(last_of({0x36, 0x02}) == '!');
  expect(last_of({0x2a, 0x1e, 0x9e, 0xaa, 0x1e}) == 'a');
  expect(last_of({0x2a, 0x36, 0xaa, 0x1e}) == 'A');  // one of two shifts is still down
}

KERNEL_TEST(keyboard, caps_lock_is_for_letters_only) {
  expect(last_of({0x3a, 0xba, 0x1e}) == 'A');
  expect(last_of({0x3a, 0xba, 0x02}) == '1');
  expect(last_of({0x3a, 0xba, 0x2a, 0x1e}) == 'a');
  expect(last_of({0x3a, 0xba, 0x3a, 0xba, 0x1e}) == 'a');
}

KERNEL_TEST(keyboard, control_gives_control_characters) {
  expect(last_of({0x1d, 0x2e}) == 3);
  expect(last_of({0xe0, 0x1d, 0x2e}) == 3);
  expect(last_of({0x1d, 0x2e, 0xae, 0x9d, 0x2e}) == 'c');
}

KERNEL_TEST(keyboard, extended_keys) {
  expect(last_of({0xe0, 0x35}) == '/');
  expect(last_of({0xe0, 0x1c}) == '\n');
  expect(last_of({0xe0, 0x48}) == std::nullopt);  // cursor up; without the prefix it is 8 on the keypad
  expect(last_of({0x48}) == '8');
  expect(last_of({0xe0, 0x2a, 0xe0, 0x37, 0x1e}) == 'a');  // Print Screen makes up a shift
}

KERNEL_TEST(keyboard, pause_makes_nothing) {
  expect(last_of({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5}) == std::nullopt);
  expect(last_of({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x2e}) == 'c');
}

KERNEL_TEST(keyboard, extended_keys_have_names) {
  expect(last_event({0xe0, 0x48})->key == Key::up);
  expect(last_event({0xe0, 0xc8})->kind == Kind::released);
  expect(last_event({0xe0, 0x53})->key == Key::delete_forward);
  expect_equal(terminal_sequence(Key::left), "\x1b[D");
  expect_equal(terminal_sequence(Key::f1), "");
}

KERNEL_TEST(keyboard, num_lock_turns_the_keypad_into_cursor_keys) {
  expect(last_of({0x45, 0xc5, 0x48}) == std::nullopt);
  expect(last_event({0x45, 0xc5, 0x48})->key == Key::up);
  expect(last_of({0x45, 0xc5, 0x4a}) == '-');
  expect(last_of({0x45, 0xc5, 0x45, 0xc5, 0x48}) == '8');
  expect(last_event({0x2a, 0x48})->key == Key::up);  // shift turns it around
  expect(last_of({0x45, 0xc5, 0x2a, 0x48}) == '8');
}

KERNEL_TEST(keyboard, a_key_held_down_repeats) {
  expect(last_event({0x1e})->kind == Kind::pressed);
  expect(last_event({0x1e, 0x1e})->kind == Kind::repeated);
  expect(last_of({0x1e, 0x1e, 0x1e}) == 'a');
  expect(last_event({0x1e, 0x9e, 0x1e})->kind == Kind::pressed);
  expect(last_event({0x1e, 0x30})->kind == Kind::pressed);  // the second key is new
}

KERNEL_TEST(keyboard, a_lock_held_down_does_not_flicker) {
  expect(last_of({0x3a, 0x3a, 0x3a, 0xba, 0x1e}) == 'A');
  expect(last_of({0x3a, 0x3a, 0xba, 0x3a, 0xba, 0x1e}) == 'a');
}

KERNEL_TEST(keyboard_lights, are_set_by_command_and_mask) {
  KeyboardLights lights;
  expect(lights.want(keyboard_light::kCapsLock) == 0xed);
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == keyboard_light::kCapsLock);
  expect_equal(lights.shown(), 0);
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == std::nullopt);
  expect_equal(lights.shown(), keyboard_light::kCapsLock);
  expect(lights.want(keyboard_light::kCapsLock) == std::nullopt);  // they burn already
}

KERNEL_TEST(keyboard_lights, a_change_in_the_middle_is_sent_afterwards) {
  KeyboardLights lights;
  lights.want(1);
  expect(lights.want(2) == std::nullopt);  // one conversation at a time
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == 2);
  expect(lights.want(3) == std::nullopt);
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == 0xed);
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == 3);
}

KERNEL_TEST(keyboard_lights, repeats_when_asked_but_not_for_ever) {
  KeyboardLights lights;
  lights.want(4);
  expect(lights.take_reply(KeyboardLights::kResend) == 0xed);
  expect(lights.take_reply(KeyboardLights::kResend) == 0xed);
  expect(lights.take_reply(KeyboardLights::kResend) == std::nullopt);
  expect(lights.take_reply(KeyboardLights::kAcknowledge) == std::nullopt);  // too late
}

// One byte through controller, interrupt and handler.
void type(uint8_t scancode) {
  const uint64_t before = input_counts().scancodes;
  pretend_keyboard_sent(scancode);
  while (input_counts().scancodes == before) pause();
}

void forget_characters() {
  while (try_read_character()) {
  }
}

KERNEL_TEST(input, a_key_comes_all_the_way) {
  forget_characters();
  type(0x1e);
  type(0x9e);
  expect(try_read_character() == 'a');
  expect(try_read_character() == std::nullopt);
}

KERNEL_TEST(input, a_cursor_key_is_what_a_terminal_sends) {
  forget_characters();
  for (const int scancode : {0xe0, 0x48, 0xe0, 0xc8}) type(static_cast<uint8_t>(scancode));
  for (const char expected : {'\x1b', '[', 'A'}) expect(try_read_character() == expected);
  expect(try_read_character() == std::nullopt);
}

KERNEL_TEST(input, caps_lock_lights_its_light) {
  using namespace keyboard_light;
  for (const int lights : {kNumLock | kCapsLock, kNumLock | 0}) {
    type(0x3a);
    while (input_counts().lights != lights) pause();
    type(0xba);
  }
}

KERNEL_TEST(input, what_nobody_reads_is_counted_as_lost) {
  forget_characters();
  const InputCounts before = input_counts();
  constexpr unsigned kQueue = 256, kMore = 5;
  for (unsigned i = 0; i < kQueue + kMore; ++i) {
    type(0x1e);
    type(0x9e);
  }
  expect_equal(input_counts().lost, before.lost + kMore);
  expect_equal(input_counts().characters, before.characters + kQueue);
  forget_characters();
}

}  // namespace
}  // namespace kernel
