// SPDX-License-Identifier: GPL-2.0-or-later
// Why an instruction raised what it raised, as far as its bytes and the registers tell.
// Source: Intel SDM volume 3A 6.15 (each exception's page), 5.9 (privileged instructions).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sim/base/bits.h"
#include "sim/cpu/descriptor.h"
#include "sim/cpu/msr.h"
#include "sim/explain/sentence_parts.h"
#include "sim/inspect/disassembly.h"
#include "sim/inspect/segment_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

Instruction decoded(const DeliveryRecord& r) {
  if (r.code_bytes == 0) return {};
  const Disassembler disassembler(code_width(r.delivery.before));
  const auto bytes = std::as_bytes(std::span(r.code)).first(std::min<std::size_t>(r.code_bytes, 15));
  return disassembler.decode(bytes, {r.rip}, &r.delivery.before);
}

Sentence page_fault(const DeliveryRecord& r, const InspectContext& now, const Exception& e,
                    const Instruction& insn) {
  const std::uint32_t code = e.error_code;
  const std::uint64_t address = e.cr2.value_or(0);
  Say say;
  const bool fetch = bit(code, 4u) || (address == r.rip && !bit(code, 1u));
  if (!fetch) {
    // A page fault may lie behind the operand's first byte, where the operand crosses into the next page.
    const auto operand = std::ranges::find_if(insn.memory, [&](const MemoryOperand& m) {
      return address - m.address.value < std::max<unsigned>(m.bytes, 1);
    });
    const bool known = operand != insn.memory.end() && operand->bytes > 0;
    say(fmt::format("it {}{} at ", bit(code, 1u) ? "wrote" : "read",
                    known ? " " + bytes_words(operand->bytes) : ""));
  }
  say(address_phrase(address));
  if (const std::string name = name_at(now.symbols, address); !name.empty())
    say(" (")(name, Link::source, address)(")");
  if (!fetch) say(", which");
  if (bit(code, 3u)) return say(" is mapped by a page-table entry with a reserved bit set");
  if (!bit(code, 0u))
    return say(address < 4096 ? " is not mapped, and so close to 0 that it looks like a null pointer"
                              : " is not mapped");
  const Access access{.kind = fetch           ? AccessKind::fetch
                              : bit(code, 1u) ? AccessKind::write
                                              : AccessKind::read,
                      .user = bit(code, 2u)};
  const Walk w = walk(r.delivery.before, now.memory, {address}, access);
  switch (w.fault) {
    case WalkFault::write_protected: return say(" is mapped read-only");
    case WalkFault::user_denied: return say(" belongs to the kernel");
    case WalkFault::no_execute: return say(" is mapped as not executable");
    case WalkFault::smep: return say(" is user code, which SMEP forbids the kernel to run");
    case WalkFault::smap: return say(" belongs to user code, which SMAP forbids the kernel to touch");
    default: return say(" is mapped, but not for this access");
  }
}

// Instructions for ring 0 alone.
bool privileged(std::string_view mnemonic) {
  constexpr std::array<std::string_view, 15> kPrivileged{"hlt",   "lgdt",  "lidt",  "lldt",   "ltr",
                                                         "lmsw",  "clts",  "invd",  "wbinvd", "invlpg",
                                                         "rdmsr", "wrmsr", "rdpmc", "swapgs", "sysexit"};
  return std::ranges::find(kPrivileged, mnemonic) != kPrivileged.end();
}
bool moves_system_register(const Instruction& i) {
  return i.mnemonic == "mov" &&
         (i.operands.find("cr") != std::string::npos || i.operands.find("dr") != std::string::npos) &&
         i.memory.empty();
}
bool uses_ports(std::string_view mnemonic) {
  return mnemonic == "in" || mnemonic == "out" || mnemonic.starts_with("ins") || mnemonic.starts_with("outs");
}

