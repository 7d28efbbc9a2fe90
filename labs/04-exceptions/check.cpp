// SPDX-License-Identifier: MIT
// Lab 04: the gates bit by bit, the way there and back, and what handlers learn of the exception.
#include <fmt/format.h>

#include <array>

#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;

namespace {

constexpr Boot kBoot{.budget = 2'000'000, .budget_ms = 2000};
constexpr std::uint16_t kKernelCode = 0x08;
constexpr std::uint64_t kGiB = 1 << 30;

struct Known {
  unsigned vector;
  const char* name;
  bool error_code;
};
constexpr std::array<Known, 23> kExceptions{
    {{0, "#DE", false},  {1, "#DB", false}, {2, "NMI", false},  {3, "#BP", false},  {4, "#OF", false},
     {5, "#BR", false},  {6, "#UD", false}, {7, "#NM", false},  {8, "#DF", true},   {9, "#MP", false},
     {10, "#TS", true},  {11, "#NP", true}, {12, "#SS", true},  {13, "#GP", true},  {14, "#PF", true},
     {16, "#MF", false}, {17, "#AC", true}, {18, "#MC", false}, {19, "#XM", false}, {20, "#VE", false},
     {21, "#CP", true},  {29, "#VC", true}, {30, "#SX", true}}};

constexpr std::array<const char*, 16> kNames{"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                             "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

struct Ready : Pc {
  explicit Ready(bool reference = false)
      : Pc({.reference = reference, .budget = kBoot.budget, .budget_ms = kBoot.budget_ms}) {
    run_until("lab::ready");
  }
};

std::uint64_t random_bits() { return dice().below(~0ull); }

// Values that nobody can know in all registers but RSP and those in `keep`.
void fill_registers(Pc& pc, std::vector<Gpr> keep = {}) {
  for (unsigned n = 0; n < 16; ++n) {
    const auto gpr = static_cast<Gpr>(n);
    if (gpr != Gpr::rsp && std::ranges::find(keep, gpr) == keep.end()) set_register(pc, gpr, random_bits());
  }
}

// From the first instruction of a function to a place behind an exception: the registers are as they were.
void expect_unharmed(Pc& pc, const char* place, const std::string& after, std::string_view how) {
  const CpuState before = pc.cpu();
  pc.run_until(place, how);
  for (unsigned n = 0; n < 16; ++n) {
    const auto gpr = static_cast<Gpr>(n);
    expect(pc, fmt::format("{} after {}", kNames[n], after), Hex{pc.cpu()[gpr]}, Eq(Hex{before[gpr]}),
           "The handler came in between two instructions: all that it uses must be saved and put back, and "
           "IRETQ "
           "takes from the stack what the processor has pushed.");
  }
  // A fault's frame has RF set, for the instruction that is tried again (Intel SDM vol. 3, 17.3.1.1).
  constexpr std::uint64_t kResume = 1 << 16;
  expect(pc, "RFLAGS after " + after, Hex{pc.cpu().rflags & ~kResume}, Eq(Hex{before.rflags & ~kResume}),
         "IRETQ brings back RFLAGS, too, the interrupt flag among them.");
}

// What can be told of an exception from outside: which, with which error code, and that the processor stops.
bool is_exception_or_halt(const Event& e) {
  return e.kind == EventKind::exception || e.kind == EventKind::halt;
}

}  // namespace

STEP(1) {
  Ready pc;
  for (unsigned round = 0; round < 4; ++round) {
    // Canonical and otherwise anything; the selector too.
    const std::uint64_t handler = 0xffff'8000'0000'0000 | random_bits();
    const std::uint64_t selector = dice().below(0x10000), stack = dice().below(8), ring = dice().below(4),
                        trap = round % 2;
    // A GateOptions is three bytes, and travels in one register.
    const auto gate = pc.call("lab::encode", {handler, selector, stack | ring << 8 | trap << 16});
    const std::string what =
        fmt::format("of encode({:#x}, {:#x}, {{.stack = {}, .ring = {}, .interrupts_stay = {}}})", handler,
                    selector, stack, ring, trap != 0);
    const auto bits = [&](const char* name, std::uint64_t is, std::uint64_t should, const char* why) {
      expect(pc, fmt::format("{} {}", name, what), Hex{is}, Eq(Hex{should}), why);
    };
    bits("bits 15-0 and 63-48 of the low half", (gate.rax & 0xffff) | (gate.rax >> 32 & 0xffff0000),
         handler & 0xffffffff,
         "The handler's address comes in three pieces: bits 15-0 first, bits 31-16 at the end of the low "
         "half.");
    bits("the high half", gate.rdx, handler >> 32,
         "The third piece is bits 63-32; above it 32 bits are reserved and 0.");
    bits("bits 31-16", gate.rax >> 16 & 0xffff, selector,
         "Behind the first piece comes the code segment's selector.");
    bits("bits 39-32", gate.rax >> 32 & 0xff, stack,
         "Three bits for the interrupt stack, and five that are 0.");
    bits("the type, bits 43-40,", gate.rax >> 40 & 0xf, trap ? 0xf : 0xe,
         "14 is an interrupt gate, which turns interrupts off on the way in; 15 is a trap gate, which does "
         "not.");
    bits("bits 47-44 (P, DPL, 0)", gate.rax >> 44 & 0xf, 8 | ring << 1,
         "Bit 47 says that the gate is present; DPL is 46-45.");
  }
}

STEP(2) {
  Ready pc;
  expect(pc, "the IDT's base", Hex{pc.cpu().idtr.base}, Eq(Hex{pc.address("lab::idt")}),
         "LIDT tells the processor where the table is.");
  expect(pc, "the IDT's limit", Hex{pc.cpu().idtr.limit}, Eq(Hex{256 * 16 - 1}),
         "The limit is the offset of the table's last byte.");
  for (const Known& known : kExceptions)
    expect(pc,
           IdtGate(known.vector, AllOf(IsPresent(), HasSelector(kKernelCode), IsInterruptGate(), HasIst(0),
                                       HasDpl(known.vector == 3 ? 3 : 0), LeadsIntoCode())),
           fmt::format("Vector {} is {}: without a good gate the processor raises another exception on the "
                       "way to its handler.",
                       known.vector, known.name));
  const std::uint64_t closed = dice().one_of<std::uint64_t>({15, 22, 27, 31, 32 + dice().below(224)});
  expect(pc, IdtGate(static_cast<unsigned>(closed), Not(IsPresent())),
         "Nobody serves this vector: a gate that is not present says so, by #NP with the vector in the error "
         "code.");
}

STEP(3) {
  Ready pc;
  const std::uint64_t at = pc.address("lab_breakpoint"), behind = pc.address("lab_behind_breakpoint");
  const std::uint64_t before = pc.number("lab::counts[3]"), rounds = 2 + dice().below(3);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t home = pc.cpu().rip;
    enter(pc, "lab_breakpoint");
    fill_registers(pc);
    const std::uint64_t flags = random_bits() & 0x8d5;  // arithmetic flags: they must survive
    set_rflags(pc, flags | 2);
    expect_unharmed(
        pc, "lab_behind_breakpoint", fmt::format("INT3 at {:#x}", at),
        "A trap's RIP is already behind its instruction: the handler just returns. [[gnu::interrupt]] makes "
        "a handler of a function: its argument is what the processor has pushed, and it ends in IRETQ.");
    expect(pc, "RIP in the frame that handled() was given", Hex{pc.number("lab::last.frame.rip")},
           Eq(Hex{behind}),
           "A breakpoint is a trap: RIP is already behind the INT3, and the handler leaves it as it is.");
    expect(pc, "RSP in that frame", Hex{pc.number("lab::last.frame.rsp")}, Eq(Hex{pc.cpu()[Gpr::rsp]}),
           "The frame is what the processor has pushed: RIP, CS, RFLAGS, RSP, SS.");
    pc.run_until(fmt::format("*{:#x}", home));
  }
  expect(pc, "lab::counts[3]", pc.number("lab::counts[3]") - before, Eq(rounds),
         "Each breakpoint is counted, by handled().");
  expect(pc, EventCount(ExceptionOf(13), Eq(0u)), "Nothing goes wrong on the way there and back.");
}

