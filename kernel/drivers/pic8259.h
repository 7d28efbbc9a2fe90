// SPDX-License-Identifier: MIT
//
// The two interrupt controllers of a PC: Intel 8259A, master and slave, the slave's output on the master's
// line 2.
//
//   device lines 0 1 (2) 3 4 5 6 7 -> master, ports 0x20 0x21 -> CPU
//   device lines 8 to 15           -> slave,  ports 0xA0 0xA1 -> master's line 2
//
// Source: Intel 8259A data sheet, order number 231468-003.
#pragma once

#include <cstdint>

#include "arch/port.h"

namespace kernel {

class Pic8259 {
 public:
  constexpr explicit Pic8259(uint16_t base) : command_(base), data_(base + 1) {}

  enum class Cascade : uint8_t { master_with_slave_on_line_2 = 1 << 2, slave_on_line_2 = 2 };

  // ICW1 to ICW4: edge triggered, cascaded, line 0 raises `base_vector`, end of interrupt by command. All
  // masked.
  void initialize(uint8_t base_vector, Cascade cascade) const;

  uint8_t mask() const { return data_.read(); }
  void set_mask(uint8_t mask) const { data_.write(mask); }

  // Ends the interrupt in service with the highest priority (OCW2, non-specific).
  void end_of_interrupt() const;

  // The lines being served: acknowledged by the CPU, not yet ended (OCW3, read ISR).
  uint8_t in_service() const;

 private:
  Port<uint8_t, Access::read_write> command_;
  Port<uint8_t, Access::read_write> data_;
};

// Both chips, with lines numbered 0 to 15.
class PicPair {
 public:
  void initialize(uint8_t base_vector) const;
  void mask(unsigned line) const;
  void unmask(unsigned line) const;

  // True if the chip raised line 7 or 15 for a request that went away. A spurious 15 was a real interrupt for
  // the master, which is then ended here; a spurious 7 was none for anybody and must not be ended.
  bool is_spurious(unsigned line) const;

  // The lines being served by the chip that has `line`, one bit each.
  uint8_t in_service(unsigned line) const { return line < 8 ? kMaster.in_service() : kSlave.in_service(); }

  // To the slave first if the line is its own, and to the master always: the master served its line 2.
  void end_of_interrupt(unsigned line) const;

 private:
  static constexpr unsigned kCascadeLine = 2;
  static constexpr Pic8259 kMaster{0x20};
  static constexpr Pic8259 kSlave{0xa0};
};

constexpr PicPair pics;

}  // namespace kernel
