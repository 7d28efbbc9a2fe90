// SPDX-License-Identifier: MIT
#include "drivers/input.h"

#include "arch/interrupts.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/keyboard.h"
#include "lib/ring_buffer.h"
#include "task/dispatcher.h"

namespace kernel {

constinit Event input_event;

namespace {

// Both producers are handlers, and handlers run with interrupts off: they never meet.
constinit RingBuffer<char, 256> typed;
constinit ScancodeDecoder decoder;

// Reads port 0x60 once for each interrupt. A handler that does not read it gets no second interrupt.
void handle_keyboard() {
  if (const auto scancode = read_keyboard_byte())
    if (const auto character = decoder.decode(*scancode)) typed.push(*character);
  input_event.signal();
}

// The FIFO may hold several bytes for one interrupt.
void handle_serial() {
  constexpr unsigned kFifoBytes = 16;
  for (unsigned i = 0; i < kFifoBytes; ++i) {
    const auto byte = console.serial().receive();
    if (!byte) break;
    typed.push(*byte == '\r' ? '\n' : static_cast<char>(*byte));
  }
  input_event.signal();
}

}  // namespace

void start_input() {
  initialize_keyboard_controller();
  set_irq_handler(kKeyboardIrq, handle_keyboard);
  set_irq_handler(Uart16550::kCom1Irq, handle_serial);
  console.serial().enable_receive_interrupt();
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