STEP(4) {
  Ready pc;
  // On the stack, far below what the calls use of it.
  const std::uint64_t value_at = pc.cpu()[Gpr::rsp] - 4096, known = random_bits();
  set_memory(pc, value_at - 64, known);
  const auto probe = [&](std::uint64_t address, bool readable, const char* why) {
    const std::uint64_t home = pc.cpu().rip;
    set_memory(pc, value_at, 0x7777);
    enter(pc, "lab_probe", {address, value_at});
    fill_registers(pc, {Gpr::rdi, Gpr::rsi});
    if (!readable)
      expect_unharmed(
          pc, "lab_probe_failed", fmt::format("the exception of reading {:#x}", address),
          "After the fault the probe goes on there: the handler writes that address into frame->rip.");
    pc.run_until(fmt::format("*{:#x}", home), "The probe returns, whatever it found.");
    expect(pc, fmt::format("lab_probe({:#x})", address), pc.cpu()[Gpr::rax] & 0xffffffff,
           Eq(readable ? 1u : 0u), why);
    expect(pc, "the value behind its pointer", Hex{pc.read(value_at)}, Eq(Hex{readable ? known : 0x7777}),
           "What was read is stored, and nothing where nothing was read.");
  };
  probe(value_at - 64, true, "What can be read is read.");
  probe(kGiB + 8 * dice().below(kGiB / 8), false,
        "The page is not mapped: the page fault's handler lets the probe go on at lab_probe_failed.");
  probe(1ull << 47 | dice().below(1ull << 40), false,
        "Such an address is not canonical, and its exception is #GP: that handler knows the probe, too.");
  probe(value_at - 64, true, "After a fault all is as before it.");
  probe(0x4000'0000'0000 + 8 * dice().below(1 << 20), false,
        "Each fault is mended, and not only the first one.");
  expect(pc, EventCount(ExceptionOf(14), Eq(2u)), "One page fault for each address that is not mapped.");
  expect(pc, EventCount(ExceptionOf(13), Eq(1u)),
         "One general protection fault, for the address that is not canonical.");
}

