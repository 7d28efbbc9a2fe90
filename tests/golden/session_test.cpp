// SPDX-License-Identifier: GPL-2.0-or-later
// Stepping and running as a person does it, on subject.S.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/golden/subject.h"

namespace ringside {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::string here(Session& s) { return s.symbols().name({linear_rip(s.machine().cpu())}); }
std::uint64_t address(Session& s, std::string_view symbol) { return s.symbols().address(symbol)->value; }

TEST(Open, StandsBeforeTheFirstInstructionAndSaysSo) {
  auto s = subject_session();
  EXPECT_EQ(here(*s), "start");
  EXPECT_EQ(s->machine().instructions(), 0u);
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("jumps to its entry start"));
  EXPECT_FALSE(s->last_stop().has_value());
}

TEST(Open, RefusesWhatIsNoKernelInOneSentence) {
  MachineConfig config{.image = std::vector<std::byte>(100), .image_name = "nonsense.bin"};
  const auto s = Session::open(std::move(config));
  ASSERT_FALSE(s.has_value());
  EXPECT_THAT(s.error().sentence, HasSubstr("nonsense.bin"));
}

TEST(Step, MakesOneInstructionAndRemembersTheStateBefore) {
  auto s = subject_session();
  EXPECT_EQ(s->step().kind, StopKind::step);
  EXPECT_EQ(s->machine().instructions(), 1u);
  EXPECT_EQ(s->previous().rip, address(*s, "start"));
  EXPECT_THAT(changed(s->previous(), s->machine().cpu()), testing::ElementsAre("rsp", "rip"));
}

TEST(StepOver, GoesOverACallAndOverNothingElse) {
  auto s = subject_session();
  ASSERT_EQ(s->run_to("start64")->kind, StopKind::address);
  for (unsigned i = 0; i < 4; ++i) s->step_over();  // four MOVs
  const std::uint64_t rsp = s->machine().cpu()[Gpr::rsp], before = s->machine().instructions();
  EXPECT_EQ(s->step_over().kind, StopKind::step);  // call set_up_tables
  EXPECT_GT(s->machine().instructions(), before + 20);
  EXPECT_EQ(s->machine().cpu()[Gpr::rsp], rsp);
  EXPECT_THAT(here(*s), HasSubstr("start64+"));
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("Stepped over"));
}

TEST(StepOver, StopsAtABreakpointInsideTheCall) {
  auto s = subject_session();
  s->run_to("start64");
  for (unsigned i = 0; i < 4; ++i) s->step_over();
  s->machine().breakpoints().push_back({{address(*s, "set_gate")}});
  EXPECT_EQ(s->step_over().kind, StopKind::breakpoint);
  EXPECT_EQ(here(*s), "set_gate");
}

TEST(StepOver, OfARecursiveCallEndsInTheSameFrame) {
  auto s = subject_session();
  s->run_to("countdown");
  s->step_over();  // dec
  s->step_over();  // jz
  const std::uint64_t rsp = s->machine().cpu()[Gpr::rsp];
  EXPECT_EQ(s->step_over().kind, StopKind::step);
  EXPECT_EQ(s->machine().cpu()[Gpr::rsp], rsp) << "the inner calls return to the same instruction, deeper";
  EXPECT_EQ(here(*s), "countdown+0x9");
}

TEST(StepOut, OfARecursiveCallEndsInTheCallersFrame) {
  auto s = subject_session();
  s->run_to("countdown");
  const std::uint64_t rsp = s->machine().cpu()[Gpr::rsp];
  s->run_to("countdown");  // one deeper
  ASSERT_TRUE(s->step_out().has_value());
  EXPECT_EQ(s->machine().cpu()[Gpr::rsp], rsp);
  EXPECT_EQ(here(*s), "countdown+0x9");
}

TEST(StepOut, ReturnsToTheCaller) {
  auto s = subject_session();
  s->run_to("send");
  const auto stop = s->step_out();
  ASSERT_TRUE(stop.has_value()) << stop.error().sentence;
  EXPECT_EQ(stop->kind, StopKind::address);
  EXPECT_THAT(here(*s), HasSubstr("say+"));
  ASSERT_TRUE(s->step_out().has_value());
  EXPECT_THAT(here(*s), HasSubstr("start64+"));
}

