// SPDX-License-Identifier: MIT
// Lab 13: what a switch leaves of the registers, who runs when, and on which stack.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>

#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;
using ringside::Gpr;

namespace {

enum Scene : std::uint64_t { kCounters, kArrive, kRegisters, kTurns, kHold };  // as in given/scenes.h
constexpr std::uint64_t kKernelBase = 0xffffffff80000000;                      // of the image
constexpr unsigned kInterruptsOn = 9;                                          // bit of RFLAGS
constexpr double kTickMs = 60 / 1193.182;                                      // given/main.cpp
constexpr Boot kSmall{.budget = 8'000'000, .budget_ms = 200};

void choose(Pc& pc, Scene scene, std::array<std::uint64_t, 3> with = {}) {
  pc.run_until("lab::ready");
  const std::uint64_t at = pc.address("lab::chosen") - kKernelBase;
  const auto bytes = std::bit_cast<std::array<std::uint8_t, 32>>(
      std::array<std::uint64_t, 4>{scene, with[0], with[1], with[2]});
  for (unsigned i = 0; i < bytes.size(); ++i)
    (void)pc.session().apply(ringside::SetMemory{{at + i}, bytes[i]});
}

std::uint64_t of_thread(const Pc& pc, unsigned id, std::string_view what) {
  return pc.number(fmt::format("lab::threads[{}].{}", id, what));
}

std::vector<ThreadStack> stacks(const Pc& pc, unsigned threads) {
  std::vector<ThreadStack> all{{"main", pc.address("kernel_stack_bottom"), pc.address("kernel_stack_top")}};
  for (unsigned id = 1; id <= threads; ++id)
    all.push_back(
        {fmt::format("thread {}", id), of_thread(pc, id, "stack.bottom"), of_thread(pc, id, "stack.top")});
  return all;
}

// "1:3" for thread 1 that noted 3.
std::vector<std::string> story(const Pc& pc) {
  std::vector<std::string> entries;
  const std::uint64_t at = pc.address("lab::story");
  for (std::uint64_t n = 0; n < pc.number("lab::story.count"); ++n)
    entries.push_back(fmt::format("{}:{}", pc.read(at + 16 * n), pc.read(at + 16 * n + 8)));
  return entries;
}

// Bytes of the stack that were ever written: it was handed out full of zeros.
std::uint64_t bytes_used(const Pc& pc, unsigned id) {
  const std::uint64_t top = of_thread(pc, id, "stack.top");
  std::uint64_t lowest = of_thread(pc, id, "stack.bottom");
  while (lowest < top && pc.read(lowest) == 0) lowest += 8;
  return top - lowest;
}

}  // namespace

STEP(1) {
  const std::uint64_t argument = 1'000'000 + dice().below(1'000'000);
  Pc pc(kSmall);
  choose(pc, kArrive, {argument});
  pc.about("lab::prepare");
  pc.run_until("lab::arrive",
               "switch_to goes on with the RSP of the new thread; what prepare() put there leads its RET to "
               "begin(), which calls the function.");
  const std::uint64_t top = of_thread(pc, 1, "stack.top"), bottom = of_thread(pc, 1, "stack.bottom"),
                      rsp = pc.cpu()[Gpr::rsp];
  expect(pc, "RSP at the first instruction of the thread's function", Hex{rsp},
         AllOf(Gt(Hex{bottom}), Lt(Hex{top})),
         fmt::format("The stack of the thread is [{:#x}, {:#x}): somebody else's is no place for it.", bottom,
                     top));
  expect(pc, "bytes of stack in use when the function begins", top - rsp, Le(256u),
         "The first frame lies at the upper end of the stack: what is above RSP is lost for ever.");
  expect(
      pc, "RSP modulo 16 at the first instruction of a function", rsp % 16, Eq(8u),
      "Behind a CALL, RSP lies 8 bytes below a multiple of 16. SSE instructions that store a register of 16 "
      "bytes rely on it (System V ABI, 3.2.2).");
  expect(pc, "the argument, in RDI", pc.cpu()[Gpr::rdi], Eq(argument), "begin() calls the function with it.");
  expect(
      pc, "RFLAGS.IF", pc.cpu().rflags >> kInterruptsOn & 1, Eq(1u),
      "switch_to is called with interrupts off. A new thread has to switch them on itself, or nothing ever "
      "interrupts it.");
  pc.about("switch_to");
  pc.run_until("lab::done",
               "The thread hands over to main with switch_to, and main goes on behind its own call.");
  expect(pc, "RSP of main, when it is back", Hex{pc.cpu()[Gpr::rsp]},
         AllOf(Gt(Hex{pc.address("kernel_stack_bottom")}), Lt(Hex{pc.address("kernel_stack_top")})),
         "switch_to saves RSP in the thread that it leaves, and takes it from the one that it goes on with.");
  expect(pc, "who noted his argument", story(pc), ElementsAre(fmt::format("1:{}", argument)),
         "The function ran once, to where it handed over.");
}