STEP(5) {
  // By instructions that go wrong, beside the reference.
  const std::uint64_t selector = 0x200 + 8 * dice().below(0x400), wild = kGiB + 8 * dice().below(kGiB / 8);
  struct Raise {
    const char* function;
    std::uint64_t argument;
    const char* at;
    unsigned vector;
    std::uint64_t error_code;
    std::string what;
  };
  for (const Raise& raise :
       {Raise{"lab_divide", 0, "lab_divide_at", 0, 0, "a division by 0"},
        {"lab_undefined", 0, "lab_undefined", 6, 0, "UD2"},
        {"lab_load_fs", selector, "lab_load_fs", 13, selector, fmt::format("selector {:#x} in FS", selector)},
        {"lab_store", wild, "lab_store", 14, 2, fmt::format("a store to {:#x}", wild)}}) {
    Ready pc, reference(true);
    const std::uint64_t mark = pc.mark(), reference_mark = reference.mark();
    enter(pc, raise.function, {raise.argument});
    enter(reference, raise.function, {raise.argument});
    reference.run_ms(200);
    pc.run_until("lab::report", "Nobody can mend " + raise.what + ": the handler calls report().");
    expect_halts_for_ever(pc, raise.what, "report() stops the processor, and never comes back.");
    expect(pc, "the vector that report() was given", pc.number("lab::last.vector"), Eq(raise.vector),
           "A handler is not told its vector: each one has to know it.");
    expect(pc, "the error code that report() was given", Hex{pc.number("lab::last.error_code")},
           Eq(Hex{raise.error_code}),
           "The processor pushes it for some exceptions, and it says what was wrong.");
    expect(pc, "RIP in the frame that report() was given", Hex{pc.number("lab::last.frame.rip")},
           Eq(Hex{pc.address(raise.at)}), "A fault points at the instruction that failed.");
    expect(pc, SameEventsAs(reference, is_exception_or_halt, mark, reference_mark),
           "One exception, and then an end.");
  }
  // And those that no instruction here can raise, by the check itself; but for #VC and #SX, which need a
  // hypervisor.
  constexpr std::size_t kOfThisMachine = kExceptions.size() - 2;
  for (unsigned round = 0; round < 5; ++round) {
    const Known& known = kExceptions[(dice().below(4) + 5 * round) % kOfThisMachine];
    if (known.vector == 3) continue;
    Ready pc;
    const std::uint64_t rip = pc.cpu().rip,
                        code = known.error_code && known.vector != 8 ? 8 * (1 + dice().below(100)) : 0;
    if (const auto done =
            pc.session().apply(InjectException{.vector = static_cast<std::uint8_t>(known.vector),
                                               .error_code = static_cast<std::uint32_t>(code)});
        !done)
      fail_step(pc, "an exception is delivered", done.error().sentence, "");
    const std::string what = fmt::format("exception {} ({})", known.vector, known.name);
    pc.run_until("lab::report", "Nobody can mend " + what + ": the handler calls report().");
    expect_halts_for_ever(pc, what, "report() stops the processor, and never comes back.");
    expect(pc, "the vector that report() was given", pc.number("lab::last.vector"), Eq(known.vector),
           "A handler is not told its vector: each one has to know it.");
    expect(pc, fmt::format("the error code of {} that report() was given", known.name),
           Hex{pc.number("lab::last.error_code")}, Eq(Hex{code}),
           "Whether the processor has pushed one is in table 6-1 of the manual.");
    expect(pc, fmt::format("RIP in the frame of {}", known.name), Hex{pc.number("lab::last.frame.rip")},
           Eq(Hex{rip}), "The frame lies above the error code, if there is one.");
  }
}

