// SPDX-License-Identifier: MIT
// Lab 06: what the chips were told, in which order, and what they are left with.
#include <fmt/format.h>

#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;

namespace {

// Interrupts by the thousand are no work here.
constexpr std::uint64_t kBudget = 5'000'000;

std::string only(unsigned line) { return fmt::format("only={}", line); }

EventWord Raised(unsigned irq) {
  return {fmt::format("IRQ {} asked for", irq),
          [=](const Event& e) { return e.kind == EventKind::irq_raised && e.line == irq; }};
}
// OCW2 with the EOI bit, whatever line it names.
EventWord EoiCommand(std::uint16_t port) {
  return {fmt::format("an end of interrupt written to port {:#x}", port), [=](const Event& e) {
            return e.kind == EventKind::port_write && e.port == port && (e.value & 0x38) == 0x20;
          }};
}
bool interrupts_and_their_ends(const Event& e) {
  return e.kind == EventKind::acknowledge || e.kind == EventKind::eoi;
}

// Nobody asks any more when the CPU takes the interrupt.
void raise_spurious(Pc& pc, unsigned irq) {
  const auto vector = static_cast<std::uint8_t>(0x20 + irq);
  if (const auto done = pc.session().apply(InjectException{.vector = vector, .external = true}); !done)
    fail_step(pc, fmt::format("a spurious IRQ {} gets to its handler", irq), done.error().sentence, "");
  pc.run_ms(0.1);
}

// Registers whose bits are lines.
struct Lines {
  unsigned bits = 0, count = 8;
  bool operator==(const Lines&) const = default;
};
void PrintTo(const Lines& lines, std::ostream* out) {
  *out << fmt::format("0b{:0{}b}", lines.bits, lines.count);
}

// One interrupt of the line, or a few.
void make_it_ask(Pc& pc, unsigned irq) {
  if (irq == 1) pc.type_keys("a");
  if (irq == 4) pc.send_serial("x");
  pc.run_ms(35);  // three ticks of the timer, two of the clock
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (const char c : text)
    if (c == '\n')
      lines.emplace_back();
    else if (c != '\r')
      lines.back() += c;
  return lines;  // the last one is not at its end yet
}

}  // namespace

STEP(1) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const auto master = static_cast<unsigned>(0x30 + 8 * dice().below(12)),
             slave = static_cast<unsigned>(0x90 + 8 * dice().below(14));
  const std::uint64_t mark = pc.mark();
  pc.call("lab::initialize_pics", {master, slave});
  struct Chip {
    std::uint16_t command;
    unsigned vector, cascade, masks;
    const char* why;
  };
  for (const Chip& chip :
       {Chip{0x20, master, 1 << 2, 0xFB, "the master wants a bit for each line with a slave"},
        Chip{0xA0, slave, 2, 0xFF, "the slave wants the number of the master's line"}}) {
    const auto data = static_cast<std::uint16_t>(chip.command + 1);
    expect(
        pc,
        EventsInOrder({PortWrite(chip.command, 0x11), PortWrite(data, static_cast<std::uint8_t>(chip.vector)),
                       PortWrite(data, static_cast<std::uint8_t>(chip.cascade)), PortWrite(data, 0x01)},
                      mark),
        fmt::format(
            "ICW1 (edge triggered, cascaded, ICW4 to come) goes to the command port and makes the chip take "
            "the next three bytes at its data port as ICW2, the vector; ICW3, the cascade, where {}; and "
            "ICW4, 8086 mode.",
            chip.why));
    const Pic8259& there = chip.command == 0x20 ? pc.board().pic.master : pc.board().pic.slave;
    const std::string who = chip.command == 0x20 ? "the master" : "the slave";
    expect(pc, "ICW2 in " + who, Hex{there.icw2}, Eq(Hex{chip.vector}),
           "This is the vector of the chip's line 0.");
    expect(pc, "ICW3 in " + who, Hex{there.icw3}, Eq(Hex{chip.cascade}),
           fmt::format("The chips find each other by ICW3: {}.", chip.why));
    expect(pc, "ICW4 in " + who, Hex{there.icw4}, Eq(Hex{1}),
           "Bit 0 is 8086 mode. Bit 1 would end interrupts by itself, before the handler ran.");
    expect(pc, "the mask register of " + who, Lines{there.imr}, Eq(Lines{chip.masks}),
           "ICW1 clears all masks. Until a device has a handler its line stays shut, and only the way from "
           "the slave "
           "is open.");
  }
}