STEP(2) {
  static constexpr std::array kNames{"RBX", "RBP", "R12", "R13", "R14", "R15"};
  const std::array<std::uint64_t, 2> seeds{0x1000 + 16 * dice().below(0x1000),
                                           0x20000 + 16 * dice().below(0x1000)};
  Pc pc(kSmall);
  choose(pc, kRegisters, {seeds[0], seeds[1]});
  for (unsigned who = 0; who < 2; ++who) {
    pc.run_until("lab::probed",
                 "main and a thread hand over to each other by switch_to, and come back from it.");
    const std::string probe = fmt::format("lab::probes[{}].", who);
    std::vector<Kept> kept;
    for (unsigned i = 0; i < kNames.size(); ++i)
      kept.push_back({kNames[i], seeds[who] + 1 + i, pc.number(fmt::format("{}registers[{}]", probe, i)),
                      seeds[1 - who] + 1 + i});
    const std::string name = who == 0 ? "main" : "the thread";
    expect_kept(
        pc, name, kept, "switch_to",
        "A function gives RBX, RBP and R12 to R15 back as they were (System V ABI, 3.2.1), and switch_to "
        "is a function: it saves them on the stack that it leaves, and takes them from the one it goes "
        "on with, in the opposite order.");
    expect(pc, "bytes by which RSP of " + name + " moved over a call of switch_to",
           static_cast<std::int64_t>(pc.number(probe + "rsp_moved")), Eq(0),
           "What is pushed on the way out has to be popped on the way back.");
  }
}

STEP(3) {
  std::array<std::uint64_t, 3> most;
  for (std::uint64_t& m : most) m = 3 + dice().below(6);
  Pc pc(kSmall);
  choose(pc, kTurns, most);
  pc.about("lab::yield");
  for (unsigned i = 0; i < 3; ++i) {
    pc.run_until("switch_to", "yield() takes the first of the queue, and calls switch_to.");
    expect(pc, "RFLAGS.IF at a call of switch_to", pc.cpu().rflags >> kInterruptsOn & 1, Eq(0u),
           "An interrupt in the middle of a switch finds `current` and RSP of two different threads.");
  }
  pc.run_until("lab::done", "main yields until each thread has finished.");
  std::vector<std::string> right;
  for (std::uint64_t number = 1; number <= *std::ranges::max_element(most); ++number)
    for (unsigned id = 1; id <= 3; ++id)
      if (number <= most[id - 1]) right.push_back(fmt::format("{}:{}", id, number));
  expect(pc, "the order of thread:number", fmt::format("{}", fmt::join(story(pc), " ")),
         StrEq(fmt::format("{}", fmt::join(right, " "))),
         "In turn: the first of the queue runs, and whoever yields goes to its end.");
  for (unsigned id = 1; id <= 3; ++id) {
    expect(pc, fmt::format("state of thread {}", id), pc.text(fmt::format("lab::threads[{}].state", id)),
           HasSubstr("finished"), "When its function has returned a thread is finished.");
    expect(pc, fmt::format("bytes of its stack that thread {} ever used", id), bytes_used(pc, id), Le(1024u),
           "Each yield needs some stack and gives it back, or a thread that yields often runs out of it.");
  }
}

STEP(4) {
  Pc pc(kSmall), reference({.reference = true});
  choose(pc, kCounters);
  choose(reference, kCounters);
  pc.about("lab::start_preemption");
  const std::uint64_t mark = pc.mark(), reference_mark = reference.mark();
  pc.run_ms(10 * kTickMs);
  reference.run_ms(10 * kTickMs);
  const auto of_timer = [](const ringside::Event& e) {
    return e.kind == ringside::EventKind::acknowledge || e.kind == ringside::EventKind::eoi;
  };
  expect(
      pc, SameEventsAs(reference, of_timer, mark, reference_mark),
      "Until the controller is told that an interrupt has ended, no further one of that line comes. A switch "
      "before that leaves it to a thread that may not run for long.");
  expect(pc, "lab::ticks after ten periods of the timer", pc.number("lab::ticks"), AllOf(Ge(8u), Le(11u)),
         "Each interrupt of the timer counts.");
  const std::array before{pc.number("lab::counters[1]"), pc.number("lab::counters[2]"),
                          pc.number("lab::counters[3]")};
  const Turns turns = watch(pc, stacks(pc, 3), 2.5, 0.017);
  expect(pc, turns, OnStacks(), "Each thread runs on its own stack, and main on the one it booted with.");
  for (unsigned id = 1; id <= 3; ++id) {
    const std::string name = fmt::format("thread {}", id);
    expect(pc, turns, ShareBetween(name, 24, 40),
           "None of the three ever yields. Each has a third of the time, if the timer's interrupt switches.");
    expect(pc, turns, NeverWaitsLongerThan(4 * kTickMs, name), "In turn: two others and main are before it.");
    expect(pc, fmt::format("lab::counters[{}]", id), pc.number(fmt::format("lab::counters[{}]", id)),
           Gt(before[id - 1]), "A thread that was interrupted goes on where it was.");
  }
}

