// SPDX-License-Identifier: MIT
#include "pic.h"

#include "arch/port.h"

namespace lab {
namespace {

using kernel::in8, kernel::out8;

struct Pic {
  uint16_t command, data;  // ports
};
constexpr Pic kMaster{0x20, 0x21}, kSlave{0xa0, 0xa1};

constexpr unsigned kCascadeLine = 2;
constexpr uint8_t kIcw1 = 1 << 4 | 1 << 0;  // the marker of ICW1, and: ICW4 will come
constexpr uint8_t kIcw4 = 1 << 0;           // 8086 mode
constexpr uint8_t kNonSpecificEoi = 1 << 5;
constexpr uint8_t kReadInService = 1 << 3 | 1 << 1 | 1 << 0;

const Pic& chip_of(unsigned line) { return line < 8 ? kMaster : kSlave; }

void initialize(const Pic& chip, uint8_t vector, uint8_t cascade) {
  out8(chip.command, kIcw1);
  out8(chip.data, vector);
  out8(chip.data, cascade);
  out8(chip.data, kIcw4);
  out8(chip.data, 0xff);
}

}  // namespace

void initialize_pics(uint8_t master, uint8_t slave) {
  initialize(kMaster, master, 1 << kCascadeLine);  // a bit for the line that has a slave
  initialize(kSlave, slave, kCascadeLine);         // the number of that line
  unmask(kCascadeLine);
}

void mask(unsigned line) {
  const Pic& chip = chip_of(line);
  out8(chip.data, static_cast<uint8_t>(in8(chip.data) | 1 << line % 8));
}

void unmask(unsigned line) {
  const Pic& chip = chip_of(line);
  out8(chip.data, static_cast<uint8_t>(in8(chip.data) & ~(1 << line % 8)));
}

void end_of_interrupt(unsigned line) {
  if (line >= 8) out8(kSlave.command, kNonSpecificEoi);
  out8(kMaster.command, kNonSpecificEoi);
}

bool is_spurious(unsigned line) {
  if (line % 8 != 7) return false;
  const Pic& chip = chip_of(line);
  out8(chip.command, kReadInService);
  return !(in8(chip.command) & 1 << 7);
}

}  // namespace lab
