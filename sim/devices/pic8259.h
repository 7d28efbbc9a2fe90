// SPDX-License-Identifier: GPL-2.0-or-later
// The 8259A programmable interrupt controller: eight request lines in, one INT line to the CPU out, and a
// vector when the CPU acknowledges. A PC has two: the master at ports 0x20/0x21, and the slave at 0xA0/0xA1
// whose INT goes to the master's IR2. `Pic8259` is one chip, `PicPair` the two with that one wire.
//
//   A0 = 0  write: ICW1 (D4 = 1), OCW2 (D4 = D3 = 0), OCW3 (D4 = 0, D3 = 1)
//           read: IRR or ISR, or the poll word
//   A0 = 1  write: ICW2, ICW3, ICW4 in this order after ICW1, else OCW1 = IMR
//           read: IMR, or the poll word
//   0x4D0, 0x4D1  ELCR, a later chip set's addition: one bit a line, 1 = level triggered
//
// NOT MODELLED
// - Time within an INTA sequence: both INTA pulses happen at one instant, so no request vanishes between
//   them by itself. Acknowledging while INT is low gives the spurious IR7 that such a race gives.
// - MCS-80/85 mode (ICW4 bit 0 clear) as an 8080 sees it: only the byte of the second INTA, which is the
//   one that an x86 takes for the vector.
// - The data bus buffers (ICW4 bit 3), beyond the bit's say in who is master.
// - Before the first ICW1 the data sheet defines nothing: here INT stays low and OCWs are taken.
//
// Source: Intel 8259A data sheet, order number 231468-003. ELCR: Intel 82371AB (PIIX4), 290562-001, registers
// ELCR1 and ELCR2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace ringside {

// Which initialisation command word the next write with A0 = 1 is (figure 6 of the data sheet).
enum class PicInit : std::uint8_t { kNotInitialised, kWantIcw2, kWantIcw3, kWantIcw4, kReady };

struct Pic8259 {
  std::uint8_t ir = 0;    // the pins IR7..IR0 as they are now
  std::uint8_t irr = 0;   // interrupt request register: lines that ask for service
  std::uint8_t isr = 0;   // in-service register: acknowledged, end of interrupt still owed
  std::uint8_t imr = 0;   // interrupt mask register: 1 = line is kept out
  std::uint8_t elcr = 0;  // edge/level control: 1 = level
  std::uint8_t icw1 = 0;  // bit 0 IC4, 1 SNGL, 2 ADI, 3 LTIM
  std::uint8_t icw2 = 0;  // bits 7-3: the vector of line 0
  std::uint8_t icw3 = 0;  // master: lines that have a slave; slave: its identity in bits 2-0
  std::uint8_t icw4 = 0;  // bit 0 8086 mode, 1 AEOI, 2 M/S, 3 BUF, 4 SFNM
  PicInit init = PicInit::kNotInitialised;
  std::uint8_t lowest_priority =
      7;  // the line of lowest priority; the next one up, modulo 8, has the highest
  bool rotate_in_aeoi = false;
  bool special_mask = false;
  bool ris = false;   // OCW3: the next reads with A0 = 0 give the ISR (else the IRR)
  bool poll = false;  // OCW3: the next read is a poll, which acknowledges
  bool sp = true;     // the SP/EN pin: high = master

  bool operator==(const Pic8259&) const = default;
};
static_assert(std::is_trivially_copyable_v<Pic8259>);

template <class Visitor>
void visit_fields(const Pic8259& pic, Visitor&& visit) {
  const auto& [ir, irr, isr, imr, elcr, icw1, icw2, icw3, icw4, init, lowest, rotate, special, ris, poll,
               sp] = pic;
  visit("ir", ir);
  visit("irr", irr);
  visit("isr", isr);
  visit("imr", imr);
  visit("elcr", elcr);
  visit("icw1", icw1);
  visit("icw2", icw2);
  visit("icw3", icw3);
  visit("icw4", icw4);
  visit("init", init);
  visit("lowest_priority", lowest);
  visit("rotate_in_aeoi", rotate);
  visit("special_mask", special);
  visit("ris", ris);
  visit("poll", poll);
  visit("sp", sp);
}

inline constexpr std::uint8_t kNoLine = 0xFF;

// What a write did, for the board's trace.
enum class PicAction : std::uint8_t {
  kIcw1,
  kIcw2,
  kIcw3,
  kIcw4,
  kMask,             // OCW1
  kEoi,              // OCW2, specific or not
  kEoiAndRotate,     // OCW2: the line also becomes the one of lowest priority
  kSetPriority,      // OCW2: `line` becomes the one of lowest priority
  kRotateInAeoiOn,   // OCW2
  kRotateInAeoiOff,  // OCW2
  kNoOperation,      // OCW2 with R, SL, EOI = 0, 1, 0
  kOcw3,
  kElcr,
};

