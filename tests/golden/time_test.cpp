// SPDX-License-Identifier: GPL-2.0-or-later
// Back in time on subject.S: steps, places, events, branches, who wrote and who reads.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>

#include "sim/session/condition.h"
#include "tests/golden/subject.h"

namespace ringside {
namespace {

using testing::HasSubstr;

std::string here(Session& s) { return s.symbols().name({linear_rip(s.machine().cpu())}); }
std::uint64_t count(Session& s) { return s.machine().instructions(); }

std::string say(Session& s, std::string_view words) {
  const auto answer = s.command(words);
  EXPECT_TRUE(answer.has_value()) << words << ": " << answer.error().sentence;
  return answer ? *answer : std::string();
}
std::string refusal(Session& s, std::string_view words) {
  const auto answer = s.command(words);
  EXPECT_FALSE(answer.has_value()) << words << ": " << *answer;
  return answer ? std::string() : answer.error().sentence;
}

// At the prompt of the guest, keys pressed on the way.
std::unique_ptr<Session> at_a_page_fault() {
  auto s = subject_session();
  EXPECT_EQ(run_until(*s, "halt").kind, StopKind::event);
  press(*s, Key::f);
  EXPECT_EQ(run_until(*s, "#pf").kind, StopKind::event);
  return s;
}

TEST(Back, OneInstructionAfterTheOtherToPowerOn) {
  auto s = subject_session();
  std::vector<std::uint64_t> hashes;
  for (unsigned i = 0; i < 60; ++i) {
    hashes.push_back(s->machine().state_hash());
    s->step();
  }
  for (unsigned i = 60; i-- > 0;) {
    EXPECT_EQ(s->step_back().kind, StopKind::step);
    ASSERT_EQ(s->machine().instructions(), i);
    ASSERT_EQ(s->machine().state_hash(), hashes[i]);
  }
  EXPECT_EQ(s->step_back().kind, StopKind::history_start);
  EXPECT_EQ(here(*s), "start");
}

// Where a guest was halted, time is ahead of the count; that time and all instructions there are exceed 64
// bits.
TEST(Back, ATimeToStopAtHoldsWithoutALimitOfInstructionsToo) {
  auto s = subject_session();
  EXPECT_EQ(run_until(*s, "halt").kind, StopKind::event);
  press(*s, Key::f);
  EXPECT_EQ(run_until(*s, "irq1").kind, StopKind::event);
  Machine& machine = s->machine();
  ASSERT_GT(machine.time(), machine.instructions());
  for (unsigned i = 0; i < 5; ++i) {
    const Ticks wanted = machine.time() + 1;
    EXPECT_EQ(machine.run({.until_time = wanted}).kind, StopKind::budget);
    ASSERT_EQ(machine.time(), wanted);
  }
}

TEST(Back, AndForwardAgainRepeatsWhatWasTyped) {
  auto s = at_a_page_fault();
  const std::uint64_t hash = s->machine().state_hash(), at = count(*s);
  s->seek(20);
  EXPECT_TRUE(s->timeline().in_past());
  EXPECT_EQ(run_until(*s, "#pf").kind, StopKind::event);
  EXPECT_EQ(count(*s), at);
  EXPECT_EQ(s->machine().state_hash(), hash);
  EXPECT_FALSE(s->timeline().in_past());
  EXPECT_EQ(s->timeline().branches().size(), 1u);
}

TEST(Back, OverACallThatCameBackAndOverAnInterrupt) {
  auto s = subject_session();
  s->run_to("start64");
  for (unsigned i = 0; i < 4; ++i) s->step_over();
  const std::uint64_t at_call = count(*s);
  s->step_over();  // call set_up_tables
  ASSERT_GT(count(*s), at_call + 20);
  s->step_back_over();
  EXPECT_EQ(count(*s), at_call);

  ASSERT_EQ(run_until(*s, "irq0").kind, StopKind::event);
  const std::uint64_t accepted = count(*s) - 1;
  ASSERT_TRUE(s->run_to("start64+0x30").has_value());  // the handler has come back behind HLT
  ASSERT_GT(count(*s), accepted + 5);
  s->step_back_over();
  EXPECT_EQ(here(*s), "start64+0x30");
  EXPECT_EQ(count(*s), accepted);
}

TEST(Back, OutToTheCall) {
  auto s = subject_session();
  s->run_to("set_gate");
  s->step();
  s->step();
  ASSERT_TRUE(s->step_back_out().has_value());
  EXPECT_THAT(here(*s), HasSubstr("set_up_tables+"));
  s->step();
  EXPECT_EQ(here(*s), "set_gate");
}

TEST(Back, ToABreakpointTheNewestFirst) {
  auto s = subject_session();
  run_until(*s, "halt");
  say(*s, "break set_gate");
  std::vector<std::uint64_t> visits;
  for (;;) {
    const Stop stop = s->run_back(Until{});
    if (stop.kind != StopKind::breakpoint) break;
    EXPECT_EQ(here(*s), "set_gate");
    visits.push_back(count(*s));
  }
  EXPECT_EQ(visits.size(), 4u) << "four gates are set";
  EXPECT_TRUE(std::ranges::is_sorted(visits, std::ranges::greater()));
  EXPECT_EQ(count(*s), 0u);
}

TEST(Back, IsGivenUpInTheMidstOfASearchAndTheMachineStandsWhereItStood) {
  auto s = at_a_page_fault();
  run_until(*s, "halt");
  const std::uint64_t before = count(*s), state = s->machine().state_hash();
  std::atomic<bool> enough{false};
  s->cancel_when(&enough);
  Until fault;
  fault.limits.stop_on = {EventKind::exception};
  fault.matches = [&](const Event&) { return enough = true; };  // while the past is being searched
  EXPECT_EQ(s->run_back(fault).kind, StopKind::paused);
  EXPECT_EQ(count(*s), before);
  EXPECT_EQ(s->machine().state_hash(), state);
  enough = false;
  fault.matches = {};
  EXPECT_EQ(s->run_back(fault).kind, StopKind::event) << "once it is not given up it is found";
}

TEST(Back, ToAnEventStandsBeforeItSoThatAStepMakesItHappen) {
  auto s = at_a_page_fault();
  run_until(*s, "halt");
  ASSERT_TRUE(s->go_back_to("#pf").has_value());
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("Back before: page fault (#PF)"));
  s->step();
  EXPECT_EQ(here(*s), "page_fault_handler");
  EXPECT_THAT(s->what_just_happened().text(), HasSubstr("#PF"));
}

TEST(Back, ToWhatNeverWasStaysAndSaysSo) {
  auto s = at_a_page_fault();
  const std::uint64_t at = count(*s);
  EXPECT_THAT(refusal(*s, "back-to triple-fault"), HasSubstr("There was no triple-fault before instruction"));
  EXPECT_EQ(count(*s), at);
}

TEST(Back, FromTheEndOfTheMachine) {
  auto s = subject_session();
  run_until(*s, "halt");
  press(*s, Key::t);
  ASSERT_EQ(s->run(RunLimits{}).kind, StopKind::triple_fault);
  ASSERT_EQ(s->step().kind, StopKind::triple_fault) << "it stands still";
  const std::uint64_t hash = s->machine().state_hash();
  EXPECT_EQ(s->step_back().kind, StopKind::step);
  EXPECT_FALSE(s->machine().final_stop().has_value());
  EXPECT_EQ(s->step().kind, StopKind::triple_fault);
  EXPECT_EQ(s->machine().state_hash(), hash);
}

TEST(Seek, ToAnEventShowsItsDelivery) {
  auto s = at_a_page_fault();
  const auto& marks = s->timeline().marks();
  const auto fault = std::ranges::find(marks, EventKind::exception, &TimelineMark::kind);
  ASSERT_NE(fault, marks.end());
  const TimelineMark mark = *fault;
  EXPECT_EQ(mark.which, 14);
  s->seek(0);
  s->seek_event(mark.instructions);
  EXPECT_EQ(here(*s), "page_fault_handler");
  EXPECT_THAT(s->what_just_happened().text(), HasSubstr("#PF"));
  ASSERT_FALSE(s->machine().deliveries().empty());
  EXPECT_EQ(s->machine().deliveries().back().number, mark.delivery);
}

TEST(Branch, BeginsWhereThePastIsChangedAndTheOldOneStays) {
  auto s = at_a_page_fault();
  run_until(*s, "halt");
  const std::uint64_t old_hash = s->machine().state_hash(), old_end = count(*s);
  ASSERT_TRUE(s->go_back_to("#pf").has_value());
  EXPECT_THAT(say(*s, "set rcx 0x1234"), HasSubstr("A new branch begins here: 1."));
  EXPECT_FALSE(s->timeline().in_past());
  run_until(*s, "halt");
  EXPECT_NE(s->machine().state_hash(), old_hash);
  ASSERT_EQ(s->timeline().branches().size(), 2u);
  EXPECT_EQ(s->timeline().branches()[1].parent, 0u);
  EXPECT_THAT(refusal(*s, "drop 1"), HasSubstr("stands on this branch"));

  ASSERT_TRUE(s->switch_branch(0).has_value());
  EXPECT_EQ(count(*s), old_end);
  EXPECT_EQ(s->machine().state_hash(), old_hash);
  say(*s, "drop 1");
  EXPECT_EQ(s->timeline().branches().size(), 1u);
  EXPECT_THAT(refusal(*s, "branch 1"), HasSubstr("There is no branch 1"));
}

// Told in words the two commands are the same; what the machine remembers of its past must not be mixed up.
TEST(Branch, CommandsThatDifferOnlyInTheFaultingAddressAreTwoPasts) {
  auto s = subject_session(Execution::fast, {.interval = 100});
  ASSERT_EQ(run_until(*s, "halt").kind, StopKind::event);
  const std::uint64_t here = count(*s);
  const CpuState asleep = s->machine().cpu();
  const auto live_with = [&](std::uint64_t cr2) {
    s->seek(here);
    ASSERT_TRUE(s->apply(InjectException{14, 0, cr2, false}).has_value());
    s->step();
    // On as if nothing had been.
    ASSERT_TRUE(s->apply(SetRegister{16, asleep.rip}).has_value());
    ASSERT_TRUE(s->apply(SetRegister{17, asleep.rflags}).has_value());
    for (int i = 0; i < 8; ++i) {
      run_until(*s, "halt");
      press(*s, Key::f);
    }
    run_until(*s, "halt");
  };
  const auto first_address = [&]() -> std::uint64_t {
    for (const DeliveryRecord& d : s->machine().deliveries())
      if (d.instructions == here) return d.delivery.attempts.front().exception.cr2.value_or(0);
    return 0;
  };
  live_with(0x1000);
  const unsigned first = s->timeline().branch();
  live_with(0x2000);
  ASSERT_NE(s->timeline().branch(), first);
  EXPECT_EQ(first_address(), 0x2000u);
  ASSERT_TRUE(s->switch_branch(first).has_value());
  EXPECT_NE(first_address(), 0x2000u) << "what was so long ago may be forgotten, and is not another branch's";
  ASSERT_EQ(s->seek(here + 1).kind, StopKind::step);
  EXPECT_EQ(first_address(), 0x1000u);
}

TEST(WhoWrote, AScreenfulOfThings) {
  auto s = at_a_page_fault();
  const auto culprit = [&](std::string_view what) {
    const auto asked = subject(s->context(), what);
    EXPECT_TRUE(asked.has_value()) << asked.error().sentence;
    return s->who_wrote(*asked);
  };
  const std::uint64_t at = count(*s);
  const Culprit gate = culprit("idt 2");  // vector 0: nobody
  EXPECT_FALSE(gate.found);
  EXPECT_THAT(plain(gate.sentence), HasSubstr("Nobody wrote the 2 bytes at idt"));

  const Culprit timer = culprit("0x108200 2");  // gate 0x20
  ASSERT_TRUE(timer.found) << plain(timer.sentence);
  EXPECT_EQ(timer.place, "set_gate+0x3");
  EXPECT_EQ(timer.instruction, "mov     word ptr [rdi + 0x108000], si");
  EXPECT_EQ(timer.before, "0x0000");

  const Culprit cr2 = culprit("cr3");
  ASSERT_TRUE(cr2.found);
  EXPECT_EQ(cr2.place, "start+0x13");
  EXPECT_EQ(cr2.before, "0x0");
  EXPECT_EQ(cr2.after, "0x102000");

  const Culprit mask = culprit("port 0x21");
  ASSERT_TRUE(mask.found);
  EXPECT_EQ(mask.after, "0xfc");
  EXPECT_EQ(mask.place, "set_up_pics+0x12");

  // The delivery of the fault pushed the error code on top of the stack.
  const Culprit pushed =
      s->who_wrote(*subject(s->context(), fmt::format("{:#x} 8", s->machine().cpu()[Gpr::rsp])));
  ASSERT_TRUE(pushed.found);
  EXPECT_EQ(pushed.instructions, at - 1);
  EXPECT_THAT(plain(pushed.sentence), HasSubstr("the delivery of page fault (#PF)"));

  // The processor stands where it stood, and knows nothing of the questions.
  EXPECT_EQ(count(*s), at);
  EXPECT_FALSE(s->timeline().in_past());
}

TEST(WhoWrote, AskedAgainGoesFurtherBack) {
  auto s = subject_session();
  run_until(*s, "halt");
  EXPECT_THAT(say(*s, "who-wrote port 0x21"), HasSubstr(": 0xfc."));
  EXPECT_THAT(say(*s, "who-wrote"), HasSubstr(": 0x1."));
  EXPECT_THAT(say(*s, "who-wrote"), HasSubstr(": 0x4."));
  EXPECT_THAT(say(*s, "who-wrote"), HasSubstr(": 0x20."));
  EXPECT_THAT(say(*s, "who-wrote"), HasSubstr("Nobody wrote port 0x21 before"));
}

TEST(WhoWrote, ARegisterAlsoIfTheValueStaysTheSame) {
  auto s = subject_session();
  s->run_to("set_gate");  // edi, esi, edx were set right before, then CALL changed RSP
  const auto asked = [&](std::string_view what) { return s->who_wrote(*subject(s->context(), what)); };
  EXPECT_EQ(asked("rsp").instructions, count(*s) - 1);
  EXPECT_EQ(asked("edx").instructions, count(*s) - 2);
  EXPECT_EQ(asked("esi").instructions, count(*s) - 3);
  const Culprit edi = asked("edi");
  EXPECT_EQ(edi.instructions, count(*s) - 4);
  EXPECT_EQ(edi.instruction, "mov     edi, 8");
  s->step();  // shl edi, 4
  EXPECT_EQ(asked("rdi").before, "0x8");
  EXPECT_EQ(asked("rdi").after, "0x80");
}

TEST(WhoReads, NextOfMemoryPortsAndRegisters) {
  auto s = subject_session();
  s->run_to("say");
  const auto asked = [&](std::string_view what) { return s->who_reads(*subject(s->context(), what)); };
  const Culprit letter = asked("ready 1");
  ASSERT_TRUE(letter.found) << plain(letter.sentence);
  EXPECT_EQ(letter.instruction, "movzx   edi, byte ptr [rbx]");
  EXPECT_EQ(letter.after, "0x72");
  EXPECT_EQ(asked("rbx").instruction, "push    rbx");
  EXPECT_FALSE(asked("port 0x3fd").found);
  EXPECT_EQ(here(*s), "say");
  EXPECT_FALSE(s->timeline().in_past()) << "looking ahead is no history";
}

TEST(Watch, StopsBehindAChangeAndTellsBothValues) {
  auto s = subject_session();
  say(*s, "watch 0x108200 2");
  const Stop stop = s->run(RunLimits{});
  ASSERT_EQ(stop.kind, StopKind::watchpoint);
  EXPECT_EQ(stop.hit->access.before, 0u);
  EXPECT_EQ(here(*s), "set_gate+0xa");
  EXPECT_THAT(plain(s->what_just_happened().headline), HasSubstr("stored to 0x108200: 0x0000 became 0x"));
  EXPECT_EQ(s->run_back(Until{}).kind, StopKind::watchpoint) << "the store that has just been made";
  EXPECT_EQ(here(*s), "set_gate+0x3");
  EXPECT_EQ(s->run_back(Until{}).kind, StopKind::history_start) << "and no other";
}

TEST(Watch, BackStandsBeforeTheStore) {
  auto s = subject_session();
  run_until(*s, "halt");
  say(*s, "watch 0x108200 2");
  ASSERT_EQ(s->run_back(Until{}).kind, StopKind::watchpoint);
  EXPECT_EQ(here(*s), "set_gate+0x3");
}

TEST(Breakpoint, OnlyWhereItsConditionHolds) {
  auto s = subject_session();
  say(*s, "break set_gate if rdi == 0x20");
  ASSERT_EQ(s->run(RunLimits{}).kind, StopKind::breakpoint);
  EXPECT_EQ(s->machine().cpu()[Gpr::rdi], 0x20u);
  say(*s, "delete all");
  s->seek(0);
  say(*s, "break set_gate if hits > 1");
  ASSERT_EQ(s->run(RunLimits{}).kind, StopKind::breakpoint);
  EXPECT_EQ(s->machine().cpu()[Gpr::rdi], 14u) << "the second of the four";
  EXPECT_THAT(refusal(*s, "break set_gate if rax"), HasSubstr("compares nothing"));
  EXPECT_THAT(refusal(*s, "break set_gate if rxx == 1"), HasSubstr("cannot be compared"));
}

TEST(Breakpoint, AtEvents) {
  const auto first = [](std::string_view what) {
    auto s = subject_session();
    say(*s, what);
    const Stop stop = s->run(RunLimits{.instructions = 100'000});
    return stop.kind == StopKind::event ? name(s->machine().events()[stop.event].kind) : name(stop.kind);
  };
  EXPECT_STREQ(first("break mode"), "mode change");
  EXPECT_STREQ(first("break cr3"), "control write");
  EXPECT_STREQ(first("break irq 0"), "acknowledge");
  EXPECT_STREQ(first("break port-write 0x43"), "port write");
  EXPECT_STREQ(first("break halt"), "halt");
  auto s = subject_session();
  run_until(*s, "halt");
  press(*s, Key::t);
  say(*s, "break triple-fault");
  EXPECT_EQ(s->run(RunLimits{}).kind, StopKind::triple_fault);
  EXPECT_THAT(say(*s, "breakpoints"), HasSubstr("event triple-fault"));
}

TEST(Words, TellWhatIsWrongWithThem) {
  auto s = subject_session();
  EXPECT_THAT(refusal(*s, ""), HasSubstr("help"));
  EXPECT_THAT(refusal(*s, "frobnicate"), HasSubstr("help lists what there is"));
  EXPECT_THAT(refusal(*s, "who-wrote"), HasSubstr("What is asked about?"));
  EXPECT_THAT(refusal(*s, "who-wrote cell 1"), HasSubstr("cell 0 79"));
  EXPECT_THAT(refusal(*s, "who-wrote phys 0xfff00000"), HasSubstr("no memory"));
  EXPECT_THAT(refusal(*s, "step lots"), HasSubstr("no number"));
  EXPECT_THAT(refusal(*s, "set cr3 5"), HasSubstr("no register that can be set"));
  EXPECT_THAT(refusal(*s, "inject 99"), HasSubstr("inject #pf"));
  EXPECT_THAT(say(*s, "help"), HasSubstr("who-wrote [thoroughly] [WHAT]"));
  EXPECT_THAT(say(*s, "registers"), HasSubstr("EIP"));
  EXPECT_THAT(say(*s, "checkpoints"), HasSubstr("of 256 MiB"));
}

TEST(History, IsNotKeptWhereNobodyWantsIt) {
  auto s = subject_session(Execution::fast, {.keep = false});
  s->step();
  EXPECT_EQ(s->step_back().kind, StopKind::history_start);
  EXPECT_EQ(count(*s), 1u);
  EXPECT_EQ(s->timeline().checkpoints().size(), 0u);
}

TEST(History, StaysUnderItsLimitOfMemory) {
  auto s = subject_session(Execution::fast, {.memory_limit = 400'000, .interval = 2'000});
  for (unsigned i = 0; i < 400; ++i) {
    press(*s, Key::f);
    s->run(RunLimits{.instructions = 500, .until_time = s->machine().time() + 20'000'000});
  }
  EXPECT_LE(s->timeline().memory_used(), s->timeline().memory_limit());
  EXPECT_GT(s->timeline().checkpoints().size(), 4u);
  const std::uint64_t hash = s->machine().state_hash();
  s->seek(100);
  s->seek(s->timeline().end().instructions);
  EXPECT_EQ(s->machine().state_hash(), hash);
}

TEST(History, WithALimitTooSmallForAnyCheckpointStillGoesBack) {
  auto s = subject_session(Execution::fast, {.memory_limit = 1000, .interval = 100});
  for (unsigned i = 0; i < 100; ++i) s->step();
  const std::uint64_t hash = s->machine().state_hash();
  run_until(*s, "halt");
  EXPECT_THAT(s->timeline().trouble(), HasSubstr("too little for checkpoints"));
  s->seek(100);
  EXPECT_EQ(s->machine().state_hash(), hash);
}

}  // namespace
}  // namespace ringside
