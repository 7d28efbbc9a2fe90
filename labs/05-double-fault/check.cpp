// SPDX-License-Identifier: MIT
// Lab 05: the tables the processor reads, the handler alone, and all of it together on a stack that is full.
#include <fmt/format.h>

#include <array>

#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kPage = 4096, kFaultStackBytes = 8192;
constexpr std::uint8_t kRspOfCommand = 4, kRipOfCommand = 16;
// A handler prints a line and halts.
constexpr std::uint64_t kHandlerInstructions = 2'000'000;
// Of a descriptor in memory, as CpuState keeps the hidden part: bits 40 to 55 without those of the limit.
constexpr unsigned kAccessed = 1, kMattersInLongMode = 0x60FE, kLongAndBig = 0x6000;

unsigned attributes(std::uint64_t descriptor) {
  return static_cast<unsigned>(descriptor >> 40) & kMattersInLongMode;
}

std::string descriptor_words(std::uint64_t d) {
  return fmt::format("P {}, DPL {}, S {}, type {:#06b}, L {}, D/B {}", d >> 47 & 1, d >> 45 & 3, d >> 44 & 1,
                     (d >> 40 & 15) & ~kAccessed, d >> 53 & 1, d >> 54 & 1);
}

std::uint64_t random_word() { return dice().below(~std::uint64_t{0}); }

// The processor right behind a page fault at `address`, at the first instruction of the student's handler,
// with a frame as the processor would have pushed it.
struct Frame {
  std::uint64_t error_code, rip, cs, rflags, rsp, ss;
};
void enter_handler(Pc& pc, std::uint64_t address, const Frame& frame) {
  Session& machine = pc.session();
  const std::uint64_t handler = pc.address("lab::double_fault");
  const std::uint64_t rsp = pc.put(std::as_bytes(std::span(&frame, 1)));
  const auto done = machine.apply(InjectException{.vector = 14, .error_code = 2, .cr2 = address});
  if (!done) fail_step(pc, "a page fault gets to its handler", done.error().sentence, "");
  (void)machine.apply(SetRegister{kRspOfCommand, rsp});
  (void)machine.apply(SetRegister{kRipOfCommand, handler});
}

// Whether the processor forgets the page's translation between here and the end of the function it is in,
// after the entry is gone: by INVLPG or by a write to CR3.
bool forgets(Pc& pc, std::uint64_t page) {
  const std::uint64_t home = pc.cpu()[Gpr::rsp];
  bool forgot = false;
  for (unsigned i = 0; i < 20'000 && !pc.ended() && pc.cpu()[Gpr::rsp] <= home; ++i) {
    const CpuState& cpu = pc.cpu();
    std::uint64_t at = cpu.rip;
    if ((pc.read(at, 1) & 0xF0) == 0x40) ++at;  // a REX prefix
    const auto opcode = pc.read(at, 2);
    const auto modrm = static_cast<unsigned>(pc.read(at + 2, 1));
    const bool invlpg = opcode == 0x010F && (modrm >> 3 & 7) == 7 && modrm >> 6 != 3;
    const bool mov_cr3 = opcode == 0x220F && (modrm >> 3 & 7) == 3;
    if (invlpg || mov_cr3) forgot = !walk(cpu, pc.context().memory, {page}, {.kind = AccessKind::read}).ok();
    pc.session().step();
  }
  return forgot;
}

// The handler has been entered; what comes of it. `rip`: where a return would lead.
void expect_halted_for_ever(Pc& pc, std::uint64_t rip) {
  const bool returned = pc.reaches(fmt::format("{:#x}", rip), kHandlerInstructions);
  const auto& stop = pc.session().machine().final_stop();
  if (stop && stop->kind == StopKind::halted_forever) return;
  fail_step_at(
      pc, {pc.instructions() - 1, pc.address("lab::double_fault")},
      "the handler ends in HLT with interrupts off",
      returned ? fmt::format("it returned to {:#x}, where the fault had been", rip) : pc.how(),
      "#DF is an abort: the saved RIP and RSP lead back to what failed. The handler says what it knows "
      "and stops for good: HLT with interrupts off, in a loop, as an NMI ends a HLT.");
}

// At the handler's first instruction: what the processor pushed.
std::uint64_t saved_rip(const Pc& pc) { return pc.read(pc.cpu()[Gpr::rsp] + 8); }

