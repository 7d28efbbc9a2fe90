// SPDX-License-Identifier: MIT
#include "drivers/uart16550.h"

#include "arch/instructions.h"

namespace kernel {
namespace {

constexpr uint8_t kIerReceivedData = 1 << 0;

constexpr uint8_t kFcrEnable = 1 << 0;
constexpr uint8_t kFcrClearReceive = 1 << 1;
constexpr uint8_t kFcrClearTransmit = 1 << 2;

constexpr uint8_t kLcrEightBits = 3;  // and no parity, one stop bit
constexpr uint8_t kLcrDivisorAccess = 1 << 7;

constexpr uint8_t kMcrDataTerminalReady = 1 << 0;
constexpr uint8_t kMcrRequestToSend = 1 << 1;
constexpr uint8_t kMcrOut2 = 1 << 3;  // on a PC this output lets the interrupt through to the PIC

constexpr uint8_t kLsrDataReady = 1 << 0;
constexpr uint8_t kLsrTransmitHoldingEmpty = 1 << 5;
constexpr uint8_t kLsrTransmitterEmpty = 1 << 6;

constexpr uint16_t kDivisor = 1;  // 1.8432 MHz / 16 / 1 = 115200 baud

}  // namespace

void Uart16550::initialize() const {
  interrupt_enable_.write(0);
  line_control_.write(kLcrDivisorAccess);
  data_.write(kDivisor & 0xff);
  interrupt_enable_.write(kDivisor >> 8);
  line_control_.write(kLcrEightBits);
  fifo_control_.write(kFcrEnable | kFcrClearReceive | kFcrClearTransmit);
  modem_control_.write(kMcrDataTerminalReady | kMcrRequestToSend | kMcrOut2);
}

void Uart16550::enable_receive_interrupt() const { interrupt_enable_.write(kIerReceivedData); }

void Uart16550::write(std::string_view text) const {
  for (const char c : text) {
    if (c == '\n') send('\r');
    send(static_cast<uint8_t>(c));
  }
}

void Uart16550::send(uint8_t byte) const {
  while ((line_status_.read() & kLsrTransmitHoldingEmpty) == 0) pause();
  data_.write(byte);
}

void Uart16550::drain() const {
  while ((line_status_.read() & kLsrTransmitterEmpty) == 0) pause();
}

std::optional<uint8_t> Uart16550::receive() const {
  if ((line_status_.read() & kLsrDataReady) == 0) return std::nullopt;
  return data_.read();
}

}  // namespace kernel
