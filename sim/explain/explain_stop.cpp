// SPDX-License-Identifier: GPL-2.0-or-later
// Why the machine stands still, where it stands, and single events.
#include <fmt/format.h>

#include "sim/base/bits.h"
#include "sim/explain/explain.h"
#include "sim/explain/sentence_parts.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

Sentence now_at(const InspectContext& now) { return Say("Next: ")(where(now))("."); }

// A processor that waits in HLT for ever, though interrupts are on: usually an EOI was forgotten, or a line
// is masked.
Sentence why_nothing_comes(const Board& board) {
  const std::string waits = "The processor waits in HLT with interrupts on, and none comes: ";
  for (unsigned irq = 0; irq < 16; ++irq) {
    const PicReason reason = standing(board.pic, irq);
    if (reason.standing == PicStanding::kInService)
      return Say(waits)(fmt::format("IRQ {} ({})", reason.other, irq_device(reason.other)), Link::irq,
                        reason.other)(
          fmt::format(" is still in service, because no EOI was sent, and IRQ {} ({}) waits behind it.", irq,
                      irq_device(irq)));
  }
  for (unsigned irq = 0; irq < 16; ++irq) {
    const Pic8259& chip = irq < 8 ? board.pic.master : board.pic.slave;
    if (standing(board.pic, irq).standing == PicStanding::kMasked && bit(chip.irr, irq % 8))
      return Say(waits)(fmt::format("IRQ {} ({})", irq, irq_device(irq)), Link::irq,
                        irq)(" asks for service, but is masked.");
  }
  return Say(
      "The processor waits in HLT with interrupts on, and no device has anything for it: type something.");
}

}  // namespace

std::optional<Instruction> instruction_at(const InspectContext& now, std::uint64_t rip,
                                          const CpuState* registers) {
  const auto bytes = now.guest().readable({rip}, 15);
  if (bytes.empty()) return std::nullopt;
  return Disassembler(code_width(registers ? *registers : now.cpu)).decode(bytes, {rip}, registers);
}

Sentence where(const InspectContext& now) {
  const std::uint64_t rip = linear_rip(now.cpu);
  Say say;
  say(code_place(now.symbols, rip));
  if (const auto instruction = instruction_at(now, rip); instruction && instruction->decoded) {
    const std::string words = instruction->operands.empty()
                                  ? instruction->mnemonic
                                  : instruction->mnemonic + ' ' + instruction->operands;
    say(", ")(words, Link::linear, rip);
  }
  return say;
}

Sentence explain_start(const EntryState& entry, const InspectContext& now) {
  Say say;
  say(fmt::format("The boot loader has put the kernel at {:#x} to {:#x} and jumps to its entry ",
                  entry.image_start, entry.image_end - 1))(code_place(now.symbols, entry.eip));
  say(fmt::format(": {} mode, paging {}, interrupts {}, EAX = ", name(mode(now.cpu)),
                  now.cpu.cr0 & cr0::pg ? "on" : "off", now.cpu.rflags & rflags::if_ ? "on" : "off"));
  say(fmt::format("{:#x}", entry.eax))(", EBX = ")(fmt::format("{:#x}", entry.ebx), Link::physical,
                                                   entry.ebx);
  return say(entry.eax == 0x2BADB002 ? " (Multiboot)." : " (Multiboot 2).");
}

Sentence explain(const Event& e, const InspectContext& now) {
  Say say;
  const bool delivered =
      e.kind == EventKind::exception || e.kind == EventKind::interrupt || e.kind == EventKind::triple_fault;
  const bool line =
      e.kind == EventKind::irq_raised || e.kind == EventKind::irq_lowered || e.kind == EventKind::acknowledge;
  std::string words = event_words(e, now);
  if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
  if (delivered)
    say(words, Link::delivery, e.delivery);
  else if (line)
    say(words, Link::irq, e.line);
  else
    say(words);
  return say(" at ")(code_place(now.symbols, e.rip))(".");
}

