// SPDX-License-Identifier: GPL-2.0-or-later
// The PC: which chip sits at which port, which line of it goes to which IRQ. Wiring and nothing else; what a
// chip does stands in sim/devices.
//
//   port            chip                          IRQ
//   0x20 0xA0 0x4D0 8259A pair                    -
//   0x40-0x43       8254, counter 0 -> IRQ 0,     0
//                   gate of counter 2 <- port 0x61
//   0x60 0x64       8042 and the PS/2 keyboard    1
//   0x61 0x92       system control B and A        -
//   0x70 0x71       MC146818A                     8
//   0x80            POST                          -
//   0xE9 0xF4 0x501 debug console, debug exit     -
//   0x3C0-0x3DF     VGA                           -
//   0x3F8-0x3FF     16550A, COM1                  4
//   0x604           ACPI power control            -
//   0xCF9           reset control                 -
// Every other port reads as ones.
//
// Source: IBM PC AT Technical Reference (1984), section 1 (I/O map, interrupts); QEMU's isa-debug-exit for
// 0xF4.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "sim/base/units.h"
#include "sim/devices/acpi_power.h"
#include "sim/devices/debug_console.h"
#include "sim/devices/debug_exit.h"
#include "sim/devices/i8042.h"
#include "sim/devices/pic8259.h"
#include "sim/devices/pit8254.h"
#include "sim/devices/post_port.h"
#include "sim/devices/ps2_keyboard.h"
#include "sim/devices/rtc.h"
#include "sim/devices/system_control.h"
#include "sim/devices/uart16550.h"
#include "sim/devices/vga_text.h"

namespace ringside {

struct Board {
  PicPair pic{};
  Pit8254 pit{};
  I8042 i8042{};
  Ps2Keyboard keyboard{};
  Uart16550 com1{};
  VgaText vga{};
  Rtc rtc{};
  SystemControlB control_b{};
  SystemControlA control_a{};
  PostPort post{};
  DebugConsole debug_console{};
  DebugExit debug_exit{};
  AcpiPower acpi_power{};
  std::uint16_t irq_lines = 0;  // levels as last driven onto the 8259As
  bool operator==(const Board&) const = default;
};
static_assert(std::is_trivially_copyable_v<Board>);

template <class Visitor>
void visit_fields(const Board& board, Visitor&& v) {
  const auto& [pic, pit, i8042, keyboard, com1, vga, rtc, control_b, control_a, post, debug_console,
               debug_exit, acpi_power, irq_lines] = board;
  v("pic", pic);
  v("pit", pit);
  v("i8042", i8042);
  v("keyboard", keyboard);
  v("com1", com1);
  v("vga", vga);
  v("rtc", rtc);
  v("control_b", control_b);
  v("control_a", control_a);
  v("post", post);
  v("debug_console", debug_console);
  v("debug_exit", debug_exit);
  v("acpi_power", acpi_power);
  v("irq_lines", irq_lines);
}

// As a BIOS leaves it, and as the reset line leaves it (the clock keeps its time and bytes, it has a
// battery).
Board board_after_bios(std::uint64_t memory_bytes, std::int64_t start_time_unix);
Board board_cold(std::uint64_t memory_bytes, std::int64_t start_time_unix);

// What the board did that somebody outside may want to know, in order. The board appends; the machine empties
// it.
struct BoardRecord {
  enum class Kind : std::uint8_t { irq_raised, irq_lowered, eoi, serial, console } kind;
  std::uint8_t line = 0;   // IRQ 0-15; of an EOI the line whose in-service bit went, 0xFF if there was none
  std::uint8_t value = 0;  // byte sent; of an EOI 0 master, 1 slave
  Ticks time = 0;
};
enum class BoardReset : std::uint8_t { keyboard_controller, port_92, port_cf9 };
struct BoardEffects {
  std::vector<BoardRecord> records;
  std::optional<BoardReset> reset;
  std::optional<int> debug_exit;  // (value << 1) | 1
  bool power_off = false;
  bool unassigned = false;  // the port just used belongs to nobody
};

// `size` is 1, 2 or 4 bytes. REQUIRES advance(board, now) was called.
std::uint32_t read_port(Board&, std::uint16_t port, unsigned size, Ticks now, BoardEffects&);
void write_port(Board&, std::uint16_t port, unsigned size, std::uint32_t value, Ticks now, BoardEffects&);
std::uint32_t peek_port(const Board&, std::uint16_t port, unsigned size, Ticks now);
bool port_assigned(std::uint16_t port);

void press_key(Board&, Key key, bool down, Ticks now, BoardEffects&);
void receive_serial(Board&, std::uint8_t byte, Ticks now, BoardEffects&);

// Brings every chip to `now`, each at the right moment on the way.
void advance(Board&, Ticks now, BoardEffects&);
Ticks next_event(const Board&);  // kNever if nothing will change by itself

bool interrupt_requested(const Board&);  // INTR of the CPU

}  // namespace ringside