TEST(StepOut, SaysThatNobodyCalled) {
  auto s = subject_session();
  s->run_to("start64");
  const auto stop = s->step_out();
  ASSERT_FALSE(stop.has_value());
  EXPECT_EQ(stop.error().sentence, "Nobody is known to have called start64.");
}

TEST(StepLine, GoesToTheNextLineAndIntoCalls) {
  auto s = subject_session();
  s->run_to("set_up_timer");
  const unsigned line = s->symbols().source({linear_rip(s->machine().cpu())})->line;
  s->step_line();  // out_byte is two instructions on one line
  EXPECT_EQ(s->symbols().source({linear_rip(s->machine().cpu())})->line, line + 1);
  EXPECT_EQ(here(*s), "set_up_timer+0x4");
}

TEST(StepLine, RunsInterruptsThrough) {
  auto s = subject_session();
  run_until(*s, "halt");
  run_until(*s, "irq0");  // in the handler: out of it again
  ASSERT_TRUE(s->step_out().has_value());
  const std::uint64_t events = s->machine().events().total();
  for (unsigned i = 0; i < 6; ++i) {
    s->step_line();
    EXPECT_THAT(here(*s), HasSubstr("start64+")) << "never left in a handler";
  }
  bool interrupted = false;
  for (std::uint64_t n = events; n < s->machine().events().total(); ++n)
    interrupted |= s->machine().events()[n].kind == EventKind::interrupt;
  EXPECT_TRUE(interrupted) << "the test wants interrupts to come between";
}

// The instruction at `symbol` jumps to itself, until the object goes.
class EndlessLoop {
 public:
  EndlessLoop(Session& s, std::string_view symbol) : session_(s), at_{address(s, symbol)} {
    const GuestMemory memory(s.machine().cpu(), s.machine().memory());
    const auto bytes = memory.readable({at_.value}, 2);
    for (unsigned i = 0; i < 2; ++i) was_[i] = static_cast<std::uint8_t>(bytes[i]);
    write({0xEB, 0xFE});
  }
  ~EndlessLoop() { write(was_); }

 private:
  void write(std::array<std::uint8_t, 2> bytes) {
    for (unsigned i = 0; i < 2; ++i)
      EXPECT_TRUE(session_.machine().apply(SetMemory{{at_.value + i}, bytes[i]}).has_value());
  }
  Session& session_;
  PhysAddr at_;  // the subject's addresses are physical ones
  std::array<std::uint8_t, 2> was_{};
};

TEST(StepLine, IsMadeInSlicesAndEndsAsInOnePiece) {
  auto s = subject_session();
  s->run_to("set_up_timer");
  const std::uint64_t before = s->machine().instructions();
  {
    const EndlessLoop loop(*s, "set_up_timer");
    EXPECT_EQ(s->step_line({.instructions = 100}).kind, StopKind::budget);
    EXPECT_TRUE(s->step_under_way());
    EXPECT_EQ(s->machine().instructions(), before + 100);
    EXPECT_EQ(s->go_on({.instructions = 50}).kind, StopKind::budget);
    EXPECT_EQ(s->machine().instructions(), before + 150);
  }
  EXPECT_EQ(s->go_on().kind, StopKind::step);
  EXPECT_FALSE(s->step_under_way());
  EXPECT_EQ(here(*s), "set_up_timer+0x4");
  EXPECT_EQ(s->previous().rip, address(*s, "set_up_timer"))
      << "what changed is told from the step's beginning";
}

TEST(StepLine, EndsWhenAnotherThreadPausesIt) {
  auto s = subject_session();
  s->run_to("set_up_timer");
  const EndlessLoop loop(*s, "set_up_timer");
  std::atomic<bool> pause{false};
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pause = true;
  });
  EXPECT_EQ(s->step_line({.pause = &pause}).kind, StopKind::paused);
  user.join();
  EXPECT_TRUE(s->step_under_way());
  EXPECT_EQ(here(*s), "set_up_timer");
}

