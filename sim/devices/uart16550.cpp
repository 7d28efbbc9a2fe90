// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/uart16550.h"

#include <algorithm>

#include "sim/base/bits.h"

namespace ringside {
namespace {

enum Ier : std::uint8_t { kDataAvailable = 1, kThrEmpty = 2, kLineStatus = 4, kModemStatus = 8 };
enum Lsr : std::uint8_t { kDr = 0x01, kOe = 0x02, kThre = 0x20, kTemt = 0x40, kFifoError = 0x80 };
enum Iir : std::uint8_t {
  kIirModem = 0x00,
  kIirNone = 0x01,
  kIirThre = 0x02,
  kIirData = 0x04,
  kIirLine = 0x06,
  kIirTimeout = 0x0C,
};

bool fifos_on(const Uart16550& u) { return bit(u.fcr, 0); }
bool dlab(const Uart16550& u) { return bit(u.lcr, 7); }
bool loop(const Uart16550& u) { return bit(u.mcr, 4); }

unsigned divisor_latch(const Uart16550& u) { return u.dll + (unsigned{u.dlm} << 8); }

unsigned capacity(const Uart16550& u) { return fifos_on(u) ? kUartFifoBytes : 1; }

unsigned trigger_level(const Uart16550& u) {
  constexpr unsigned kLevels[] = {1, 4, 8, 14};
  return fifos_on(u) ? kLevels[u.fcr >> 6] : 1;
}

// Start bit, word, parity, stop bits: 7 to 12 of them. One and a half stop bits count as two.
unsigned frame_bits(const Uart16550& u) {
  return 1 + 5 + (u.lcr & 3u) + (bit(u.lcr, 3) ? 1 : 0) + (bit(u.lcr, 2) ? 2 : 1);
}

std::uint8_t word_mask(const Uart16550& u) { return static_cast<std::uint8_t>(0xFF >> (3 - (u.lcr & 3))); }

// Four characters at the programmed rate. A bit is 16 * divisor periods of the 1.8432 MHz crystal, and a
// period is 78125/144 ns exactly.
Ticks timeout_ticks(const Uart16550& u) {
  const unsigned divisor = std::max(1u, divisor_latch(u));
  const std::uint64_t periods = std::uint64_t{4} * frame_bits(u) * 16 * divisor;
  return (periods * 78125 + 143) / 144;
}

// In loop mode the four outputs are joined to the four inputs inside the chip.
std::uint8_t modem_inputs(const Uart16550& u) {
  if (!loop(u)) return u.modem_lines;
  return static_cast<std::uint8_t>((bit(u.mcr, 1) ? kUartCts : 0) | (bit(u.mcr, 0) ? kUartDsr : 0) |
                                   (bit(u.mcr, 2) ? kUartRi : 0) | (bit(u.mcr, 3) ? kUartDcd : 0));
}

// A change of CTS, DSR or DCD is noted; of RI only its end (trailing edge).
void note_modem_change(Uart16550& u, std::uint8_t before) {
  const std::uint8_t after = modem_inputs(u);
  std::uint8_t changed = before ^ after;
  if ((after & kUartRi) != 0) changed &= static_cast<std::uint8_t>(~kUartRi);
  u.msr_deltas |= changed >> 4;
}

std::uint8_t lsr(const Uart16550& u) {
  const bool error_in_fifo = fifos_on(u) && (u.lsr_errors & 0x1C) != 0;
  const bool error_behind =
      fifos_on(u) && std::any_of(u.receive_errors.begin(), u.receive_errors.begin() + u.receive_count,
                                 [](std::uint8_t errors) { return errors != 0; });
  return static_cast<std::uint8_t>((u.receive_count != 0 ? kDr : 0) | u.lsr_errors |
                                   (u.transmitter_busy ? 0 : kThre | kTemt) |
                                   (error_in_fifo || error_behind ? kFifoError : 0));
}

// The reason of the highest priority among those enabled.
std::uint8_t interrupt_reason(const Uart16550& u) {
  if ((u.ier & kLineStatus) != 0 && u.lsr_errors != 0) return kIirLine;
  if ((u.ier & kDataAvailable) != 0) {
    if (u.receive_count >= trigger_level(u)) return kIirData;
    if (u.timeout_interrupt) return kIirTimeout;
  }
  if ((u.ier & kThrEmpty) != 0 && u.thre_interrupt) return kIirThre;
  if ((u.ier & kModemStatus) != 0 && u.msr_deltas != 0) return kIirModem;
  return kIirNone;
}

// A character's errors show in LSR when it becomes the next one to be read.
void reveal_errors(Uart16550& u) {
  if (u.receive_count == 0) return;
  u.lsr_errors |= u.receive_errors[0];
  u.receive_errors[0] = 0;
}

void restart_timeout(Uart16550& u, Ticks now) {
  u.timeout_interrupt = false;
  u.timeout_at = fifos_on(u) && u.receive_count != 0 ? now + timeout_ticks(u) : kNever;
}

void clear_receiver(Uart16550& u) {
  u.receive_fifo = {};
  u.receive_errors = {};
  u.receive_count = 0;
  u.timeout_interrupt = false;
  u.timeout_at = kNever;
}

void put_received(Uart16550& u, std::uint8_t byte, std::uint8_t errors, Ticks now) {
  byte &= word_mask(u);
  if (u.receive_count == capacity(u)) {
    u.lsr_errors |= kOe;
    if (fifos_on(u)) return;  // the FIFO is kept and the new character lost; a lone RBR is overwritten
    u.receive_count = 0;
  }
  u.receive_fifo[u.receive_count] = byte;
  u.receive_errors[u.receive_count] = errors;
  ++u.receive_count;
  if (u.receive_count == 1) reveal_errors(u);
  if (!u.timeout_interrupt) restart_timeout(u, now);  // once raised it stays until a character is read
}

std::uint8_t take_received(Uart16550& u, Ticks now) {
  if (u.receive_count == 0) return u.rbr;
  u.rbr = u.receive_fifo[0];
  std::shift_left(u.receive_fifo.begin(), u.receive_fifo.end(), 1);
  std::shift_left(u.receive_errors.begin(), u.receive_errors.end(), 1);
  --u.receive_count;
  u.receive_fifo[u.receive_count] = u.receive_errors[u.receive_count] = 0;
  reveal_errors(u);
  restart_timeout(u, now);
  return u.rbr;
}

// One tick a bit; with FIFOs characters queue up behind each other.
UartOutput transmit(Uart16550& u, std::uint8_t byte, Ticks now) {
  const Ticks character = frame_bits(u);
  const Ticks start = u.transmitter_busy ? u.transmitter_empty_at : now;
  const bool full = start - now > (capacity(u) - 1) * character;
  u.transmitter_busy = true;
  u.transmitter_empty_at = full ? start : start + character;
  u.thre_interrupt = false;
  byte &= word_mask(u);
  if (!loop(u)) return {.sent = byte, .transmitter_was_full = full};
  put_received(u, byte, 0, now);
  return {.transmitter_was_full = full};
}

void write_fcr(Uart16550& u, std::uint8_t value) {
  const bool switched = bit(u.fcr, 0) != bit(value, 0);
  if (switched || (bit(value, 0) && bit(value, 1))) clear_receiver(u);
  if (bit(value, 0) && bit(value, 2) && u.transmitter_busy) {
    u.transmitter_busy = false;
    u.thre_interrupt = true;
  }
  u.fcr = bit(value, 0) ? value & 0xC9 : 0;
}

}  // namespace

Uart16550 uart16550_after_bios() {
  Uart16550 u;
  u.dll = 12;
  u.lcr = 0x03;
  u.mcr = 0x08;
  return u;
}

UartOutput write_port(Uart16550& u, unsigned offset, std::uint8_t value, Ticks now) {
  advance(u, now);
  switch (offset) {
    case 0:
      if (!dlab(u)) return transmit(u, value, now);
      u.dll = value;
      break;
    case 1:
      if (dlab(u)) {
        u.dlm = value;
      } else {
        // Switching the THRE interrupt on while the transmitter is empty raises it at once.
        if ((value & ~u.ier & kThrEmpty) != 0 && !u.transmitter_busy) u.thre_interrupt = true;
        u.ier = value & 0x0F;
      }
      break;
    case 2: write_fcr(u, value); break;
    case 3: u.lcr = value; break;
    case 4: {
      const std::uint8_t before = modem_inputs(u);
      u.mcr = value & 0x1F;
      note_modem_change(u, before);
      break;
    }
    case 7: u.scr = value; break;
    default: break;  // LSR and MSR are for the factory's tests
  }
  return {};
}

std::uint8_t read_port(Uart16550& u, unsigned offset, Ticks now) {
  advance(u, now);
  switch (offset) {
    case 0: return dlab(u) ? u.dll : take_received(u, now);
    case 1: return dlab(u) ? u.dlm : u.ier;
    case 2: {
      const std::uint8_t reason = interrupt_reason(u);
      if (reason == kIirThre) u.thre_interrupt = false;  // told; the other reasons stay until served
      return reason | (fifos_on(u) ? 0xC0 : 0x00);
    }
    case 3: return u.lcr;
    case 4: return u.mcr;
    case 5: {
      const std::uint8_t value = lsr(u);
      u.lsr_errors = 0;
      return value;
    }
    case 6: {
      const std::uint8_t value = modem_inputs(u) | u.msr_deltas;
      u.msr_deltas = 0;
      return value;
    }
    case 7: return u.scr;
    default: return 0xFF;
  }
}

std::uint8_t peek_port(const Uart16550& u, unsigned offset, Ticks now) {
  Uart16550 copy = u;
  return read_port(copy, offset, now);
}

void receive(Uart16550& u, std::uint8_t byte, Ticks now, std::uint8_t errors) {
  advance(u, now);
  if (!loop(u)) put_received(u, byte, errors & (kUartParityError | kUartFramingError | kUartBreak), now);
}

bool can_receive(const Uart16550& u) { return !loop(u) && u.receive_count < capacity(u); }

void set_modem_lines(Uart16550& u, std::uint8_t lines, Ticks now) {
  advance(u, now);
  const std::uint8_t before = modem_inputs(u);
  u.modem_lines = lines & 0xF0;
  note_modem_change(u, before);
}

bool interrupt_pending(const Uart16550& u) { return interrupt_reason(u) != kIirNone; }

bool irq_level(const Uart16550& u) { return bit(u.mcr, 3) && !loop(u) && interrupt_pending(u); }

bool sends_break(const Uart16550& u) { return bit(u.lcr, 6) && !loop(u); }

unsigned baud_rate(const Uart16550& u) {
  const unsigned divisor = divisor_latch(u);
  return divisor == 0 ? 0 : 115200 / divisor;
}

void advance(Uart16550& u, Ticks now) {
  if (u.transmitter_busy && u.transmitter_empty_at <= now) {
    u.transmitter_busy = false;
    u.thre_interrupt = true;
  }
  if (u.timeout_at <= now) {
    u.timeout_at = kNever;
    u.timeout_interrupt = true;
  }
}

Ticks next_event(const Uart16550& u) {
  return std::min(u.transmitter_busy ? u.transmitter_empty_at : kNever, u.timeout_at);
}

}  // namespace ringside
