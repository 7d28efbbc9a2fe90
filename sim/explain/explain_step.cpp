// SPDX-License-Identifier: GPL-2.0-or-later
// One ordinary instruction in a sentence: what it changed, not how it is encoded.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/base/bits.h"
#include "sim/explain/explain.h"
#include "sim/explain/sentence_parts.h"
#include "sim/inspect/cpu_tables.h"
#include "sim/inspect/event_tables.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

constexpr std::array<const char*, 16> kNames{"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                             "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

std::string register_name(const InspectContext& now, unsigned gpr) {
  std::string name = kNames[gpr];
  if (!now.wide()) name[0] = 'E';
  return name;
}

unsigned word_bytes(const CpuState& cpu) {
  switch (code_width(cpu)) {
    case CodeWidth::bits_16: return 2;
    case CodeWidth::bits_32: return 4;
    case CodeWidth::bits_64: return 8;
  }
  return 8;
}

// The top of a stack as a linear address.
std::uint64_t stack_top(const CpuState& cpu) {
  return mode(cpu) == CpuMode::long_64 ? cpu[Gpr::rsp] : (cpu.ss.base + cpu[Gpr::rsp]) & 0xFFFF'FFFF;
}

const Event* find(std::span<const Event> events, std::initializer_list<EventKind> kinds) {
  for (const Event& e : events)
    if (std::ranges::find(kinds, e.kind) != kinds.end()) return &e;
  return nullptr;
}

// The kinds that say more about a step than its registers do.
std::optional<Sentence> from_events(const StepFacts& s, const InspectContext& now) {
  PortWords ports = s.ports;
  if (const Event* e = find(s.events, {EventKind::port_write, EventKind::port_read})) {
    const bool out = e->kind == EventKind::port_write;
    const std::string chip = port_name(e->port);
    const std::string meaning =
        out ? ports.write(e->port, e->size, e->value) : ports.read(e->port, e->size, e->value);
    Say say(fmt::format("{} {:#0{}x} {} ", out ? "OUT wrote" : "IN read", e->value,
                        2 + 2 * std::max<int>(e->size, 1), out ? "to" : "from"));
    say(fmt::format("port {:#x}", e->port), Link::port, e->port);
    const std::string both = chip.empty() ? meaning : meaning.empty() ? chip : chip + ": " + meaning;
    if (!both.empty()) say(" (" + both + ")");
    if (find(s.events, {EventKind::unmodelled})) say(", where nobody answers");
    if (const Event* eoi = find(s.events, {EventKind::eoi}))
      say(eoi->line > 15 ? "; no interrupt was in service" : fmt::format("; IRQ {} is done", eoi->line));
    return say(".");
  }
  if (const Event* e = find(s.events, {EventKind::halt}))
    return Say(e->flag ? "HLT: the processor sleeps until the next interrupt."
                       : "HLT with interrupts off: nothing but an NMI or a reset wakes the processor.");
  if (const Event* e = find(s.events, {EventKind::mode_change})) {
    Say say;
    if ((s.before.cr0 ^ s.after.cr0) & cr0::pg)
      say(s.after.cr0 & cr0::pg ? "Paging is on. " : "Paging is off. ");
    say(fmt::format("The processor went from {} mode to {} mode", name(static_cast<CpuMode>(e->value2)),
                    name(static_cast<CpuMode>(e->value))));
    if (s.before.cpl != s.after.cpl)
      say(fmt::format(", from {} to {}", ring_words(s.before.cpl), ring_words(s.after.cpl)));
    return say("; it goes on at ")(code_phrase(now.symbols, linear_rip(s.after)))(".");
  }
  return std::nullopt;
}

// Loads of the registers that hold the machine together.
std::optional<Sentence> system_change(const StepFacts& s, const InspectContext& now) {
  const CpuState &a = s.before, &b = s.after;
  if (a.idtr != b.idtr)
    return Say("The IDT is now at ")(address_phrase(b.idtr.base))(
        fmt::format(", limit {:#x}: {} gates.", b.idtr.limit, (b.idtr.limit + 1u) / (now.ia32e() ? 16 : 8)));
  if (a.gdtr != b.gdtr)
    return Say("The GDT is now at ")(address_phrase(b.gdtr.base))(
        fmt::format(", limit {:#x}.", b.gdtr.limit));
  if (a.tr != b.tr)
    return Say("The task register now names ")(fmt::format("{:#x}", b.tr.selector), Link::selector,
                                               b.tr.selector)(", a TSS at ")(address_phrase(b.tr.base))(".");
  if (a.cr3 != b.cr3)
    return Say("CR3 = ")(fmt::format("{:#x}", b.cr3), Link::physical,
                         b.cr3)(": another set of page tables is in force.");
  if ((a.cr0 ^ b.cr0) & cr0::pg)
    return Say(b.cr0 & cr0::pg ? "Paging is on from here." : "Paging is off from here.");
  if (a.cr0 != b.cr0) return Say(fmt::format("CR0 = {:#x} (was {:#x}).", b.cr0, a.cr0));
  if (a.cr4 != b.cr4) return Say(fmt::format("CR4 = {:#x} (was {:#x}).", b.cr4, a.cr4));
  if (a.efer != b.efer) return Say(fmt::format("EFER = {:#x} (was {:#x}).", b.efer, a.efer));
  if (s.instruction.mnemonic == "invlpg" && !s.instruction.memory.empty())
    return Say("The processor forgets its translation of ")(
        address_phrase(s.instruction.memory[0].address.value))(".");
  if ((a.rflags ^ b.rflags) & rflags::if_ && s.instruction.flow == Flow::next)
    return Say(b.rflags & rflags::if_ ? "Interrupts are on, after one more instruction."
                                      : "Interrupts are off.");
  if (s.instruction.mnemonic == "cli") return Say("Interrupts stay off.");
  if (s.instruction.mnemonic == "sti") return Say("Interrupts stay on.");
  return std::nullopt;
}

std::optional<Sentence> control_flow(const StepFacts& s, const InspectContext& now) {
  const Instruction& i = s.instruction;
  const std::uint64_t to = linear_rip(s.after);
  const auto goes_to = [&] { return code_place(now.symbols, to); };
  switch (i.flow) {
    case Flow::call:
      return Say("Called ")(goes_to())(
          fmt::format("; the return address {:#x} is on the stack.", i.end().value));
    case Flow::ret: return Say("Returned to ")(goes_to())(".");
    case Flow::jump: return Say("Jumped to ")(goes_to())(".");
    case Flow::conditional_jump: {
      const std::string flags =
          flags_words(s.before.rflags & (rflags::cf | rflags::pf | rflags::zf | rflags::sf | rflags::of));
      const std::string set = flags.empty() ? "no flag set" : "flags " + flags;
      if (to == i.end().value && i.target != VirtAddr{to})
        return Say(fmt::format("{} did not jump ({}).", i.mnemonic, set));
      return Say(i.mnemonic)(" jumped to ")(goes_to())(fmt::format(" ({}).", set));
    }
    case Flow::interrupt_return: {
      Say say("Returned from the interrupt to ");
      say(goes_to());
      if (s.before.cpl != s.after.cpl) say(fmt::format(", in {}", ring_words(s.after.cpl)));
      if ((s.before.rflags ^ s.after.rflags) & rflags::if_)
        say(s.after.rflags & rflags::if_ ? ", interrupts on" : ", interrupts off");
      return say(".");
    }
    case Flow::system_call:
      return Say(i.mnemonic)(" goes to ")(goes_to())(fmt::format(", in {}.", ring_words(s.after.cpl)));
    case Flow::interrupt:
    case Flow::next: break;
  }
  return std::nullopt;
}

std::optional<Sentence> stack_change(const StepFacts& s, const InspectContext& now) {
  const std::string_view m = s.instruction.mnemonic;
  const GuestMemory guest = now.guest();
  if (m.starts_with("push") && m != "pusha") {
    const std::uint64_t bytes = s.before[Gpr::rsp] - s.after[Gpr::rsp];
    const std::uint64_t at = stack_top(s.after);
    const auto value =
        bytes >= 1 && bytes <= 8 ? guest.read({at}, static_cast<unsigned>(bytes)) : std::nullopt;
    if (value) return Say(fmt::format("Pushed {:#x} on the stack at ", *value))(address_phrase(at))(".");
  }
  if (m.starts_with("pop") && m != "popcnt" && m != "popa") {
    const auto value = guest.read({stack_top(s.before)}, word_bytes(s.before));
    if (value)
      return Say(fmt::format("Popped {:#x} from the stack into {}.", *value,
                             s.instruction.operands.empty() ? "the flags" : s.instruction.operands));
  }
  return std::nullopt;
}

Say memory_words(const StepFacts& s, const InspectContext& now) {
  Say say;
  for (const MemoryOperand& operand : s.instruction.memory) {
    if (!operand.written || operand.bytes == 0 || operand.bytes > 8) continue;
    const auto value = now.guest().read(operand.address, operand.bytes);
    if (!value) continue;
    say(fmt::format("{} at ", bytes_words(operand.bytes)))(address_phrase(operand.address.value));
    if (const std::string name = name_at(now.symbols, operand.address.value); !name.empty())
      say(" (" + name + ")");
    if (operand.address.value >= kVgaTextStart && operand.address.value < kVgaTextStart + kVgaTextBytes)
      say(" (text screen)");
    return say(fmt::format(" = {:#x}", *value));
  }
  return say;
}

std::string register_changes(const StepFacts& s, const InspectContext& now) {
  std::string words;
  for (unsigned i = 0; i < 16; ++i)
    if (s.before.gpr[i] != s.after.gpr[i])
      words += fmt::format("{}{} = {:#x} (was {:#x})", words.empty() ? "" : ", ", register_name(now, i),
                           s.after.gpr[i], s.before.gpr[i]);
  for (const auto& [name, member] : {std::pair{"DS", &CpuState::ds},
                                     {"ES", &CpuState::es},
                                     {"SS", &CpuState::ss},
                                     {"FS", &CpuState::fs},
                                     {"GS", &CpuState::gs}})
    if (s.before.*member != s.after.*member)
      words += fmt::format("{}{} = {:#x}", words.empty() ? "" : ", ", name, (s.after.*member).selector);
  return words;
}

std::string flag_changes(std::uint64_t before, std::uint64_t after) {
  constexpr std::uint64_t kStatus =
      rflags::cf | rflags::pf | rflags::zf | rflags::sf | rflags::of | rflags::df;
  std::string words;
  for (const auto& [flag, name] : {std::pair{rflags::zf, "ZF"},
                                   {rflags::cf, "CF"},
                                   {rflags::sf, "SF"},
                                   {rflags::of, "OF"},
                                   {rflags::pf, "PF"},
                                   {rflags::df, "DF"}})
    if ((before ^ after) & kStatus & flag)
      words += fmt::format("{}{} = {}", words.empty() ? "" : ", ", name, after & flag ? 1 : 0);
  return words;
}

}  // namespace