// An address, in words that say what lies there.
MATCHER_P3(LiesIn, what, first, last, fmt::format("lies in {}, {:#x} to {:#x}", what, first, last)) {
  *result_listener << fmt::format("{:#x}", arg);
  return arg >= first && arg <= last;
}

}  // namespace

STEP(1) {
  Pc pc;
  pc.run_until("kernel_main");
  for (const auto& [name, call, right] :
       {std::tuple{"code", "lab::code_descriptor", 0x00209A0000000000ull},
        std::tuple{"data", "lab::data_descriptor", 0x0000920000000000ull}}) {
    const std::uint64_t descriptor = pc.call(call).rax;
    const unsigned looks_at =
        name == std::string("code") ? kMattersInLongMode : kMattersInLongMode & ~kLongAndBig;
    if ((attributes(descriptor) & looks_at) != (attributes(right) & looks_at))
      fail_step(pc, fmt::format("the {} descriptor has {}", name, descriptor_words(right)),
                descriptor_words(descriptor),
                "Base and limit no longer count in long mode. What is left: present, ring, kind of segment, "
                "and for "
                "code the L bit, which makes the processor decode 64-bit instructions.");
  }
  pc.about("lab::load_segments");
  pc.run_until(
      "kernel::load_interrupt_table",
      "With a table that does not hold what the segment registers ask for, the processor goes no further.");
  const CpuState& cpu = pc.cpu();
  expect(
      pc, "the base in GDTR", Hex{cpu.gdtr.base}, Eq(Hex{pc.address("lab::gdt")}),
      "Until LGDT the processor uses the table that a boot loader left, where there is no place for a TSS.");
  expect(pc, "the limit in GDTR", cpu.gdtr.limit, Ge(23),
         "The limit is the offset of the table's last byte: behind it, a selector raises #GP.");
  for (const auto& [name, segment, selector] :
       {std::tuple{"CS", cpu.cs, 0x08}, std::tuple{"SS", cpu.ss, 0x10}, std::tuple{"DS", cpu.ds, 0x10},
        std::tuple{"ES", cpu.es, 0x10}}) {
    const std::uint64_t descriptor = pc.read(cpu.gdtr.base + static_cast<unsigned>(selector));
    if (!(descriptor >> 47 & 1))
      fail_step(pc, fmt::format("a present descriptor at {:#x} of the GDT", selector),
                descriptor_words(descriptor),
                "The descriptors belong into gdt.code and gdt.data, before LGDT.");
    expect(pc, name, Hex{segment.selector}, Eq(Hex{static_cast<std::uint64_t>(selector)}),
           "The processor reads a descriptor once, when the segment register is loaded: a new table alone "
           "changes "
           "nothing. Code is at offset 8 of yours, data at 16; what a loader used is no longer there.");
  }
}

STEP(2) {
  Pc pc;
  pc.run_until("lab::ready");
  pc.about("lab::load_segments");
  const CpuState& cpu = pc.cpu();
  expect(pc, "the task register's selector", Hex{cpu.tr.selector}, Eq(Hex{0x18}),
         "LTR tells the processor where the TSS is. Without it no gate can change stacks.");
  expect(pc, "the base in the task register", Hex{cpu.tr.base}, Eq(Hex{pc.address("lab::tss")}),
         "LTR copies base and limit out of the descriptor: fill it first.");
  expect(pc, "the limit in the task register", cpu.tr.limit, AllOf(Ge(103u), Lt(4096u)),
         "The limit is the offset of the TSS's last byte, and a TSS has 104 bytes: behind the limit, a "
         "change of "
         "stacks raises #TS.");
  const std::uint64_t bottom = pc.address("lab::fault_stack"), top = bottom + kFaultStackBytes;
  expect(pc, IstStack(1, LiesIn("the upper half of lab::fault_stack", bottom + kFaultStackBytes / 2, top)),
         "A stack grows down: what the TSS holds is the end of lab::fault_stack. The stack with number 1 is "
         "ist[0], as a 0 in a gate means none.");
  const auto io_map = static_cast<unsigned>(pc.read(cpu.tr.base + 102, 2));
  expect(pc, "the offset of the I/O map in the TSS", io_map, Gt(cpu.tr.limit),
         "Ring 3 may use the ports whose bits are 0 in this map. Behind the limit there is none, and so no "
         "port.");

  const std::uint64_t base = random_word(), limit = 104 + dice().below(0xFFF00);
  const Returned made = pc.call("lab::tss_descriptor", {base, limit});
  const std::string why =
      "Base and limit lie in pieces: limit 15-0, base 15-0, base 23-16, type and P, limit 19-16, base 31-24, "
      "and base 63-32 in the second eight bytes.";
  const std::string call = fmt::format("tss_descriptor({:#x}, {:#x})", base, limit);
  expect(pc, call + ": the lower eight bytes", Hex{made.rax},
         Eq(Hex{(limit & 0xFFFF) | (base & 0xFFFFFF) << 16 | 0x89ull << 40 | (limit >> 16) << 48 |
                (base >> 24 & 0xFF) << 56}),
         why);
  expect(pc, call + ": the upper eight bytes", Hex{made.rdx}, Eq(Hex{base >> 32}), why);
}

