// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

Cell lamp(bool on, Tone tone) { return on ? plain("1", tone) : muted("0"); }

std::string chip_words(const Pic8259& p) {
  if (p.init != PicInit::kReady) return "not initialised";
  return fmt::format("vectors {:#x} to {:#x}, mask {:#04x}", vector_of(p, 0), vector_of(p, 7), p.imr);
}

std::string init_words(PicInit init) {
  switch (init) {
    case PicInit::kNotInitialised: return "never initialised";
    case PicInit::kWantIcw2: return "waits for ICW2 (vector base)";
    case PicInit::kWantIcw3: return "waits for ICW3 (cascade)";
    case PicInit::kWantIcw4: return "waits for ICW4 (mode)";
    case PicInit::kReady: return "ready";
  }
  return {};
}

std::string lines_words(std::uint8_t lines, unsigned first_irq) {
  std::string words;
  for (unsigned i = 0; i < 8; ++i)
    if (bit(lines, i)) words += fmt::format("{}IRQ {}", words.empty() ? "" : ", ", first_irq + i);
  return words.empty() ? "none" : words;
}

}  // namespace

std::string standing_words(const PicReason& reason) {
  switch (reason.standing) {
    case PicStanding::kNext: return "next to be served";
    case PicStanding::kNoRequest: return "no request";
    case PicStanding::kMasked: return "masked";
    case PicStanding::kInService: return fmt::format("waits for the EOI of IRQ {}", reason.other);
    case PicStanding::kOutranked: return fmt::format("waits: IRQ {} goes first", reason.other);
    case PicStanding::kNotInitialised: return "PIC not initialised";
  }
  return {};
}

Table pic_table(const InspectContext& c) {
  const PicPair& pics = c.board.pic;
  Table t{.name = "pic",
          .title = "Interrupt controllers (two 8259A)",
          .note = fmt::format("Master: {}. Slave: {}.", chip_words(pics.master), chip_words(pics.slave)),
          .columns = {{"IRQ", true},
                      {"Device"},
                      {"Line", true},
                      {"IRR", true},
                      {"ISR", true},
                      {"IMR", true},
                      {"Vector", true},
                      {"Standing"}},
          .rows = {}};
  if (const auto next = peek_acknowledge(pics))
    t.note += fmt::format(" The CPU is asked to take vector {:#x}{}.", next->vector,
                          c.cpu.rflags & rflags::if_ ? "" : ", but IF is 0");
  for (unsigned irq = 0; irq < 16; ++irq) {
    const Pic8259& p = irq < 8 ? pics.master : pics.slave;
    const unsigned line = irq % 8;
    const PicReason reason = standing(pics, irq);
    const bool owed = bit(eoi_owed(p), line);
    std::string words = standing_words(reason);
    Tone tone = reason.standing == PicStanding::kNext ? Tone::interrupt : Tone::muted;
    if (owed) {
      words = reason.standing == PicStanding::kNoRequest ? "in service: EOI owed"
                                                         : "in service: EOI owed; " + words;
      tone = Tone::now;
    } else if (reason.standing == PicStanding::kMasked) {
      words = bit(p.irr, line) ? "requested, but masked" : "masked";
      tone = bit(p.irr, line) ? Tone::plain : Tone::muted;
    }
    const std::uint8_t vector = vector_of(p, line);
    const bool ready = p.init == PicInit::kReady;
    t.rows.push_back(
        {fmt::format("irq{}", irq),
         {Cell{std::to_string(irq), Link::irq, irq}, plain(irq_device(irq)),
          lamp(bit(p.ir, line), Tone::plain), lamp(bit(p.irr, line), Tone::interrupt), lamp(owed, Tone::now),
          lamp(bit(p.imr, line), Tone::plain),
          ready ? Cell{fmt::format("{:#x}", vector), Link::vector, vector} : Cell{}, plain(words, tone)}});
  }
  return t;
}

Table pic_registers_table(const InspectContext& c) {
  Table t{.name = "pic-registers",
          .title = "Registers of the two 8259A",
          .note = {},
          .columns = {{"Register"}, {"Master", true}, {"Slave", true}, {"Meaning"}},
          .rows = {}};
  const Pic8259 &m = c.board.pic.master, &s = c.board.pic.slave;
  const auto add = [&](const char* key, const char* shown, std::uint8_t master, std::uint8_t slave,
                       std::string meaning) {
    t.rows.push_back({key,
                      {plain(shown), plain(fmt::format("{:#04x}", master)),
                       plain(fmt::format("{:#04x}", slave)), muted(std::move(meaning))}});
  };
  add("irr", "IRR", m.irr, s.irr, "requests: " + lines_words(m.irr, 0) + "; " + lines_words(s.irr, 8));
  add("isr", "ISR", m.isr, s.isr, "in service: " + lines_words(m.isr, 0) + "; " + lines_words(s.isr, 8));
  add("imr", "IMR", m.imr, s.imr, "1 keeps the line out");
  add("icw1", "ICW1", m.icw1, s.icw1, "began the initialisation");
  add("icw2", "ICW2", m.icw2, s.icw2, "vector of line 0");
  add("icw3", "ICW3", m.icw3, s.icw3, "master: line with a slave; slave: that line's number");
  add("icw4", "ICW4", m.icw4, s.icw4,
      fmt::format("{}, {}", m.icw4 & 1 ? "8086 mode" : "MCS-80 mode",
                  m.icw4 & 2 ? "automatic EOI" : "EOI by the handler"));
  add("elcr", "ELCR", m.elcr, s.elcr, "1 = level triggered");
  t.rows.push_back({"init", {plain("State"), plain(init_words(m.init)), plain(init_words(s.init)), {}}});
  t.rows.push_back({"read",
                    {plain("Reads give"), plain(m.ris ? "ISR" : "IRR"), plain(s.ris ? "ISR" : "IRR"),
                     muted("chosen by OCW3")}});
  t.rows.push_back(
      {"int",
       {plain("INT"), yes_no(int_output(m)), yes_no(int_output(s)), muted("asks for an acknowledge")}});
  return t;
}

}  // namespace ringside