// What is wrong with the segment that an error code names.
Sentence selector_trouble(const DeliveryRecord& r, const InspectContext& now, std::uint32_t error_code) {
  const auto selector = static_cast<std::uint16_t>(error_code & 0xFFFC);
  const CpuState& cpu = r.delivery.before;
  const char* table = selector & 4 ? "LDT" : "GDT";
  Say say;
  say(fmt::format("selector {:#x}", selector), Link::selector, selector);
  const auto at = descriptor_address(cpu, selector);
  if (!at)
    return say(selector & 4 ? " lies beyond the LDT"
                            : fmt::format(" lies beyond the GDT, whose limit is {:#x}", cpu.gdtr.limit));
  const auto descriptor = GuestMemory(cpu, now.memory).read(*at, 8);
  if (!descriptor) return say(fmt::format(" has no descriptor that can be read in the {}", table));
  const Segment segment = unpack_descriptor(selector, *descriptor);
  if (!segment.present())
    return say(
        fmt::format(" names a segment that is not present: its descriptor in the {} has P = 0", table));
  return say(fmt::format(" names {} for {}, which does not do here",
                         segment_words(segment, cpu.efer & efer::lma), ring_words(segment.dpl())));
}

// The operand whose address long mode does not take.
std::optional<MemoryOperand> not_canonical(const CpuState& cpu, const Instruction& insn) {
  for (const MemoryOperand& operand : insn.memory)
    if ((cpu.efer & efer::lma) && !canonical(operand.address.value)) return operand;
  return std::nullopt;
}
Sentence operand_not_canonical(const MemoryOperand& operand) {
  return Say(fmt::format("its operand's address {:#x} is not canonical", operand.address.value));
}

Sentence stack_fault(const DeliveryRecord& r, const Instruction& insn) {
  if (const auto operand = not_canonical(r.delivery.before, insn)) return operand_not_canonical(*operand);
  if (r.delivery.before.efer & efer::lma)
    return Say(
        fmt::format("RSP = {:#x} leads to an address that is not canonical", r.delivery.before[Gpr::rsp]));
  return Say("the access lies outside of the stack segment");
}

Sentence general_protection(const DeliveryRecord& r, const InspectContext& now, const Exception& e,
                            const Instruction& insn) {
  const CpuState& cpu = r.delivery.before;
  if (e.error_code & ~1u) {
    if (!(e.error_code & 2)) return selector_trouble(r, now, e.error_code);
    return Say("it may not use ")(fmt::format("gate {} of the IDT", e.error_code >> 3), Link::vector,
                                  e.error_code >> 3);
  }
  if (!insn.decoded) return {};
  const std::string_view m = insn.mnemonic;
  if (cpu.cpl != 0 && (privileged(m) || moves_system_register(insn)))
    return Say(fmt::format("this instruction is for ring 0 only, and the processor is in ring {}", cpu.cpl));
  const unsigned iopl = bits<std::uint64_t>(cpu.rflags, 13, 12);
  if (cpu.cpl > iopl && (m == "cli" || m == "sti"))
    return Say(fmt::format("ring {} may not touch the interrupt flag while IOPL is {}", cpu.cpl, iopl));
  if (cpu.cpl > iopl && uses_ports(m))
    return Say(
        fmt::format("ring {} may not use this port: IOPL is {} and the TSS's I/O bitmap does not open it",
                    cpu.cpl, iopl));
  if (const auto operand = not_canonical(cpu, insn)) return operand_not_canonical(*operand);
  const auto ecx = static_cast<std::uint32_t>(cpu[Gpr::rcx]);
  if (m == "rdmsr" || m == "wrmsr") {
    if (!*msr_name(ecx))
      return Say("there is no model-specific register ")(fmt::format("{:#x}", ecx), Link::msr, ecx);
    if (m == "wrmsr") return Say(fmt::format("{} does not take this value", msr_name(ecx)), Link::msr, ecx);
  }
  if (moves_system_register(insn))
    return Say("the value has bits set that this register reserves, or that do not go together");
  // An aligned SSE access, by the names of the instructions that want alignment (SDM volume 1, 10.6).
  for (const MemoryOperand& operand : insn.memory)
    if (operand.bytes == 16 && operand.address.value % 16 != 0)
      return Say(fmt::format("its operand at {:#x} is not aligned to 16 bytes", operand.address.value));
  if (!(cpu.efer & efer::lma) && !insn.memory.empty())
    return Say("an operand lies outside of its segment, or the segment does not allow the access");
  return {};
}