struct PicWrite {
  PicAction action = PicAction::kNoOperation;
  std::uint8_t line = kNoLine;  // 0..7 where the action names a line
  bool cleared = false;  // an EOI found its in-service bit set; false = an end of interrupt nobody owed
};

struct PicAcknowledge {
  std::uint8_t vector = 0;
  std::uint8_t line = 0;  // 0..7
  bool spurious = false;  // no request held: the vector is line 7's and no in-service bit was set
};

// One chip. `offset` is A0: 0 or 1.
void set_irq_line(Pic8259& pic, unsigned line, bool level);
bool int_output(const Pic8259& pic);
PicAcknowledge acknowledge(Pic8259& pic);
PicWrite write_port(Pic8259& pic, unsigned offset, std::uint8_t value);
std::uint8_t read_port(Pic8259& pic, unsigned offset);
std::uint8_t peek_port(const Pic8259& pic, unsigned offset);
void write_elcr(Pic8259& pic, std::uint8_t value);

// Inspection.
std::optional<unsigned> next_line(const Pic8259& pic);  // the line an acknowledge would give now
std::uint8_t pending_lines(const Pic8259& pic);         // requested and not masked, served at once or not
std::uint8_t eoi_owed(const Pic8259& pic);              // the ISR: lines whose handler has not said EOI yet
std::array<std::uint8_t, 8> priority_order(const Pic8259& pic);  // lines, highest priority first
std::uint8_t vector_of(const Pic8259& pic, unsigned line);
bool is_master(const Pic8259& pic);

// Why a line is or is not what the CPU would be given next.
enum class PicStanding : std::uint8_t {
  kNext,            // an acknowledge would give this line
  kNoRequest,       // nothing asks
  kMasked,          // its bit in the IMR is set
  kInService,       // `other`, of the same or a higher priority, is in service and its EOI is owed
  kOutranked,       // `other` asks as well and has the higher priority
  kNotInitialised,  // the ICW sequence is not complete
};

struct PicReason {
  PicStanding standing = PicStanding::kNoRequest;
  std::uint8_t other = kNoLine;
  bool operator==(const PicReason&) const = default;
};
PicReason standing(const Pic8259& pic, unsigned line);

// ---- the two chips of a PC ----

inline constexpr std::uint16_t kPicMasterPort = 0x20;
inline constexpr std::uint16_t kPicSlavePort = 0xA0;
inline constexpr std::uint16_t kPicElcrPort = 0x4D0;
inline constexpr unsigned kPicCascadeLine = 2;

struct PicPair {
  Pic8259 master{};
  Pic8259 slave{.sp = false};

  bool operator==(const PicPair&) const = default;
};
static_assert(std::is_trivially_copyable_v<PicPair>);

template <class Visitor>
void visit_fields(const PicPair& pair, Visitor&& visit) {
  const auto& [master, slave] = pair;
  visit("master", master);
  visit("slave", slave);
}

// As a PC's BIOS leaves them: vectors 0x08 and 0x70, edge triggered, masks 0xB8 (IRQ 0, 1, 2, 6 open) and
// 0x8E.
PicPair pic_after_bios();

struct PicPairWrite {
  bool slave = false;  // which chip was written
  PicWrite write{};
};

struct PicPairAcknowledge {
  std::uint8_t vector = 0;
  std::uint8_t irq = 0;   // 0..15; 7 or 15 when spurious
  bool spurious = false;  // on spurious IRQ 15 the master's ISR bit 2 is set all the same: it is owed its EOI
  bool from_slave = false;  // the slave put the vector on the bus
  bool nobody_answers =
      false;  // the master called a slave by a number no slave has (ICW3): the bus floats, 0xFF
};

void set_irq_line(PicPair& pair, unsigned irq,
                  bool level);  // 0..15; 2 is the cascade's own wire and is ignored
bool int_output(const PicPair& pair);
PicPairAcknowledge acknowledge(PicPair& pair);
// What acknowledge() would return now, without its effects; nothing if INT is low.
std::optional<PicPairAcknowledge> peek_acknowledge(const PicPair& pair);
// Why IRQ `irq` is or is not next at the CPU's INTR pin; `other` is an IRQ, 0..15.
PicReason standing(const PicPair& pair, unsigned irq);

// `port` is one of 0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1.
PicPairWrite write_port(PicPair& pair, std::uint16_t port, std::uint8_t value);
std::uint8_t read_port(PicPair& pair, std::uint16_t port);
std::uint8_t peek_port(const PicPair& pair, std::uint16_t port);

}  // namespace ringside
