// SPDX-License-Identifier: MIT
#include "drivers/input.h"

#include "arch/interrupts.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/keyboard.h"
#include "drivers/keyboard_lights.h"
#include "lib/ring_buffer.h"
#include "task/dispatcher.h"

namespace kernel {

constinit Event input_event;

namespace {

// Both producers are handlers, and handlers run with interrupts off: they never meet.
constinit RingBuffer<char, 256> typed;
constinit ScancodeDecoder decoder;
constinit KeyboardLights lights;
constinit InputCounts counts{};

void put(char character) {
  ++(typed.push(character) ? counts.characters : counts.lost);
  input_event.signal();
}

void put_key(const KeyEvent& event) {
  if (event.kind == KeyEvent::Kind::repeated) ++counts.repeats;
  if (event.character != 0) return put(event.character);
  if (event.down())
    for (const char character : terminal_sequence(event.key)) put(character);
}

void set_lights(std::optional<uint8_t> byte) {
  if (byte) send_to_keyboard(*byte);
}

// Reads port 0x60 once for each interrupt. A handler that does not read it gets no second interrupt.
void handle_keyboard() {
  const auto byte = read_keyboard_byte();
  if (!byte) return;
  if (KeyboardLights::is_reply(*byte)) return set_lights(lights.take_reply(*byte));
  ++counts.scancodes;
  if (const auto event = decoder.decode(*byte)) {
    put_key(*event);
    set_lights(lights.want(decoder.locks()));
  }
}

// The FIFO may hold several bytes for one interrupt.
void handle_serial() {
  constexpr unsigned kFifoBytes = 16;
  for (unsigned i = 0; i < kFifoBytes; ++i) {
    const auto byte = console.serial().receive();
    if (!byte) return;
    put(*byte == '\r' ? '\n' : static_cast<char>(*byte));
  }
}

}  // namespace

void start_input() {
  initialize_keyboard_controller();
  set_irq_handler(kKeyboardIrq, handle_keyboard);
  set_irq_handler(Uart16550::kCom1Irq, handle_serial);
  console.serial().enable_receive_interrupt();
  set_lights(lights.want(decoder.locks()));
}

InputCounts input_counts() {
  InputCounts now = counts;
  now.lights = lights.shown();
  return now;
}

std::optional<char> try_read_character() { return typed.pop(); }

char read_character() {
  const DispatchGuard guard;
  for (;;) {
    if (const auto character = typed.pop()) return *character;
    input_event.wait();
  }
}

}  // namespace kernel