Sentence divide_error(const DeliveryRecord& r, const InspectContext& now, const Instruction& insn) {
  // DIV and IDIV take their divisor from a register or from memory; a 0 there is the usual cause.
  std::optional<std::uint64_t> divisor;
  if (!insn.memory.empty())
    divisor = now.guest().read(insn.memory[0].address, std::clamp<unsigned>(insn.memory[0].bytes, 1, 8));
  constexpr std::array<std::string_view, 16> k64{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                 "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  constexpr std::array<std::string_view, 8> k32{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
  for (unsigned i = 0; i < 16; ++i) {
    if (insn.operands == k64[i]) divisor = r.delivery.before.gpr[i];
    if (i < 8 && insn.operands == k32[i]) divisor = r.delivery.before.gpr[i] & 0xFFFF'FFFF;
    if (i >= 8 && insn.operands == std::string(k64[i]) + "d")
      divisor = r.delivery.before.gpr[i] & 0xFFFF'FFFF;
  }
  if (divisor && *divisor == 0) return Say("the divisor is 0");
  if (divisor) return Say(fmt::format("the quotient by {} does not fit into the register", *divisor));
  return Say("the divisor is 0, or the quotient does not fit");
}

Sentence debug_exception(const Exception& e) {
  if (bit(e.dr6, 14)) return Say("single step, because TF is set");
  if (bit(e.dr6, 13)) return Say("a debug register was touched while DR7.GD guards them");
  for (unsigned i = 0; i < 4; ++i)
    if (bit(e.dr6, i)) return Say(fmt::format("breakpoint {} of the debug registers was met", i));
  return {};
}

}  // namespace

Sentence cause_of(const DeliveryRecord& r, const InspectContext& now) {
  const Exception& e = r.delivery.attempts.front().exception;
  if (e.source == Source::external || e.source == Source::nmi) return {};
  const Instruction insn = decoded(r);
  if (e.source == Source::software_int) return {};
  switch (e.vector) {
    case 0: return divide_error(r, now, insn);
    case 1: return debug_exception(e);
    case 5: return Say("the index lies outside of its bounds");
    case 6:
      if (insn.mnemonic == "ud2") return Say("UD2 is there to do just this");
      return insn.decoded
                 ? Say("the processor does not accept it here")
                 : Say(fmt::format("the byte {:#04x} begins no instruction", r.code_bytes ? r.code[0] : 0));
    case 7:
      return r.delivery.before.cr0 & cr0::em   ? Say("CR0.EM says that there is no x87")
             : r.delivery.before.cr0 & cr0::ts ? Say("CR0.TS is set: the registers belong to another task")
                                               : Say("x87 and SSE are not to be used now");
    case 10:
    case 11:
    case 12:
      if (e.error_code & ~3u) return selector_trouble(r, now, e.error_code);
      return e.vector == 12 ? stack_fault(r, insn) : Sentence{};
    case 13: return general_protection(r, now, e, insn);
    case 14: return page_fault(r, now, e, insn);
    case 16: return Say("an earlier x87 instruction left an error");
    case 17: return Say("alignment is checked (CR0.AM and RFLAGS.AC), and an operand is not aligned");
    case 19: return Say("an SSE instruction met a floating-point error that MXCSR does not mask");
    default: return {};
  }
}

}  // namespace ringside