QUESTION(1) {
  Ready pc;
  const Known& known = kExceptions[dice().below(kExceptions.size())];
  return {.text = fmt::format(
              "Your table is at {:#x}. At which address is the gate for {} (vector {})? (in hexadecimal)",
              pc.cpu().idtr.base, known.name, known.vector),
          .answer = fmt::format("{:#x}", pc.cpu().idtr.base + 16 * known.vector),
          .because = "A gate has 16 bytes in long mode, and the vector is the index: base + 16 * vector."};
}

QUESTION(2) {
  Ready pc;
  const std::uint64_t at = pc.address("lab_breakpoint");
  enter(pc, "lab_breakpoint");
  pc.run_until("lab_behind_breakpoint");
  return {.text = fmt::format(
              "INT3 is one byte long and lies at {:#x}. Which RIP does your breakpoint handler find in its "
              "frame? (in hexadecimal)",
              at),
          .answer = fmt::format("{:#x}", pc.number("lab::last.frame.rip")),
          .because = "#BP is a trap: the instruction is done, and RIP points behind it."};
}

QUESTION(3) {
  Ready pc;
  const std::uint64_t at = pc.address("lab_undefined");
  enter(pc, "lab_undefined");
  pc.run_ms(200);
  return {
      .text = fmt::format(
          "UD2 is two bytes long and lies at {:#x}. Which RIP does your handler for #UD find in its frame? "
          "(in hexadecimal)",
          at),
      .answer = fmt::format("{:#x}", pc.number("lab::last.frame.rip")),
      .because = "#UD is a fault: RIP points at the instruction itself, so that it could be tried again."};
}

QUESTION(4) {
  Ready pc;
  const std::uint64_t selector = 0x200 + 8 * dice().below(100) + dice().below(4);
  enter(pc, "lab_load_fs", {selector});
  pc.run_ms(200);
  return {
      .text = fmt::format(
          "Your kernel loads FS with the selector {:#x}, which lies behind the end of the GDT. Which error "
          "code does the handler of #GP get? (in hexadecimal)",
          selector),
      .answer = fmt::format("{:#x}", pc.number("lab::last.error_code")),
      .because =
          "The error code names the descriptor: the selector without its two lowest bits, which in an error "
          "code mean "
          "something else."};
}
