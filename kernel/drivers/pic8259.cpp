// SPDX-License-Identifier: MIT
#include "drivers/pic8259.h"

namespace kernel {
namespace {

constexpr uint8_t kIcw1 = 1 << 4;
constexpr uint8_t kIcw1NeedsIcw4 = 1 << 0;
constexpr uint8_t kIcw4Mode8086 = 1 << 0;
constexpr uint8_t kOcw2EndOfInterrupt = 1 << 5;
constexpr uint8_t kOcw3ReadInService = 1 << 3 | 1 << 1 | 1 << 0;

// Old machines need a moment between two writes to the chip; port 0x80 takes about a microsecond and nobody
// minds.
void settle() { Port<uint8_t, Access::write>{0x80}.write(0); }

}  // namespace

void Pic8259::initialize(uint8_t base_vector, Cascade cascade) const {
  command_.write(kIcw1 | kIcw1NeedsIcw4);
  settle();
  data_.write(base_vector);  // ICW2
  settle();
  data_.write(static_cast<uint8_t>(cascade));  // ICW3: the master wants a bit, the slave a number
  settle();
  data_.write(kIcw4Mode8086);
  settle();
  set_mask(0xff);
}

void Pic8259::end_of_interrupt() const { command_.write(kOcw2EndOfInterrupt); }

uint8_t Pic8259::in_service() const {
  command_.write(kOcw3ReadInService);
  return command_.read();
}

void PicPair::initialize(uint8_t base_vector) const {
  kMaster.initialize(base_vector, Pic8259::Cascade::master_with_slave_on_line_2);
  kSlave.initialize(static_cast<uint8_t>(base_vector + 8), Pic8259::Cascade::slave_on_line_2);
  unmask(kCascadeLine);
}

void PicPair::mask(unsigned line) const {
  const Pic8259& chip = line < 8 ? kMaster : kSlave;
  chip.set_mask(static_cast<uint8_t>(chip.mask() | 1 << line % 8));
}

void PicPair::unmask(unsigned line) const {
  const Pic8259& chip = line < 8 ? kMaster : kSlave;
  chip.set_mask(static_cast<uint8_t>(chip.mask() & ~(1 << line % 8)));
}

bool PicPair::is_spurious(unsigned line) const {
  if (line != 7 && line != 15) return false;
  const Pic8259& chip = line == 7 ? kMaster : kSlave;
  const bool real = chip.in_service() & 1 << 7;
  if (!real && line == 15) kMaster.end_of_interrupt();
  return !real;
}

void PicPair::end_of_interrupt(unsigned line) const {
  if (line >= 8) kSlave.end_of_interrupt();
  kMaster.end_of_interrupt();
}

}  // namespace kernel
