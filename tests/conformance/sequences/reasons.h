// SPDX-License-Identifier: GPL-2.0-or-later
// Why our chips may answer otherwise than QEMU's (7.2): what the data sheets say. The sequences name these.
#pragma once

#include <string_view>

namespace ringside::sequences {

struct Reason {
  std::string_view name, why;
};

inline constexpr Reason kReasons[] = {
    // 8042 and keyboard: IBM PS/2 Hardware Interface Technical Reference (1988).
    {"status-flags",
     "status bit 3 tells whether the last write went to port 64, bit 2 follows the command byte; QEMU's bit "
     "3 is "
     "always set, and its bit 2 from the self test on"},
    {"output-port",
     "bit 4 is the keyboard's interrupt line, low as the buffer is empty when D0 is carried out; "
     "QEMU gives back what D1 wrote"},
    {"test-inputs", "E0 puts the clock and data lines into the buffer; QEMU does not know the command"},
    {"internal-ram", "21 to 3F read the controller's RAM; QEMU knows 20 alone"},
    {"set-3", "scan code set 3 and its commands are not modelled here: see sim/devices/ps2_keyboard.h"},
    {"resend", "FE: the keyboard sends its last byte again; QEMU takes FE for a wrong byte"},
    // 8259A data sheet (231468).
    {"line-falls", "a request must last until it is acknowledged, IRR follows the line; QEMU keeps the edge"},
    {"level-mode",
     "ICW1 LTIM: a request is the line's level; QEMU looks at the edge and level registers alone"},
    // 8254 data sheet (231164).
    {"null-count",
     "read-back: NULL COUNT is set until a new count is in the counter, and OUT is as the mode word "
     "makes it; QEMU has no NULL COUNT and goes on counting without a count"},
    {"clock-phase",
     "a count is loaded by the next pulse of CLK, which runs since power-on; QEMU counts from the "
     "write"},
    {"trigger",
     "modes 1 and 5 load the count when GATE rises, and counter 0's never does; QEMU counts from the "
     "write"},
    {"modes-6-and-7", "the mode's upper bit is ignored in x10 and x11: modes 2 and 3; QEMU has none such"},
    {"gate",
     "modes 0, 2, 3 and 4 stand still while GATE is low, 1 and 5 wait for it to rise; in QEMU they go on"},
    {"out-pin",
     "OUT by mode: high in mode 2 but for the last pulse of a period, high in mode 4 but for one pulse, "
     "and in 2 and 3 while GATE is low; QEMU has mode 2 the other way round and no other"},
    {"refresh", "port 61 bit 4 is counter 1's OUT divided by two; QEMU changes it with each read"},
    {"latch-between",
     "the two bytes of a count are read in turn, and a latch command changes only what they are of; "
     "QEMU begins with the low byte again"},
    {"reprogrammed", "a latch holds until the counter is programmed anew; QEMU's status latch outlives that"},
    {"bcd", "the counter counts in decimal; QEMU counts in binary"},
    {"next-period", "a count written in mode 2 takes effect with the next period; QEMU begins it at once"},
    {"first-byte", "mode 0: the first byte of two stops the counter; QEMU goes on until the second"},
    {"mode-3",
     "counting by two from the next pulse of CLK, and from one less where the count is odd; QEMU counts "
     "from the write, and by its halves"},
    {"not-driven", "a read of port 43 is no operation: nobody drives the bus"},
    // PC16550D data sheet (TL/C/8652).
    {"bios", "the line is set to 8 bits, as a BIOS leaves it that has used it; QEMU's has not"},
    {"loop-deltas",
     "MODEM Status: the low half tells which of the four has changed, in loop back too, and raises its "
     "interrupt; not so in QEMU"},
    {"word-length", "a character of 5 to 7 bits has no others; QEMU sends eight bits always"},
    {"empty-read", "what an empty receiver reads as is left open: the last byte here, 0 in QEMU"},
    {"out2", "the adapter's OUT2 opens the way to IRQ 4; QEMU has no such gate"},
};

}  // namespace ringside::sequences