STEP(2) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  constexpr std::uint16_t kCascade = 1 << 2;  // may be opened along with a line of the slave
  const auto masks = [&] {
    return static_cast<unsigned>((pc.board().pic.master.imr | pc.board().pic.slave.imr << 8) & ~kCascade);
  };
  unsigned expected = masks();
  for (unsigned i = 0; i < 24; ++i) {
    auto line = static_cast<unsigned>(dice().below(15));
    line += line >= 2;
    const bool shut = expected >> line & 1;  // each call changes something
    pc.call(shut ? "lab::unmask" : "lab::mask", {line});
    expected ^= 1u << line;
    expect(pc, fmt::format("the masks of lines 15 to 0 after {}({})", shut ? "unmask" : "mask", line),
           Lines{masks(), 16}, Eq(Lines{expected, 16}),
           "One call is about one line. The register can be read: take what is there, change one bit, write "
           "it back; "
           "lines 8 to 15 are bits 0 to 7 of the slave's.");
  }
}

STEP(3) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  for (unsigned i = 0; i < 4; ++i) {
    const auto hertz = static_cast<unsigned>(i == 0 ? 19 + dice().below(20) : 40 + dice().below(9000));
    const std::uint64_t mark = pc.mark();
    pc.call("lab::start_timer", {hertz});
    const std::string call = fmt::format("after start_timer({}), ", hertz);
    const PitCounter& counter = pc.board().pit.counter[0];
    expect(pc, EventsInOrder({PortWrite(0x43), PortWrite(0x40), PortWrite(0x40)}, mark),
           "The control word says which counter, which mode, and that the count comes in two halves, low one "
           "first.");
    expect(pc, call + "the mode of counter 0", mode_of(counter), AnyOf(Eq(2u), Eq(3u)),
           "Modes 2 and 3 start over by themselves. In the others there is one interrupt and no more.");
    expect(pc, call + "whether counter 0 counts in decimal", is_bcd(counter), Eq(false),
           "Bit 0 of the control word makes it a decimal counter of four digits.");
    const auto right = static_cast<double>(1193182) / hertz;
    expect(pc, call + "the count of counter 0", count_of(counter),
           AllOf(Ge(static_cast<unsigned>(right)), Le(static_cast<unsigned>(right) + 1)),
           "1,193,182 periods a second, so many of them for one interrupt; 16 bits, the low half first.");
  }
  Pc second({.command_line = only(1), .budget = kBudget});
  second.run_until("lab::ready");
  const std::uint64_t mark = second.mark();
  second.about("lab::start_timer");
  second.run_ms(1000);
  expect(second, EventCount(Raised(0), AllOf(Ge(99u), Le(101u)), mark),
         "The kernel asked for 100 interrupts a second, and this was one second of the machine's time.");
}

STEP(4) {
  for (const unsigned irq : {0u, 1u, 4u, 8u}) {
    Pc pc({.command_line = only(irq), .budget = kBudget});
    Pc reference({.command_line = only(irq), .reference = true, .budget = kBudget});
    for (Pc* one : {&reference, &pc}) one->run_until("lab::ready");
    pc.about("lab::handle_irq");
    const std::uint64_t mark = pc.mark(), reference_mark = reference.mark();
    for (Pc* one : {&reference, &pc}) make_it_ask(*one, irq);
    expect(pc, SameEventsAs(reference, interrupts_and_their_ends, mark, reference_mark),
           irq < 8 ? "Until it is told that the interrupt has ended, the controller lets nothing through on "
                     "this line, "
                     "and on none of lower priority."
                   : "Both chips have this interrupt in service: the slave its own line, the master the line "
                     "that the "
                     "slave is on. Each wants to hear that it has ended.");
  }
  Pc pc({.command_line = only(0), .budget = kBudget});
  pc.run_until("lab::ready");
  pc.about("lab::handle_irq");
  const auto ms = static_cast<unsigned>(300 + 10 * dice().below(70));
  const std::uint64_t before = pc.number("lab::ticks");
  pc.run_ms(ms + 5);
  expect(pc, fmt::format("lab::ticks after {} ms", ms), pc.number("lab::ticks") - before,
         AllOf(Ge(ms / 10 - 1), Le(ms / 10 + 1)),
         "handle_irq() calls the handler of its line, once for each interrupt: 100 a second.");
}