STEP(5) {
  // Odd seeds round in another way than even ones: MXCSR and the control word differ as well.
  const std::array<std::uint64_t, 2> seeds{0x1001 + 2 * dice().below(0x800),
                                           0x20000 + 2 * dice().below(0x800)};
  Pc pc(kSmall);
  choose(pc, kHold, {seeds[0], seeds[1], 12});
  pc.about("switch_to");
  pc.run_until("lab::done", "Two threads hold values in all registers for twelve ticks, and end.");
  expect(pc, "threads that held values", story(pc).size(), Eq(2u), "Each of them notes that it is done.");
  const std::uint64_t dumps = pc.address("lab::holds");
  for (unsigned who = 0; who < 2; ++who) {
    constexpr std::uint64_t kDumpBytes = 240;  // kernel/arch/register_probe.h
    const std::uint64_t dump = dumps + who * kDumpBytes;
    const bool odd = seeds[who] % 2 == 1;
    std::vector<Kept> general, sse{{"MXCSR", odd ? 0x7f80u : 0x1f80u, pc.read(dump + 104, 4)},
                                   {"the x87 control word", odd ? 0x0f7fu : 0x037fu, pc.read(dump + 108, 2)}};
    static constexpr std::array kNames{"RAX", "RBX", "RCX", "RDX", "RBP", "R8", "R9",
                                       "R10", "R11", "R12", "R13", "R14", "R15"};
    for (unsigned i = 0; i < kNames.size(); ++i)
      general.push_back({kNames[i], seeds[who] + 1 + i, pc.read(dump + 8 * i)});
    for (unsigned i = 0; i < 16; ++i)
      sse.push_back({fmt::format("XMM{}", i), seeds[who] + 101 + i, pc.read(dump + 112 + 8 * i)});
    const std::string name = fmt::format("thread {}, interrupted again and again,", who + 1);
    expect_kept(pc, name, general, "switch_to",
                "The way in of the interrupt saves those that switch_to does not.");
    expect_kept(
        pc, name, sse, "switch_to",
        "The kernel's own code does not use SSE and x87, so nobody saves their registers on the way into "
        "an interrupt. The next thread may use them: switch_to saves them by FXSAVE64 and brings them back "
        "by FXRSTOR64.");
  }
}

QUESTION(1) {
  Pc pc(kSmall);
  choose(pc, kArrive, {7});
  pc.run_until("switch_to");
  return {
      .text =
          "A thread has been prepared and has not run yet. How many bytes lie between its saved RSP and the "
          "top of its stack?",
      .answer = fmt::to_string(of_thread(pc, 1, "stack.top") - of_thread(pc, 1, "rsp")),
      .because =
          "That is what your prepare() lays out: a place for each register that switch_to pops, the "
          "address that its RET takes, and what keeps the stack aligned."};
}

QUESTION(2) {
  const unsigned tenths = 2 + static_cast<unsigned>(dice().below(8));
  Pc pc(kSmall);
  choose(pc, kCounters);
  pc.run_until("irq0");
  const std::uint64_t mark = pc.mark();
  pc.run_ms(tenths * 0.1);
  const auto ticks =
      std::ranges::count(pc.events(mark), ringside::EventKind::acknowledge, &ringside::Event::kind);
  return {.text = fmt::format(
              "The timer counts from 60 down to 0, at 1.193182 MHz, and begins again. An interrupt "
              "has just come. How many more does your kernel take in the next 0.{} ms?",
              tenths),
          .answer = fmt::to_string(ticks),
          .because = "60 / 1.193182 MHz are 50.3 microseconds."};
}

QUESTION(3) {
  std::array<std::uint64_t, 3> most;
  for (std::uint64_t& m : most) m = 1 + dice().below(3);
  Pc pc(kSmall);
  choose(pc, kTurns, most);
  pc.run_until("lab::done");
  std::string order;
  for (const std::string& entry : story(pc)) order += entry.front();
  return {.text = fmt::format(
              "Thread 1 counts to {}, thread 2 to {}, thread 3 to {}, and each yields after every "
              "number. In which order do they count? (one digit for each number: the thread)",
              most[0], most[1], most[2]),
          .answer = order,
          .because = "Whoever yields goes to the end of the queue; whoever is finished is in it no more."};
}
