// SPDX-License-Identifier: GPL-2.0-or-later
#include "reasons.h"

namespace ringside::lockstep {
namespace {

// "deliveries": they are not the same, and so the two are in different places now.
bool other_deliveries(const Moment& m, const Difference& d, int ours, int theirs) {
  return d.field == "deliveries" && m.our_vector == ours && m.their_vector == theirs;
}
bool one_byte(const Moment& m, std::uint8_t opcode) { return m.op && m.op->map == 0 && m.op->byte == opcode; }

bool saved_rf(const Moment& m, const Difference& d) {
  return m.delivery && d.field == "saved RFLAGS" && (d.ours ^ d.theirs) == rflags::rf && d.ours & rflags::rf;
}

// What SYSRET has put there, or a fault that was taken before.
bool lasting_rf(const Moment& m, const Difference& d) {
  return m.delivery && d.field == "saved RFLAGS" && (d.ours ^ d.theirs) == rflags::rf &&
         d.theirs & rflags::rf;
}
bool sysret_flags(const Moment& m, const Difference& d) {
  constexpr std::uint64_t kOpen = rflags::rf | rflags::vm | rflags::vip;
  return m.op && m.op->map == 1 && m.op->byte == 0x07 && d.field == "RFLAGS" &&
         !((d.ours ^ d.theirs) & ~kOpen);
}

// Debug exceptions. What DR6 has to be in each case is written in deviations.h.
constexpr int kDebug = 1;
bool debug_status(const Moment& m, const Difference& d) {
  return m.delivery && m.our_vector == kDebug && m.their_vector == kDebug && d.field == "DR6";
}
bool two_byte_breakpoint(const Moment& m, const Difference& d) {
  constexpr std::uint64_t kLengths = 0xCCCC'0000, kTwoBytes = 0x4444'0000;
  return other_deliveries(m, d, kDebug, -1) && (m.before.dr7 & kLengths & kTwoBytes);
}
bool second_debug_trap(const Moment& m, const Difference& d) { return other_deliveries(m, d, -1, kDebug); }
bool moves_debug_register(const Moment& m) {
  return m.op && m.op->map == 1 && (m.op->byte == 0x21 || m.op->byte == 0x23);
}
bool general_detect(const Moment& m, const Difference& d) {
  constexpr std::uint64_t kGd = 1 << 13;
  return moves_debug_register(m) && m.before.dr7 & kGd && other_deliveries(m, d, kDebug, -1);
}
bool debug_reserved(const Moment& m, const Difference& d) {
  return moves_debug_register(m) && !m.delivery && (d.field.starts_with("DR") || d.field.starts_with("R"));
}

bool accessed(const Moment& m, const Difference& d) {
  return m.delivery && (d.field == "CS.attributes" || d.field == "SS.attributes") &&
         (d.ours ^ d.theirs) == 1 && d.ours & 1;
}

bool by_ist(const Moment& m) {
  if (!m.delivery || m.delivery->before.cpl != m.delivery->after.cpl) return false;
  for (const MicroStep& step : m.delivery->attempts.back().steps)
    if (step.kind == MicroStepKind::stack_from_ist) return true;
  return false;
}
bool null_ss(const Moment& m, const Difference& d) {
  return by_ist(m) && d.field.starts_with("SS") && d.theirs == 0;
}

bool is_page_fault(const Moment& m) { return m.delivery && m.delivery->attempts[0].exception.vector == 14; }
bool reserved_bit(const Moment& m, const Difference& d) {
  constexpr std::uint64_t kPresent = 1, kReserved = 8;
  return is_page_fault(m) && d.field == "error code" && (d.ours ^ d.theirs) == kPresent && d.ours & kReserved;
}

bool stack_fault(const Moment& m, const Difference& d) { return other_deliveries(m, d, 12, 13); }
bool int1(const Moment& m, const Difference& d) { return one_byte(m, 0xF1) && other_deliveries(m, d, 1, 6); }
bool last_round(const Moment& m, const Difference& d) {
  return m.op && repeats(*m.op) && m.our_vector == 1 && d.field == "saved RIP" && d.theirs == m.before.rip &&
         m.delivery->before[Gpr::rcx] == 0;
}
// Error codes that name a gate: bit 1.
bool gate_index(const Moment&, const Difference& d) {
  return d.field == "error code" && d.ours & 2 && d.theirs >> 4 == d.ours >> 3;
}
bool external(const Moment&, const Difference& d) {
  return d.field == "error code" && (d.ours ^ d.theirs) == 1 && d.ours & 1;
}
// #GP(0) here and nothing there.
bool unchecked(const Moment& m, const Difference& d, std::uint8_t opcode, int number = -1) {
  return m.op && m.op->map == 1 && m.op->byte == opcode && other_deliveries(m, d, 13, -1) &&
         (number < 0 || (m.op->modrm >> 3 & 7) == number);
}
// The hidden part of a data segment register whose selector is null.
bool null_segment(const Moment& m, const Difference& d) {
  if (!m.ours || d.field.find('.') == std::string::npos) return false;
  const auto is = [&](const char* name, const Segment& s) {
    return d.field.starts_with(name) && s.selector < 4;
  };
  return is("ES.", m.ours->es) || is("DS.", m.ours->ds) || is("FS.", m.ours->fs) || is("GS.", m.ours->gs);
}
bool sysret(const Moment& m, const Difference& d) { return unchecked(m, d, 0x07); }
bool null_ltr(const Moment& m, const Difference& d) { return unchecked(m, d, 0x00, 3); }
bool msr(const Moment& m, const Difference& d) { return unchecked(m, d, 0x30) || unchecked(m, d, 0x32); }
bool control_register(const Moment& m, const Difference& d) { return unchecked(m, d, 0x22); }
bool table_address(const Moment& m, const Difference& d) {
  return unchecked(m, d, 0x01, 2) || unchecked(m, d, 0x01, 3);
}
bool mxcsr(const Moment& m, const Difference& d) { return unchecked(m, d, 0xAE, 2); }
bool lock_neg(const Moment& m, const Difference& d) {
  return (one_byte(m, 0xF6) || one_byte(m, 0xF7)) && m.op->lock && (m.op->modrm >> 3 & 7) == 3 &&
         d.field == "RFLAGS";
}
bool handler_out_of_reach(const Moment& m, const Difference& d) {
  return one_byte(m, 0xCD) && other_deliveries(m, d, 13, m.op->modrm);  // behind the opcode: the vector
}
bool compatibility_syscall(const Moment& m, const Difference& d) {
  return m.op && m.op->map == 1 && m.op->byte == 0x05 && other_deliveries(m, d, 6, -1);
}
bool iret_stack(const Moment& m, const Difference& d) {
  return one_byte(m, 0xCF) && other_deliveries(m, d, 12, 11);
}
bool group_11(const Moment& m, const Difference& d) {
  return (one_byte(m, 0xC6) || one_byte(m, 0xC7)) && m.op->modrm >> 3 & 7 && d.field == "deliveries" &&
         m.our_vector == 6;
}
bool lock(const Moment& m, const Difference& d) {
  return m.op && m.op->lock && !takes_lock(*m.op) && d.field == "deliveries" && m.our_vector == 6;
}
bool shadow(const Moment& m, const Difference& d) {
  return m.delivery && d.field == "shadow" && !d.ours && m.before.interrupt_shadow;
}
bool alignment(const Moment& m, const Difference& d) {
  return m.op && m.op->map == 1 && other_deliveries(m, d, -1, 13);
}

bool sticky_flags(const Moment&, const Difference& d) {
  return d.field == "MXCSR flags" && !(d.ours & ~d.theirs);
}

bool syscall_flags(const Moment& m, const Difference& d) {
  constexpr std::uint64_t kArithmetic =
      rflags::cf | rflags::pf | rflags::af | rflags::zf | rflags::sf | rflags::of;
  return m.op && m.op->map == 1 && m.op->byte == 0x05 && d.field == "RFLAGS" &&
         !((d.ours ^ d.theirs) & ~kArithmetic);
}

constexpr Reason kReasons[] = {
    {"RF in a fault's frame", saved_rf,
     "volume 3B 17.3.1.1: a fault saves RFLAGS with RF set; QEMU saves them as they are"},
    {"RF that lasts", lasting_rf,
     "volume 3B 17.3.1.1: RF is cleared when an instruction is done; QEMU's lasts for a block"},
    {"RFLAGS behind SYSRET", sysret_flags,
     "volume 2, SYSRET: R11 and 3C7FD7h, or 2; QEMU sets RF and drops VIP"},
    {"DR6 of a debug exception", debug_status,
     "table 6-2: a single-step trap comes before the breakpoint of the next instruction; volume 3B 17.2.3: "
     "B0 to "
     "B3 tell of every condition met, and nothing is cleared; QEMU reports both at once, stops at the first, "
     "and "
     "clears"},
    {"breakpoint of two bytes on no border", two_byte_breakpoint,
     "volume 3B 17.2.5: the lowest bit of its address is not looked at; QEMU takes it as it stands"},
    {"second debug trap in the handler", second_debug_trap,
     "volume 3B 17.3.1.4: data breakpoint and single step are one #DB behind the instruction; QEMU raises a "
     "second one in the handler"},
    {"DR7.GD", general_detect,
     "volume 3B 17.2.4: any MOV to or from a debug register raises #DB; QEMU knows no GD"},
    {"reserved bits of debug registers", debug_reserved,
     "volume 3B figure 17-1: they read as fixed; QEMU gives back what was written"},
    {"A of the segments that a delivery loads", accessed,
     "volume 3A 3.4.5.1: A is set whenever the descriptor is loaded into a segment register; QEMU does not "
     "when it delivers"},
    {"SS of a handler entered by IST on the same level", null_ss,
     "volume 3A 6.14.4, volume 2, INT n: SS is loaded with null only when the privilege level changes; QEMU "
     "does so for IST as well"},
    {"P in the error code for a reserved bit", reserved_bit,
     "volume 3A 4.7: P is 1 where a reserved bit stopped the walk, as the entry was present; QEMU leaves it "
     "0"},
    {"#SS for a stack address that is not canonical", stack_fault,
     "volume 1 3.3.7.1, volume 3A 6.15: #SS(0); QEMU raises #GP(0)"},
    {"INT1", int1, "volume 2, INT n: INT1 raises #DB, a trap; QEMU takes it for an invalid opcode"},
    {"single step behind the last round of REP", last_round,
     "volume 2, REP: the count is looked at behind each round, and the instruction is over when it is used "
     "up; "
     "QEMU takes an empty round more"},
    {"index of a gate in an error code", gate_index,
     "volume 3A 6.13: the index of a gate is the vector (times 8, IDT bit set); QEMU counts in 16 bytes"},
    {"EXT in an error code", external,
     "volume 3A 6.13: EXT is set when the fault arose while delivering an interrupt or an earlier exception; "
     "QEMU leaves it 0"},
    {"hidden part of a null data segment", null_segment,
     "volume 2, IRET, RET: a data segment that the outer level may not use becomes null; what is hidden "
     "behind "
     "null cannot be seen, and QEMU keeps base and limit"},
    {"SYSRET to where is not canonical", sysret,
     "volume 2, SYSRET: #GP(0) before the ring changes, on Intel's processors; QEMU goes there and faults"},
    {"INT to a handler out of reach", handler_out_of_reach,
     "volume 2, INT n: an offset outside of the code segment's limit, or not canonical, raises #GP(EXT); "
     "QEMU "
     "goes there"},
    {"SYSCALL in compatibility mode", compatibility_syscall,
     "volume 2, SYSCALL: #UD outside of 64-bit mode; QEMU follows AMD's processors"},
    {"IRET to a stack segment that is not present", iret_stack,
     "volume 2, IRET: #SS(selector); QEMU raises #NP"},
    {"LTR of a null selector", null_ltr, "volume 2, LTR: #GP(0); QEMU takes it"},
    {"WRMSR, RDMSR", msr,
     "volume 2, WRMSR and RDMSR; volume 3A 2.8.7: reserved bits and registers raise #GP(0); QEMU ignores "
     "them"},
    {"MOV to a control register", control_register,
     "volume 2, MOV CR; volume 3A 10.8.6.1: #GP(0) for reserved bits and for NW without CD; QEMU takes them"},
    {"LGDT, LIDT not canonical", table_address, "volume 2, LGDT/LIDT: #GP(0); QEMU takes it"},
    {"LDMXCSR reserved bit", mxcsr, "volume 2, LDMXCSR: #GP(0); QEMU takes it"},
    {"flags of LOCK NEG", lock_neg,
     "volume 2, NEG: of the result; a gap of ours, which makes them of the value before, see "
     "sim/cpu/corrections.h"},
    {"MOV of group 11 with another number than 0", group_11,
     "volume 2, table A-6: reserved, #UD; QEMU does not look at the number"},
    {"LOCK", lock, "volume 2, LOCK: #UD before what takes no LOCK; QEMU ignores the prefix"},
    {"STI's shadow behind a delivery", shadow,
     "volume 3A 6.8.1, volume 2, STI: the next instruction alone is in the shadow; QEMU's goes on in the "
     "handler"},
    {"alignment of SSE operands", alignment,
     "volume 2, MOVAPS and its like: #GP(0) on no 16-byte border; a gap of ours, see sim/cpu/corrections.h"},
    {"RFLAGS behind SYSCALL", syscall_flags,
     "volume 2, SYSCALL: RFLAGS and not IA32_FMASK; QEMU loses the arithmetic flags"},
    {"exception flags of MXCSR", sticky_flags,
     "volume 1 10.2.3.1: the flags are sticky; a gap of ours, see sim/cpu/corrections.h"},
};

}  // namespace

std::span<const Reason> reasons() { return kReasons; }

}  // namespace ringside::lockstep
