// SPDX-License-Identifier: MIT
//
// The serial line: National Semiconductor PC16550D, on a PC at port 0x3F8 with IRQ 4 (COM1).
//
// Sending is polled: wait until the holding register is empty, write. Receiving is by interrupt; the handler
// empties the FIFO with receive(). Source: PC16550D data sheet, section 8 (registers).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "arch/port.h"

namespace kernel {

class Uart16550 {
 public:
  static constexpr uint16_t kCom1 = 0x3f8;
  static constexpr unsigned kCom1Irq = 4;

  constexpr explicit Uart16550(uint16_t base)
      : data_(base),
        interrupt_enable_(base + 1),
        fifo_control_(base + 2),
        line_control_(base + 3),
        modem_control_(base + 4),
        line_status_(base + 5) {}

  // 115200 baud, 8 data bits, no parity, 1 stop bit, FIFOs on and empty, interrupts off.
  void initialize() const;

  // From now on received bytes raise the interrupt.
  void enable_receive_interrupt() const;

  // A line feed goes out as carriage return and line feed, as terminals expect.
  void write(std::string_view text) const;

  // Waits until the last byte has left, also out of the FIFO and the shift register.
  void drain() const;

  // The next received byte, if there is one.
  std::optional<uint8_t> receive() const;

 private:
  void send(uint8_t byte) const;

  Port<uint8_t, Access::read_write> data_;              // RBR and THR; with DLAB set: low byte of the divisor
  Port<uint8_t, Access::read_write> interrupt_enable_;  // IER; with DLAB set: high byte of the divisor
  Port<uint8_t, Access::write> fifo_control_;           // FCR
  Port<uint8_t, Access::read_write> line_control_;      // LCR
  Port<uint8_t, Access::read_write> modem_control_;     // MCR
  Port<uint8_t, Access::read> line_status_;             // LSR
};

}  // namespace kernel
