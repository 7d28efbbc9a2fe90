// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/pic8259.h"

#include "sim/base/bits.h"

namespace ringside {
namespace {

// Bits of ICW1.
constexpr unsigned kIc4 = 0, kSngl = 1, kAdi = 2, kLtim = 3;
// Bits of ICW4.
constexpr unsigned kUpm = 0, kAeoi = 1, kMs = 2, kBuf = 3, kSfnm = 4;
// Lines 0, 1, 2 of the master and 0 and 5 of the slave cannot be level triggered: timer, keyboard, cascade,
// clock, FPU.
constexpr std::uint8_t kElcrMasterMask = 0xF8, kElcrSlaveMask = 0xDE;

std::uint8_t level_lines(const Pic8259& pic) { return bit(pic.icw1, kLtim) ? 0xFF : pic.elcr; }

// A line with a slave behind it: its vector comes from there.
bool is_cascaded(const Pic8259& pic, unsigned line) {
  return is_master(pic) && !bit(pic.icw1, kSngl) && bit(pic.icw3, line);
}

// Whether `line`'s in-service bit keeps out its own and lower priorities. In special mask mode a masked
// line's bit does not, nor does a non-specific EOI see it.
bool holds_others(const Pic8259& pic, unsigned line) {
  return bit(pic.isr, line) && !(pic.special_mask && bit(pic.imr, line));
}

// Special fully nested mode: a slave in service may ask again, for a higher line of its own.
bool may_interrupt_itself(const Pic8259& pic, unsigned line) {
  return bit(pic.icw4, kSfnm) && is_cascaded(pic, line);
}

PicInit after_icw3(const Pic8259& pic) { return bit(pic.icw1, kIc4) ? PicInit::kWantIcw4 : PicInit::kReady; }

PicInit after_icw2(const Pic8259& pic) { return bit(pic.icw1, kSngl) ? after_icw3(pic) : PicInit::kWantIcw3; }

// "Initialization Command Words", items a to f. The edge sense circuits start anew: a line that is already
// high asks again only after it was low, unless it is level triggered.
PicWrite write_icw1(Pic8259& pic, std::uint8_t value) {
  pic.icw1 = value;
  pic.imr = 0;
  pic.isr = 0;
  pic.irr = pic.ir & level_lines(pic);
  pic.lowest_priority = 7;
  pic.icw3 = is_master(pic) ? 0 : 7;
  pic.special_mask = false;
  pic.ris = false;
  pic.poll = false;
  pic.rotate_in_aeoi = false;
  if (!bit(value, kIc4)) pic.icw4 = 0;
  pic.init = PicInit::kWantIcw2;
  return {.action = PicAction::kIcw1};
}

PicWrite end_of_interrupt(Pic8259& pic, std::optional<unsigned> line, bool rotate) {
  PicWrite done{.action = rotate ? PicAction::kEoiAndRotate : PicAction::kEoi};
  if (!line) return done;  // non-specific, and nothing was in service
  done.line = static_cast<std::uint8_t>(*line);
  done.cleared = bit(pic.isr, *line);
  pic.isr = with_bit(pic.isr, *line, false);
  if (rotate) pic.lowest_priority = done.line;
  return done;
}

// The line a non-specific EOI means: the highest priority in service.
std::optional<unsigned> highest_in_service(const Pic8259& pic) {
  for (const unsigned line : priority_order(pic))
    if (holds_others(pic, line)) return line;
  return std::nullopt;
}

PicWrite write_ocw2(Pic8259& pic, std::uint8_t value) {
  const unsigned line = value & 7;
  const auto named = static_cast<std::uint8_t>(line);
  switch (bits(value, 7, 5)) {  // R, SL, EOI
    case 0b001: return end_of_interrupt(pic, highest_in_service(pic), false);
    case 0b011: return end_of_interrupt(pic, line, false);
    case 0b101: return end_of_interrupt(pic, highest_in_service(pic), true);
    case 0b111: return end_of_interrupt(pic, line, true);
    case 0b110: pic.lowest_priority = named; return {.action = PicAction::kSetPriority, .line = named};
    case 0b100: pic.rotate_in_aeoi = true; return {.action = PicAction::kRotateInAeoiOn};
    case 0b000: pic.rotate_in_aeoi = false; return {.action = PicAction::kRotateInAeoiOff};
    default: return {.action = PicAction::kNoOperation};
  }
}

PicWrite write_ocw3(Pic8259& pic, std::uint8_t value) {
  if (bit(value, 6)) pic.special_mask = bit(value, 5);  // ESMM, SMM
  if (bit(value, 1)) pic.ris = bit(value, 0);           // RR, RIS
  pic.poll = bit(value, 2);
  return {.action = PicAction::kOcw3};
}

// The line that an INTA or a poll takes: its request latch empties, its in-service bit is set.
void enter_service(Pic8259& pic, unsigned line) {
  if (!bit(level_lines(pic), line)) pic.irr = with_bit(pic.irr, line, false);
  if (!bit(pic.icw4, kAeoi)) {
    pic.isr = with_bit(pic.isr, line, true);
  } else if (pic.rotate_in_aeoi) {
    pic.lowest_priority = static_cast<std::uint8_t>(line);
  }
}

}  // namespace

bool is_master(const Pic8259& pic) { return bit(pic.icw4, kBuf) ? bit(pic.icw4, kMs) : pic.sp; }

// A request lasts only as long as its line is high, edge triggered or not: "the IR inputs must remain high
// until after the falling edge of the first INTA" ("Edge and Level Triggered Modes"). An edge only starts it.
void set_irq_line(Pic8259& pic, unsigned line, bool level) {
  if (line > 7 || bit(pic.ir, line) == level) return;
  pic.ir = with_bit(pic.ir, line, level);
  pic.irr = with_bit(pic.irr, line, level);
}

std::array<std::uint8_t, 8> priority_order(const Pic8259& pic) {
  std::array<std::uint8_t, 8> order{};
  for (unsigned rank = 0; rank < 8; ++rank)
    order[rank] = static_cast<std::uint8_t>((pic.lowest_priority + 1 + rank) & 7);
  return order;
}

PicReason standing(const Pic8259& pic, unsigned line) {
  if (pic.init != PicInit::kReady) return {PicStanding::kNotInitialised};
  if (!bit(pic.irr, line)) return {PicStanding::kNoRequest};
  if (bit(pic.imr, line)) return {PicStanding::kMasked};
  for (const std::uint8_t other : priority_order(pic)) {
    const bool held = holds_others(pic, other);
    const bool again = may_interrupt_itself(pic, other);
    if (other == line)
      return held && !again ? PicReason{PicStanding::kInService, other} : PicReason{PicStanding::kNext};
    if (bit(pending_lines(pic), other) && (!held || again)) return {PicStanding::kOutranked, other};
    if (held) return {PicStanding::kInService, other};
  }
  return {PicStanding::kNext};
}

std::optional<unsigned> next_line(const Pic8259& pic) {
  if (pic.init != PicInit::kReady) return std::nullopt;
  for (const unsigned line : priority_order(pic)) {
    const bool held = holds_others(pic, line);
    if (bit(pending_lines(pic), line) && (!held || may_interrupt_itself(pic, line))) return line;
    if (held) return std::nullopt;
  }
  return std::nullopt;
}

bool int_output(const Pic8259& pic) { return next_line(pic).has_value(); }

std::uint8_t pending_lines(const Pic8259& pic) { return static_cast<std::uint8_t>(pic.irr & ~pic.imr); }

std::uint8_t eoi_owed(const Pic8259& pic) { return pic.isr; }

std::uint8_t vector_of(const Pic8259& pic, unsigned line) {
  if (bit(pic.icw4, kUpm)) return static_cast<std::uint8_t>((pic.icw2 & 0xF8) | line);
  // MCS-80/85 mode: the low byte of a CALL's address, 4 or 8 bytes apart ("MCS-80/85", second interrupt
  // vector byte).
  if (bit(pic.icw1, kAdi)) return static_cast<std::uint8_t>((pic.icw1 & 0xE0) | line << 2);
  return static_cast<std::uint8_t>((pic.icw1 & 0xC0) | line << 3);
}

PicAcknowledge acknowledge(Pic8259& pic) {
  const auto line = next_line(pic);
  if (!line) return {.vector = vector_of(pic, 7), .line = 7, .spurious = true};
  enter_service(pic, *line);
  return {.vector = vector_of(pic, *line), .line = static_cast<std::uint8_t>(*line)};
}

PicWrite write_port(Pic8259& pic, unsigned offset, std::uint8_t value) {
  if ((offset & 1) == 0) {
    if (bit(value, 4)) return write_icw1(pic, value);
    return bit(value, 3) ? write_ocw3(pic, value) : write_ocw2(pic, value);
  }
  switch (pic.init) {
    case PicInit::kWantIcw2:
      pic.icw2 = value;
      pic.init = after_icw2(pic);
      return {.action = PicAction::kIcw2};
    case PicInit::kWantIcw3:
      pic.icw3 = value;
      pic.init = after_icw3(pic);
      return {.action = PicAction::kIcw3};
    case PicInit::kWantIcw4:
      pic.icw4 = value;
      pic.init = PicInit::kReady;
      return {.action = PicAction::kIcw4};
    default: pic.imr = value; return {.action = PicAction::kMask};
  }
}

std::uint8_t peek_port(const Pic8259& pic, unsigned offset) {
  if (pic.poll) {
    const auto line = next_line(pic);
    return line ? static_cast<std::uint8_t>(0x80 | *line) : 0;
  }
  if (offset & 1) return pic.imr;
  return pic.ris ? pic.isr : pic.irr;
}

std::uint8_t read_port(Pic8259& pic, unsigned offset) {
  const std::uint8_t value = peek_port(pic, offset);
  if (pic.poll) {
    if (const auto line = next_line(pic)) enter_service(pic, *line);
    pic.poll = false;
  }
  return value;
}

void write_elcr(Pic8259& pic, std::uint8_t value) {
  pic.elcr = value & (pic.sp ? kElcrMasterMask : kElcrSlaveMask);
  pic.irr = static_cast<std::uint8_t>((pic.irr & ~pic.elcr) | (pic.ir & pic.elcr));
}

// ---- the two chips of a PC ----

namespace {

// The one wire between them.
void settle(PicPair& pair) { set_irq_line(pair.master, kPicCascadeLine, int_output(pair.slave)); }

bool answers_to(const Pic8259& slave, unsigned line) {
  return slave.init == PicInit::kReady && !is_master(slave) && !bit(slave.icw1, kSngl) &&
         (slave.icw3 & 7) == line;
}

bool names_slave(std::uint16_t port) { return (port & ~1u) == kPicSlavePort || port == kPicElcrPort + 1; }

bool names_elcr(std::uint16_t port) { return (port & ~1u) == kPicElcrPort; }

}  // namespace

PicPair pic_after_bios() {
  PicPair pair;
  write_port(pair, kPicMasterPort, 0x11);
  write_port(pair, kPicSlavePort, 0x11);
  for (const std::uint8_t word : {0x08, 0x04, 0x01, 0xB8}) write_port(pair, kPicMasterPort + 1, word);
  for (const std::uint8_t word : {0x70, 0x02, 0x01, 0x8E}) write_port(pair, kPicSlavePort + 1, word);
  return pair;
}

void set_irq_line(PicPair& pair, unsigned irq, bool level) {
  if (irq == kPicCascadeLine) return;
  if (irq < 8) {
    set_irq_line(pair.master, irq, level);
  } else {
    set_irq_line(pair.slave, irq - 8, level);
    settle(pair);
  }
}

bool int_output(const PicPair& pair) { return int_output(pair.master); }

PicPairAcknowledge acknowledge(PicPair& pair) {
  const PicAcknowledge first = acknowledge(pair.master);
  PicPairAcknowledge result{.vector = first.vector, .irq = first.line, .spurious = first.spurious};
  if (first.spurious || !is_cascaded(pair.master, first.line)) return result;

  if (!answers_to(pair.slave, first.line)) {
    result.vector = 0xFF;
    result.nobody_answers = true;
    return result;
  }
  const PicAcknowledge second = acknowledge(pair.slave);
  result.vector = second.vector;
  result.irq = static_cast<std::uint8_t>(8 + second.line);
  result.spurious = second.spurious;
  result.from_slave = true;
  // The slave's INT falls with its INTA; if it has more to ask, the rise after that is the edge the master
  // needs.
  set_irq_line(pair.master, kPicCascadeLine, false);
  settle(pair);
  return result;
}

std::optional<PicPairAcknowledge> peek_acknowledge(const PicPair& pair) {
  if (!int_output(pair)) return std::nullopt;
  PicPair copy = pair;
  return acknowledge(copy);
}

PicReason standing(const PicPair& pair, unsigned irq) {
  if (irq < 8) return standing(pair.master, irq);
  PicReason reason = standing(pair.slave, irq - 8);
  if (reason.standing == PicStanding::kNext) return standing(pair.master, kPicCascadeLine);
  if (reason.other != kNoLine) reason.other = static_cast<std::uint8_t>(reason.other + 8);
  return reason;
}

PicPairWrite write_port(PicPair& pair, std::uint16_t port, std::uint8_t value) {
  const bool slave = names_slave(port);
  Pic8259& pic = slave ? pair.slave : pair.master;
  PicPairWrite done{.slave = slave};
  if (names_elcr(port)) {
    write_elcr(pic, value);
    done.write.action = PicAction::kElcr;
  } else {
    done.write = write_port(pic, port & 1u, value);
  }
  settle(pair);
  return done;
}

std::uint8_t read_port(PicPair& pair, std::uint16_t port) {
  if (names_elcr(port)) return peek_port(pair, port);
  const std::uint8_t value = read_port(names_slave(port) ? pair.slave : pair.master, port & 1u);
  settle(pair);
  return value;
}

std::uint8_t peek_port(const PicPair& pair, std::uint16_t port) {
  const Pic8259& pic = names_slave(port) ? pair.slave : pair.master;
  return names_elcr(port) ? pic.elcr : peek_port(pic, port & 1u);
}

}  // namespace ringside