// The handler never comes back: neither kind of step would end by itself.
TEST(Steps, EndWhenAnotherThreadPausesThemInAnInterruptsHandler) {
  for (const bool line : {true, false}) {
    auto s = subject_session();
    run_until(*s, "halt");
    const EndlessLoop loop(*s, "timer_handler");
    std::atomic<bool> pause{false};
    std::thread user([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      pause = true;
    });
    Stop stop;
    for (int i = 0; i < 6 && stop.kind != StopKind::paused; ++i)
      stop = line ? s->step_line({.pause = &pause}) : s->step_over({.pause = &pause});
    user.join();
    EXPECT_EQ(stop.kind, StopKind::paused);
    EXPECT_TRUE(s->step_under_way());
    EXPECT_EQ(here(*s), "timer_handler");
    s->step();
    EXPECT_FALSE(s->step_under_way()) << "another step gives it up";
  }
}

TEST(StepOver, IsMadeInSlices) {
  auto s = subject_session();
  s->run_to("start64");
  for (unsigned i = 0; i < 4; ++i) s->step_over();  // four MOVs
  EXPECT_EQ(s->step_over({.instructions = 5}).kind, StopKind::budget);
  while (s->step_under_way()) EXPECT_NE(s->go_on({.instructions = 5}).kind, StopKind::paused);
  EXPECT_EQ(s->last_stop()->kind, StopKind::step);
  EXPECT_THAT(here(*s), HasSubstr("start64+"));
}

TEST(RunTo, TakesSymbolsLinesAndAddresses) {
  auto s = subject_session();
  EXPECT_EQ(s->run_to("set_up_pics")->kind, StopKind::address);
  EXPECT_EQ(here(*s), "set_up_pics");
  const auto line = s->symbols().source({address(*s, "say")});
  EXPECT_EQ(s->run_to("subject.S:" + std::to_string(line->line))->kind, StopKind::address);
  EXPECT_EQ(here(*s), "say");
  const auto place = s->run_to("0x" + [&] {
    char t[20];
    snprintf(t, sizeof t, "%llx", static_cast<unsigned long long>(address(*s, "send")));
    return std::string(t);
  }());
  EXPECT_EQ(place->kind, StopKind::address);
  EXPECT_EQ(here(*s), "send");
  EXPECT_FALSE(s->run_to("no_such_symbol").has_value());
}

TEST(Until, StopsAtEventsByNameAndDetail) {
  auto s = subject_session();
  EXPECT_EQ(run_until(*s, "long-mode").kind, StopKind::event);
  EXPECT_EQ(mode(s->machine().cpu()), CpuMode::long_64);
  const Stop port = run_until(*s, "port:0x43");
  EXPECT_EQ(s->machine().events()[port.event].port, 0x43);
  EXPECT_EQ(s->machine().events()[port.event].value, 0x34u);
  run_until(*s, "port-write:0x40");
  EXPECT_EQ(s->machine().events()[s->last_stop()->event].value, 0x9Cu);
  EXPECT_EQ(run_until(*s, "text:ready").kind, StopKind::text);
  run_until(*s, "halt");
  EXPECT_TRUE(s->machine().cpu().halted);
  const Stop irq = run_until(*s, "irq0");
  EXPECT_EQ(s->machine().events()[irq.event].kind, EventKind::acknowledge);
  EXPECT_EQ(here(*s), "timer_handler");
  run_until(*s, "eoi");
  EXPECT_EQ(s->machine().events()[s->last_stop()->event].line, 0);
}

TEST(Until, OtherLinesAreNotTheOneAskedFor) {
  auto s = subject_session();
  run_until(*s, "halt");
  run_until(*s, "irq0");  // the timer ticks on
  press(*s, Key::a);
  const Stop stop = run_until(*s, "irq1");
  EXPECT_EQ(s->machine().events()[stop.event].line, 1);
  EXPECT_EQ(here(*s), "keyboard_handler");
}