Sentence explain_step(const StepFacts& s, const InspectContext& now) {
  if (auto words = from_events(s, now)) return *words;
  if (auto words = system_change(s, now)) return *words;
  if (auto words = control_flow(s, now)) return *words;
  if (auto words = stack_change(s, now)) return *words;

  const std::string text = s.instruction.operands.empty()
                               ? s.instruction.mnemonic
                               : s.instruction.mnemonic + ' ' + s.instruction.operands;
  Say say;
  say(text, Link::linear, s.instruction.address.value);
  const Sentence stored = memory_words(s, now);
  const std::string registers = register_changes(s, now);
  if (!stored.empty()) say(": ")(stored);
  if (!registers.empty()) say((stored.empty() ? ": " : ", ") + registers);
  // Flags matter where nothing else tells what the instruction found out: CMP, TEST and their like.
  if (stored.empty() && registers.empty()) {
    const std::string flags = flag_changes(s.before.rflags, s.after.rflags);
    const bool compares = s.instruction.mnemonic == "cmp" || s.instruction.mnemonic == "test";
    if (!flags.empty())
      say(": " + flags);
    else if (compares)
      say(": flags " +
          (flags_words(s.after.rflags & 0x8D5).empty() ? "all 0" : flags_words(s.after.rflags & 0x8D5)));
    else
      return say(" changed no register and no flag.");
  }
  return say(".");
}

}  // namespace ringside