STEP(3) {
  Pc pc;
  pc.run_until("lab::ready");
  pc.about("lab::open_double_fault_gate");
  expect(pc, IdtGate(8, IsPresent()),
         "The second fault finds this gate shut, and the processor has nothing left to try: it resets.");
  expect(pc, IdtGate(8, LeadsTo("lab::double_fault")),
         "This is the function that is to handle double faults.");
  expect(
      pc, IdtGate(8, HasIst(1)),
      "Whatever led here broke the stack, most likely. With IST 0 the processor pushes onto that very stack, "
      "and the third fault is the last.");
  expect(pc, IdtGate(8, AllOf(IsInterruptGate(), HasSelector(0x08), HasDpl(0))),
         "Nothing may come in between, in the kernel's code segment, and no program may call it by INT 8.");
}

STEP(4) {
  const auto offset = 8 * dice().below(512);
  struct Case {
    std::string_view name;
    std::int64_t offset;
    bool full;
  };
  for (const Case& one : {Case{"in the guard page", static_cast<std::int64_t>(offset), true},
                          Case{"in the last word below the guard page", -8, false},
                          Case{"in the first word of the stack itself", kPage, false}}) {
    Pc pc;
    pc.run_until("lab::ready");
    const std::uint64_t address = pc.address("kernel_stack_guard") + static_cast<std::uint64_t>(one.offset);
    const Frame frame{.error_code = 0,
                      .rip = random_word() >> 17,
                      .cs = 8,
                      .rflags = 0x10002,
                      .rsp = random_word() >> 17,
                      .ss = 0x10};
    enter_handler(pc, address, frame);
    expect_halted_for_ever(pc, frame.rip);
    const std::string why =
        "The processor has pushed SS, RSP, RFLAGS, CS, RIP and an error code; CR2 holds the address "
        "of the last page fault.";
    expect(pc, "lab::report.rip", Hex{pc.number("lab::report.rip")}, Eq(Hex{frame.rip}), why);
    expect(pc, "lab::report.rsp", Hex{pc.number("lab::report.rsp")}, Eq(Hex{frame.rsp}), why);
    expect(pc, "lab::report.address", Hex{pc.number("lab::report.address")}, Eq(Hex{address}), why);
    expect(pc, fmt::format("lab::report.stack_full after a page fault {}", one.name),
           pc.number("lab::report.stack_full") != 0, Eq(one.full),
           "The stack is full when the address that faulted lies in the 4096 bytes at kernel_stack_guard.");
    expect(pc, Serial(HasSubstr("double fault: ")), "show() tells the person in front of the machine.");
  }
}

STEP(5) {
  Pc pc;
  pc.run_until("lab::guard_stack");
  const std::uint64_t guard = pc.address("kernel_stack_guard");
  const bool forgot = forgets(pc, guard);
  pc.run_until("lab::ready");
  pc.about("lab::guard_stack");
  expect(pc, NotMapped(guard),
         "A stack that grows into this page must meet a fault, and not its neighbour's memory.");
  expect(pc, AllOf(Mapped(guard + kPage, Writable()), Mapped(guard + 4 * kPage, Writable())),
         "The stack itself begins right above the guard page, and is in use.");
  expect(pc, Mapped(guard - 1, Writable()), "One page guards the stack. What lies below belongs to others.");
  if (!forgot)
    fail_step(
        pc, "INVLPG for the page after its entry is gone", "guard_stack() never executes it",
        "The processor keeps translations it has used, in the TLB. Until it is told, a page that the tables "
        "no longer have may still be there for it.");
}

