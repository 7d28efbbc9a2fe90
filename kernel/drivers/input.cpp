// SPDX-License-Identifier: MIT
#include "drivers/input.h"

#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "drivers/console.h"
#include "drivers/i8042.h"
#include "drivers/keyboard.h"
#include "lib/ring_buffer.h"

namespace kernel {
namespace {

// Both producers are handlers, and handlers run with interrupts off: they never meet.
constinit RingBuffer<char, 256> typed;
constinit ScancodeDecoder decoder;

// Reads port 0x60 once for each interrupt. A handler that does not read it gets no second interrupt.
void handle_keyboard() {
  if (const auto scancode = read_keyboard_byte())
    if (const auto character = decoder.decode(*scancode)) typed.push(*character);
}

// The FIFO may hold several bytes for one interrupt.
void handle_serial() {
  constexpr unsigned kFifoBytes = 16;
  for (unsigned i = 0; i < kFifoBytes; ++i) {
    const auto byte = console.serial().receive();
    if (!byte) return;
    typed.push(*byte == '\r' ? '\n' : static_cast<char>(*byte));
  }
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
  for (;;) {
    cli();  // or an interrupt could come between the look and the sleep, and we would sleep with a character
            // waiting
    if (const auto character = typed.pop()) {
      sti();
      return *character;
    }
    sti_hlt();
  }
}

}  // namespace kernel
