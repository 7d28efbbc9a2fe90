// SPDX-License-Identifier: GPL-2.0-or-later
// The event record: one small entry for everything a running machine does that a person may want to see, in
// the order it happened. Bounded: the newest are kept, the total is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/units.h"

namespace ringside {

enum class EventKind : std::uint8_t {
  port_read,     // port, size, value
  port_write,    // port, size, value
  irq_raised,    // line = IRQ 0-15
  irq_lowered,   // line
  acknowledge,   // line, vector, flag = spurious
  eoi,           // line, value = 0 master, 1 slave
  exception,     // vector, value = error code, delivery = number of the DeliveryRecord
  interrupt,     // external interrupt or NMI accepted: vector, delivery
  mode_change,   // value = new CpuMode, value2 = old
  ring_change,   // value = new CPL, value2 = old
  halt,          // HLT; flag = interrupts on
  wake,          // left HLT
  serial_byte,   // value = byte sent by COM1
  command,       // something from outside: value = index into the command log
  reset,         // value = ResetCause
  triple_fault,  // delivery
  debug_exit,    // value = value written
  power_off,
  unmodelled,     // port or register nobody answers for: port, size, value, flag = write
  control_write,  // an instruction changed a system register: line = ControlRegister, value = low half of
                  // what it holds now (a table's base, a selector), value2 = high half
};

enum class ControlRegister : std::uint8_t { cr0, cr2, cr3, cr4, cr8, efer, gdtr, idtr, ldtr, tr };
inline constexpr std::size_t kControlRegisters = 10;

struct Event {
  Ticks time = 0;  // of the instruction that caused it
  std::uint64_t instructions = 0;
  std::uint64_t rip =
      0;  // linear, of that instruction (or the first of a handler's predecessor: where the CPU stood)
  EventKind kind = EventKind::port_read;
  std::uint8_t line = 0, vector = 0, size = 0;
  std::uint16_t port = 0;
  bool flag = false;
  std::uint32_t value = 0, value2 = 0;
  std::uint32_t delivery = 0;
  bool operator==(const Event&) const = default;
};

const char* name(EventKind kind);         // "port write", "IRQ raised", ...
const char* name(ControlRegister which);  // "CR0", ...

// A set of kinds.
class EventMask {
 public:
  constexpr EventMask() = default;
  constexpr EventMask(std::initializer_list<EventKind> kinds) {
    for (EventKind k : kinds) add(k);
  }
  constexpr void add(EventKind k) { bits_ |= 1u << static_cast<unsigned>(k); }
  constexpr void add(EventMask other) { bits_ |= other.bits_; }
  constexpr bool meets(EventMask other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool has(EventKind k) const { return bits_ >> static_cast<unsigned>(k) & 1; }
  constexpr bool any() const { return bits_ != 0; }

 private:
  std::uint32_t bits_ = 0;
};

class EventLog {
 public:
  explicit EventLog(std::size_t capacity = 65536) : capacity_(capacity) { ring_.reserve(capacity); }
  void push(const Event& e) {
    if (ring_.size() < capacity_ && total_ == ring_.size())
      ring_.push_back(e);
    else
      ring_[total_ % capacity_] = e;
    ++total_;
    if (total_ - first_ > capacity_) first_ = total_ - capacity_;
  }
  std::uint64_t total() const { return total_; }
  // Numbers [first(), total()) are held.
  std::uint64_t first() const { return first_; }
  const Event& operator[](std::uint64_t number) const { return ring_[number % capacity_]; }
  std::vector<Event> newest(std::size_t most) const;
  // As it was when `total` events had been logged, of which `newest` were the last. Those before them stay
  // where they are still held and `same_until` says that they are the same.
  void restore(std::uint64_t total, const std::vector<Event>& newest, Ticks same_until);
  void clear() {
    ring_.clear();
    total_ = first_ = 0;
  }

 private:
  std::size_t capacity_;
  std::vector<Event> ring_;  // grows up to the capacity, then goes round
  std::uint64_t total_ = 0, first_ = 0;
};

}  // namespace ringside