STEP(6) {
  const Boot overflow{.command_line = "overflow"};
  Pc pc(overflow), reference({.command_line = "overflow", .reference = true});
  const std::string why =
      "The stack is full, so the page fault's frame cannot be pushed; that is a double fault, whose frame "
      "goes to "
      "interrupt stack 1. One mistake on the way (guard page, TSS, gate) makes it a triple fault, and the "
      "machine "
      "resets.";
  pc.run_until("lab::double_fault", why);
  expect(pc, EventsInOrder({ExceptionOf(14), ExceptionOf(8)}), why);
  const std::uint64_t bottom = pc.address("lab::fault_stack");
  expect(pc, "RSP at the handler's first instruction", pc.cpu()[Gpr::rsp],
         LiesIn("lab::fault_stack", bottom, bottom + kFaultStackBytes),
         "The handler must have a stack that is not full.");
  expect_halted_for_ever(pc, saved_rip(pc));
  reference.run_ms(100);
  expect(pc,
         SameEventsAs(reference,
                      [](const Event& e) {
                        return e.kind == EventKind::exception || e.kind == EventKind::halt ||
                               e.kind == EventKind::interrupt;
                      }),
         "Side by side with the reference, the same exceptions, and then a halt.");
  expect(pc, SameSerialAs(reference), "The report of a full stack says so.");

  // Not only where the guard page is: at any address.
  const std::string lost = fmt::format("lost={:#x}", 0x100000000000 + dice().below(1 << 20) * 4096);
  Pc elsewhere({.command_line = lost});
  elsewhere.run_until("lab::double_fault", "Wherever RSP points: the handler's stack comes from the TSS.");
  expect_halted_for_ever(elsewhere, saved_rip(elsewhere));
  expect(elsewhere, "lab::report.stack_full", elsewhere.number("lab::report.stack_full"), Eq(0u),
         "This stack is not full, it was never there.");
}

QUESTION(1) {
  Pc pc;
  pc.run_until("lab::ready");
  const auto number = static_cast<unsigned>(1 + dice().below(7));
  return {.text = fmt::format(
              "Your TSS lies at {:#x}. At which address does the processor read interrupt stack {}? "
              "(in hexadecimal)",
              pc.cpu().tr.base, number),
          .answer = fmt::format("{:#x}", pc.cpu().tr.base + 28 + 8ull * number),
          .because =
              "Four reserved bytes, three stacks for rings, eight reserved bytes: number 1 is at offset 36."};
}

QUESTION(2) {
  Pc pc({.command_line = "overflow"});
  pc.run_until("lab::double_fault");
  const std::uint64_t rsp = pc.cpu()[Gpr::rsp];
  return {.text = fmt::format(
              "In your TSS interrupt stack 1 is {:#x}. What is in RSP at the first instruction of "
              "lab::double_fault? (in hexadecimal)",
              pc.read(pc.cpu().tr.base + 36)),
          .answer = fmt::format("{:#x}", rsp),
          .because =
              "SS, RSP, RFLAGS, CS, RIP and the error code: six times eight bytes are on the stack by then."};
}

QUESTION(3) {
  const std::uint64_t address = dice().one_of<std::uint64_t>(
      {0x0000200000000000, 0x0000800000000000, 0x4000000000000000, 0x0000600000001000});
  Pc pc({.command_line = fmt::format("lost={:#x}", address)});
  pc.run_until("lab::double_fault");
  std::string first;
  for (const Event& e : pc.events())
    if (e.kind == EventKind::exception && first.empty()) first = fmt::format("{}", e.vector);
  return {
      .text = fmt::format(
          "RSP is {:#x}, and the kernel pushes a register. Two exceptions later your handler runs. "
          "Which number has the first of them?",
          address),
      .answer = first,
      .because =
          "An address whose bits 63 to 47 are not all equal raises #SS (12) when it is used as a stack: no "
          "table is asked. Any other one is looked up, and is not there: #PF (14)."};
}