TEST(Until, ExceptionsByNameSkipTheOthers) {
  auto s = subject_session();
  run_until(*s, "halt");
  press(*s, Key::d);
  const Stop stop = run_until(*s, "df");
  EXPECT_EQ(s->machine().events()[stop.event].vector, 8);
  EXPECT_EQ(here(*s), "double_fault_handler");
}

TEST(Until, CountsInstructionsFromHereAndFromTheStart) {
  auto s = subject_session();
  run_until(*s, "10 instructions");
  EXPECT_EQ(s->machine().instructions(), 10u);
  run_until(*s, "@25");
  EXPECT_EQ(s->machine().instructions(), 25u);
  EXPECT_EQ(s->until("@5").error().sentence, "Instruction 5 has passed: the machine stands at 25.");
  run_until(*s, "halt");
  const Ticks before = s->machine().time();
  run_until(*s, "25 ms");
  EXPECT_EQ(s->machine().time() - before, 25'000'000u);
}

TEST(Until, PrefersAnEventsNameToASymbolUnlessToldOtherwise) {
  auto s = subject_session();
  EXPECT_TRUE(s->until("halt")->addresses.empty());
  EXPECT_EQ(s->until("symbol:send")->addresses, std::vector<VirtAddr>{VirtAddr{address(*s, "send")}});
  EXPECT_EQ(s->until("send")->addresses.size(), 1u);
}

TEST(Until, ComplainsInOneSentence) {
  auto s = subject_session();
  for (const char* words : {"", "text:", "@soon", "irq16", "vector:256", "port:0x10000", "port:many",
                            "symbol:nobody", "nobody", "subject.S:99999"}) {
    const auto until = s->until(words);
    ASSERT_FALSE(until.has_value()) << words;
    EXPECT_EQ(until.error().sentence.back(), '.') << words;
    EXPECT_EQ(until.error().sentence.find('\n'), std::string::npos) << words;
  }
}

TEST(Until, LeavesBreakpointsAsTheyWere) {
  auto s = subject_session();
  s->machine().breakpoints().push_back({{address(*s, "say")}, false});
  Until until;
  until.addresses = {VirtAddr{address(*s, "set_up_pics")}, VirtAddr{address(*s, "set_up_timer")}};
  EXPECT_EQ(s->run(until).kind, StopKind::address);
  EXPECT_EQ(here(*s), "set_up_pics");
  ASSERT_EQ(s->machine().breakpoints().size(), 1u);
  EXPECT_FALSE(s->machine().breakpoints()[0].enabled);
}

TEST(WhatJustHappened, ExplainsTheInterruptThatAStepAccepted) {
  auto s = subject_session();
  run_until(*s, "halt");
  while (here(*s) != "timer_handler") ASSERT_EQ(s->step().kind, StopKind::step);
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("The timer (IRQ 0) interrupted start64+"));
}

TEST(WhatJustHappened, KnowsThatNothingRanAfterAReset) {
  auto s = subject_session();
  s->run_to("say");
  s->reset();
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("jumps to its entry"));
  EXPECT_EQ(here(*s), "start");
}

TEST(WhatJustHappened, IsTheSameHoweverTheMachineRuns) {
  auto fast = subject_session(Execution::fast), exact = subject_session(Execution::exact);
  for (Session* s : {fast.get(), exact.get()}) {
    run_until(*s, "halt");
    press(*s, Key::t);
    s->run(RunLimits{});
  }
  EXPECT_EQ(fast->what_just_happened().text(), exact->what_just_happened().text());
  EXPECT_EQ(fast->machine().state_hash(), exact->machine().state_hash());
}

TEST(Inspecting, ChangesNothing) {
  auto s = subject_session();
  run_until(*s, "irq0");
  const std::uint64_t hash = s->machine().state_hash();
  for (const InspectTopic& topic : topics()) s->inspect(topic.name);
  s->what_just_happened();
  EXPECT_EQ(s->machine().state_hash(), hash);
}

}  // namespace
}  // namespace ringside