Explanation explain(const Stop& stop, const InspectContext& now) {
  Explanation x;
  switch (stop.kind) {
    case StopKind::breakpoint: x.headline = Say("Breakpoint: ")(where(now))("."); return x;
    case StopKind::address: x.headline = Say("Reached ")(where(now))("."); return x;
    case StopKind::paused: x.headline = Say("Paused at ")(where(now))("."); return x;
    case StopKind::step:
    case StopKind::budget: x.headline = Say("Stopped at ")(where(now))("."); return x;
    case StopKind::watchpoint: {
      if (!stop.hit) break;
      const WatchHit& hit = *stop.hit;
      Say say;
      say(code_place(now.symbols, hit.rip))(hit.access.store ? " stored to " : " loaded from ");
      say(fmt::format("{:#x}", hit.access.address.value), Link::physical, hit.access.address.value);
      const int digits = 2 * hit.access.bytes + 2;
      x.headline =
          hit.access.store
              ? say(fmt::format(": {:#0{}x} became {:#0{}x}.", hit.access.before, digits, hit.after, digits))
              : say(fmt::format(": {:#0{}x}.", hit.access.before, digits));
      x.paragraphs.push_back(now_at(now));
      return x;
    }
    case StopKind::history_start:
      x.headline = Say("This is the start of the history: power-on.");
      x.paragraphs.push_back(now_at(now));
      return x;
    case StopKind::text:
      x.headline = Say(stop.sentence);
      x.paragraphs.push_back(now_at(now));
      return x;
    case StopKind::event: {
      if (stop.ahead) {
        std::string words = event_words(*stop.ahead, now);
        x.headline = Say("Back before: " + words + ", at ")(code_place(now.symbols, stop.ahead->rip))(".");
        x.paragraphs.push_back(now_at(now));
        return x;
      }
      if (!now.events || stop.event < now.events->first() || stop.event >= now.events->total()) break;
      // An acknowledge is half the story: the interrupt it belongs to is logged right behind it.
      const std::uint64_t next = stop.event + 1;
      const bool acknowledged = (*now.events)[stop.event].kind == EventKind::acknowledge &&
                                next < now.events->total() &&
                                (*now.events)[next].kind == EventKind::interrupt;
      const Event& e = (*now.events)[acknowledged ? next : stop.event];
      const bool delivered = e.kind == EventKind::exception || e.kind == EventKind::interrupt ||
                             e.kind == EventKind::triple_fault;
      if (const DeliveryRecord* record = delivered ? find_delivery(now, e.delivery) : nullptr)
        return explain(*record, now);
      x.headline = explain(e, now);
      x.paragraphs.push_back(now_at(now));
      return x;
    }
    case StopKind::triple_fault:
      if (now.deliveries && !now.deliveries->empty() && now.deliveries->back().delivery.triple_fault())
        return explain(now.deliveries->back(), now);
      break;
    case StopKind::idle:
      x.headline = why_nothing_comes(now.board);
      x.paragraphs.push_back(Say("It stands at ")(where(now))("."));
      return x;
    case StopKind::halted_forever:
      x.headline =
          Say("HLT with interrupts off: only an NMI or a reset could wake the processor, so the machine "
              "stands still for good.");
      x.paragraphs.push_back(Say("It stands at ")(where(now))("."));
      return x;
    case StopKind::debug_exit:
      x.headline =
          Say(fmt::format("The guest wrote {:#x} to the debug-exit port, which ends the run with status {}.",
                          now.board.debug_exit.value, stop.value));
      return x;
    case StopKind::reset:
      x.headline = Say(stop.sentence);
      x.paragraphs.push_back(Say("It stood at ")(where(now))("."));
      return x;
    case StopKind::power_off:
    case StopKind::unsupported: break;
  }
  x.headline = Say(stop.sentence);
  return x;
}

}  // namespace ringside