STEP(5) {
  const std::string why =
      "A request that vanishes before the CPU asks for its vector is answered with line 7. The chip has "
      "nothing in "
      "service then, as reading its ISR tells (OCW3).";
  Pc pc({.command_line = only(0), .budget = kBudget});
  pc.run_until(
      "lab::handle_tick",
      "A timer interrupt calls its handler; in the middle of it, a spurious interrupt is to arrive.");
  pc.about("lab::handle_irq");
  std::uint64_t mark = pc.mark();
  const std::uint64_t in_tick = pc.cpu().rip;
  if (const auto done = pc.session().apply(InjectException{.vector = 0x27, .external = true}); !done)
    fail_step(pc, "a spurious IRQ 7 gets to its handler", done.error().sentence, "");
  pc.run_until(fmt::format("{:#x}", in_tick), "The spurious interrupt returns to where it came.");
  expect(pc, "lines in service at the master after a spurious IRQ 7 inside of the timer's handler",
         Lines{pc.board().pic.master.isr}, Eq(Lines{1}),
         "The timer is still being served. An end of interrupt for a spurious IRQ 7, which nobody serves, "
         "ends the "
         "timer's.");
  expect(pc, EventCount(EoiCommand(0x20), Eq(0u), mark), why + " So nothing is to be ended.");
  expect(pc, EventCount(PortRead(0x20), Ge(1u), mark), why);

  Pc idle({.command_line = only(1), .budget = kBudget});
  idle.run_until("lab::ready");
  idle.about("lab::handle_irq");
  const auto sevens = static_cast<unsigned>(1 + dice().below(4)),
             fifteens = static_cast<unsigned>(1 + dice().below(4));
  const std::uint64_t counted = idle.number("lab::spurious_interrupts");
  mark = idle.mark();
  for (unsigned i = 0; i < sevens; ++i) raise_spurious(idle, 7);
  expect(idle, EventCount(EoiCommand(0x20), Eq(0u), mark), why + " So nothing is to be ended.");
  mark = idle.mark();
  for (unsigned i = 0; i < fifteens; ++i) raise_spurious(idle, 15);
  expect(idle, EventCount(PortRead(0xA0), Ge(fifteens), mark),
         "Line 15 is line 7 of the slave: that chip knows.");
  expect(idle, EventCount(EoiCommand(0xA0), Eq(0u), mark), "The slave has nothing in service.");
  expect(idle, EventCount(EoiCommand(0x20), Eq(fifteens), mark),
         "For the master the slave's request was real: its line 2 is in service, and stays so until it is "
         "ended.");
  expect(idle, "lab::spurious_interrupts", idle.number("lab::spurious_interrupts") - counted,
         Eq(sevens + fifteens),
         "Who sees this number grow looks for a bad cable. It is all that a spurious interrupt leaves.");
  expect(idle, "calls of the handler of lines 7 and 15", idle.number("lab::printers"), Eq(0u),
         "No device asked, so there is no device to be served.");
  // And after it, all goes on.
  mark = idle.mark();
  idle.type_keys("a");
  expect(idle, EventCount(Acknowledge(1), Eq(2u), mark),
         "A key pressed and released after that is two interrupts.");
}

