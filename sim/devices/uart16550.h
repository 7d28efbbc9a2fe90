// SPDX-License-Identifier: GPL-2.0-or-later
// The serial port: an NS16550A, a UART with FIFOs of 16 bytes each way. A kernel's first way to speak to the
// outside: it works before there is a screen driver, and what it sends is a log.
//
//   offset (COM1: port 0x3F8)   read                       write
//   0  DLAB=0                   RBR receiver buffer        THR transmitter holding
//   1  DLAB=0                   IER interrupt enable       IER
//   0,1 DLAB=1                  DLL, DLM divisor latch     DLL, DLM
//   2                           IIR interrupt identity     FCR FIFO control
//   3                           LCR line control (bit 7 = DLAB, bit 6 = set break)
//   4                           MCR modem control (bit 3 = OUT2, bit 4 = loop)
//   5                           LSR line status            -
//   6                           MSR modem status           -
//   7                           SCR scratch                SCR
//
// The PC's board joins INTR to IRQ 4 through a gate that OUT2 opens: a driver that forgets MCR bit 3 gets no
// interrupt.
//
// Time: the transmitter takes one tick a bit, whatever the divisor says, so that a kernel that polls LSR for
// each character of its log does not spend its days there (2 KB at 38400 baud are half a second). THRE still
// falls and rises, so interrupt-driven transmitters see one edge for each character. The bytes leave at the
// moment they are written. The receiver's character time-out is that of the programmed rate: four characters.
//
// NOT MODELLED: sampling of the line, baud clock output, DMA pins (FCR bit 3 is stored nowhere), bytes lost
// by a driver that writes to a full transmitter (they leave all the same; UartOutput::transmitter_was_full
// tells).
//
// Source: National Semiconductor PC16550D data sheet (TL/C/8652), section 8 "Registers"; IBM PC asynchronous
// adapter for OUT2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "sim/base/units.h"

namespace ringside {

inline constexpr std::uint8_t kUartFifoBytes = 16;

// Line status bits that may come with a received character.
inline constexpr std::uint8_t kUartParityError = 0x04;
inline constexpr std::uint8_t kUartFramingError = 0x08;
inline constexpr std::uint8_t kUartBreak = 0x10;

// Modem lines as seen in MSR bits 7-4.
inline constexpr std::uint8_t kUartCts = 0x10;
inline constexpr std::uint8_t kUartDsr = 0x20;
inline constexpr std::uint8_t kUartRi = 0x40;
inline constexpr std::uint8_t kUartDcd = 0x80;

// Defaults: after master reset (data sheet, table "reset functions"), with a terminal connected that asserts
// CTS, DSR and DCD.
struct Uart16550 {
  std::uint8_t rbr = 0;         // what a read finds when nothing new has come
  std::uint8_t ier = 0;         // bit 0 data available, 1 THR empty, 2 line status, 3 modem status
  std::uint8_t fcr = 0;         // bit 0 FIFOs on, bits 7-6 receive trigger 1, 4, 8, 14
  std::uint8_t lcr = 0;         // bits 1-0 word length 5 to 8, 2 stop bits, 3 parity, 6 break, 7 DLAB
  std::uint8_t mcr = 0;         // bit 0 DTR, 1 RTS, 2 OUT1, 3 OUT2, 4 loop
  std::uint8_t lsr_errors = 0;  // OE, PE, FE, BI of LSR, until LSR is read
  std::uint8_t msr_deltas = 0;  // bits 3-0 of MSR, until MSR is read
  std::uint8_t scr = 0;
  std::uint8_t dll = 0;
  std::uint8_t dlm = 0;
  std::uint8_t modem_lines = kUartCts | kUartDsr | kUartDcd;  // the pins, as MSR bits
  std::array<std::uint8_t, kUartFifoBytes> receive_fifo{};    // oldest first; without FIFOs one place
  std::array<std::uint8_t, kUartFifoBytes> receive_errors{};  // PE, FE, BI of each
  std::uint8_t receive_count = 0;
  bool thre_interrupt = false;     // the transmitter became empty and nobody has asked since
  bool timeout_interrupt = false;  // characters wait below the trigger level
  Ticks transmitter_empty_at = 0;  // THRE and TEMT are set from here on
  bool transmitter_busy = false;   // until transmitter_empty_at
  Ticks timeout_at = kNever;
  bool operator==(const Uart16550&) const = default;
};
static_assert(std::is_trivially_copyable_v<Uart16550>);

// 9600 baud, 8 bits, no parity, and OUT2 set: kernels that print without programming anything are heard.
Uart16550 uart16550_after_bios();

struct UartOutput {
  std::optional<std::uint8_t> sent;   // this byte went out on the line
  bool transmitter_was_full = false;  // on a real chip an earlier byte, or this one, would be lost
  bool operator==(const UartOutput&) const = default;
};

UartOutput write_port(Uart16550& uart, unsigned offset, std::uint8_t value, Ticks now);
std::uint8_t read_port(Uart16550& uart, unsigned offset, Ticks now);
std::uint8_t peek_port(const Uart16550& uart, unsigned offset, Ticks now);

// A character arrives from the line, perhaps with errors (kUart...). With no room it is an overrun. Ignored
// in loop mode, where the line is cut off.
void receive(Uart16550& uart, std::uint8_t byte, Ticks now, std::uint8_t errors = 0);

// The next character would not be an overrun.
bool can_receive(const Uart16550& uart);

// New levels of CTS, DSR, RI, DCD, as bits of MSR.
void set_modem_lines(Uart16550& uart, std::uint8_t lines, Ticks now);

// The chip's INTR pin, and the line it drives on a PC behind the OUT2 gate (closed in loop mode, where the
// OUT2 pin rests).
bool interrupt_pending(const Uart16550& uart);
bool irq_level(const Uart16550& uart);

// LCR bit 6 holds the line at space.
bool sends_break(const Uart16550& uart);

// 115200 / divisor; 0 while no divisor is set.
unsigned baud_rate(const Uart16550& uart);

void advance(Uart16550& uart, Ticks now);
Ticks next_event(const Uart16550& uart);

template <class Visitor>
void visit_fields(const Uart16550& uart, Visitor&& v) {
  const auto& [rbr, ier, fcr, lcr, mcr, lsr_errors, msr_deltas, scr, dll, dlm, modem_lines, receive_fifo,
               receive_errors, receive_count, thre_interrupt, timeout_interrupt, transmitter_empty_at,
               transmitter_busy, timeout_at] = uart;
  v("rbr", rbr);
  v("ier", ier);
  v("fcr", fcr);
  v("lcr", lcr);
  v("mcr", mcr);
  v("lsr_errors", lsr_errors);
  v("msr_deltas", msr_deltas);
  v("scr", scr);
  v("dll", dll);
  v("dlm", dlm);
  v("modem_lines", modem_lines);
  v("receive_fifo", receive_fifo);
  v("receive_errors", receive_errors);
  v("receive_count", receive_count);
  v("thre_interrupt", thre_interrupt);
  v("timeout_interrupt", timeout_interrupt);
  v("transmitter_empty_at", transmitter_empty_at);
  v("transmitter_busy", transmitter_busy);
  v("timeout_at", timeout_at);
}

}  // namespace ringside