STEP(6) {
  {
    Pc pc({.command_line = only(1), .budget = kBudget});
    pc.run_until("lab::ready");
    pc.about("lab::say");
    for (const bool on : {true, false}) {
      const auto after = pc.call("lab::interrupts_after_say", {on}).rax & 1;
      expect(pc, fmt::format("the interrupt flag after say(), called with it {}", on ? 1 : 0), after,
             Eq(on ? 1u : 0u),
             "A handler runs with interrupts off and relies on that. Who turns them on at the end instead of "
             "putting "
             "back what was there lets the next one in too early.");
    }
  }
  std::string word;
  for (unsigned i = 0; i < 12; ++i) word += static_cast<char>('a' + dice().below(26));
  const std::string main_line = "main says " + word;
  for (unsigned i = 0; i < 4; ++i) {
    Pc pc({.command_line = "talk=" + word, .budget = kBudget});
    const char sent = static_cast<char>('A' + dice().below(26));
    pc.run_until("text:" + main_line.substr(0, 11 + dice().below(10)), "main says its line without end.");
    pc.about("lab::say");
    pc.send_serial(std::string(1, sent));
    pc.run_instructions(200'000);
    const std::string com1_line = fmt::format("COM1 says {}", sent);
    const std::vector<std::string> lines = lines_of(pc.serial());
    const std::string heard = lines.back();
    for (std::size_t n = 0; n + 1 < lines.size(); ++n)
      if (lines[n] != main_line && lines[n] != com1_line)
        fail_step(pc, fmt::format("lines are \"{}\" or \"{}\"", main_line, com1_line),
                  fmt::format("\"{}\"", lines[n]),
                  "The handler spoke in the middle of main's line. While say() is at work, no interrupt may "
                  "come in "
                  "between.");
    const auto said = std::ranges::find(lines, com1_line);
    if (said == lines.end())
      fail_step(pc, fmt::format("COM1's handler says \"{}\"", com1_line),
                fmt::format("it never did; main got as far as \"{}\"", heard),
                "The interrupt came while main was in say(). If the handler waits there for main to be done, "
                "it waits "
                "for ever: main goes on when the handler returns.");
    if (lines.end() - said < 4)
      fail_step(pc, "main goes on after the handler spoke", fmt::format("it stopped at \"{}\"", heard),
                "Whoever held main up has to let it go on.");
  }
}

QUESTION(1) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  return {
      .text = "Which byte does a read of port 0x21 give when your kernel is at lab::ready? (in hexadecimal)",
      .answer = fmt::format("{:#x}", pc.board().pic.master.imr),
      .because =
          "It is the master's mask register: a 1 for each line that is shut. Lines 0, 1, 4, and 2 for the "
          "slave are open."};
}

QUESTION(2) {
  Pc pc({.budget = kBudget});
  pc.run_until("lab::ready");
  const auto ms = static_cast<unsigned>(25 + 10 * dice().below(40));
  pc.run_ms(ms);
  return {.text = fmt::format("Your kernel has run for {} ms behind lab::ready. What is in lab::ticks?", ms),
          .answer = fmt::format("{}", pc.number("lab::ticks")),
          .because = "A tick comes every 10 ms, the first one 10 ms after start_timer()."};
}

QUESTION(3) {
  const unsigned irq = dice().one_of<unsigned>({1, 8});
  Pc pc({.command_line = only(irq), .budget = kBudget});
  pc.run_until("lab::ready");
  const std::uint64_t mark = pc.mark();
  if (irq == 1)
    pc.type_keys("A");
  else
    pc.run_ms(100);
  std::size_t count = 0, taken = 0;
  for (const Event& e : pc.events(mark)) {
    count += EoiCommand(0x20).is(e) || EoiCommand(0xA0).is(e);
    taken += Acknowledge(irq).is(e);
  }
  return {
      .text =
          irq == 1
              ? "Only line 1 is open, and somebody types a capital A with the Shift key. How many ends of "
                "interrupt does your kernel write?"
              : fmt::format("Only line 8 is open, and in 100 ms the processor takes it {} times. How many "
                            "ends of interrupt does your kernel write?",
                            taken),
      .answer = fmt::format("{}", count),
      .because = irq == 1 ? "Two keys go down and come up: four bytes, four interrupts, one end each."
                          : "Line 8 is the slave's: one end for the slave and one for the master each time."};
}
