// SPDX-License-Identifier: GPL-2.0-or-later
// The threads of the real kernel, read from its memory by its own types; and the same after somebody has
// written over them.
#include <gmock/gmock.h>

#include <random>

#include "sim/inspect/tasks.h"
#include "sim/inspect/thread_lanes.h"
#include "sim/inspect/thread_tables.h"
#include "sim/inspect/values.h"
#include "tests/golden/subject.h"

namespace ringside {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::EndsWith;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::StartsWith;

class Threads : public testing::Test {
 protected:
  std::unique_ptr<Session> session = subject_session();

  void SetUp() override {
    run_until(*session, "\"ringside> \"");
    run_for(5);
    ASSERT_THAT(threads().missing, IsEmpty());
  }
  void run_for(unsigned ms) { session->run({.until_time = session->machine().time() + ms * 1'000'000ull}); }
  void type(std::string_view line) {
    for (const char c : line) {
      ASSERT_TRUE(session->apply(SerialInput{static_cast<std::uint8_t>(c)}).has_value());
      run_for(1);
    }
  }
  KernelThreads threads() { return kernel_threads(session->context()); }
  static const GuestThread* named(const KernelThreads& all, std::string_view name) {
    for (const GuestThread& thread : all.threads)
      if (thread.name == name) return &thread;
    return nullptr;
  }
  // Runs on until a thread of that name waits for something with this in its words.
  KernelThreads run_until_waiting(std::string_view name, std::string_view what) {
    for (int i = 0; i < 2000; ++i) {
      KernelThreads all = threads();
      const GuestThread* thread = named(all, name);
      if (thread && thread->waits_for.find(what) != std::string::npos) return all;
      run_for(1);
    }
    ADD_FAILURE() << name << " never waits for " << what;
    return threads();
  }

  std::uint64_t address_of(const std::string& expression) {
    const ValueReader reader{.symbols = session->symbols(), .read = session->context().guest().reader()};
    const auto value = reader.look_up(expression);
    EXPECT_TRUE(value.has_value()) << value.error().sentence;
    return value ? value->address.value : 0;
  }
  void poke(std::uint64_t address, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i) {
      const auto at = session->context().guest().translate({address + i});
      ASSERT_TRUE(at.has_value()) << address;
      ASSERT_TRUE(session->apply(SetMemory{*at, static_cast<std::uint8_t>(value >> 8 * i)}).has_value());
    }
  }
};

TEST_F(Threads, AreThoseTheKernelHasMade) {
  const KernelThreads all = threads();
  ASSERT_EQ(all.threads.size(), 3u);
  EXPECT_EQ(all.threads[0].name, "main");
  EXPECT_EQ(all.threads[1].name, "idle");
  EXPECT_EQ(all.threads[2].name, "executor");
  EXPECT_THAT(all.trouble, IsEmpty());
  EXPECT_EQ(all.name_of(all.current), "idle") << "at the prompt nobody has anything to do";
  EXPECT_EQ(all.idle, all.current);
  EXPECT_EQ(all.threads[0].state, "waiting");
  EXPECT_THAT(all.threads[0].waits_for, StartsWith("event kernel::input_event"));
  EXPECT_THAT(all.threads[2].waits_for, StartsWith("event kernel::executor.bell_"));
  EXPECT_TRUE(all.threads[1].on_cpu);
  EXPECT_FALSE(all.threads[0].on_cpu);
}

TEST_F(Threads, LeadBackToWhereTheyBegan) {
  for (const GuestThread& thread : threads().threads) {
    ASSERT_GT(thread.calls.size(), 1u) << thread.name;
    std::vector<std::string> functions;
    for (const StackFrame& call : thread.calls) functions.push_back(call.function);
    EXPECT_THAT(functions, testing::Contains(AnyOf("kernel_main", "kernel::run_thread"))) << thread.name;
    if (!thread.on_cpu) {
      EXPECT_GT(thread.stands, 0u) << thread.name << " stands in more than the switch itself";
    }
  }
  const KernelThreads all = threads();
  EXPECT_EQ(all.threads[0].calls[all.threads[0].stands].function, "kernel::read_character");
}

TEST_F(Threads, HaveStacksWithAGuardPageAndAHighWaterMark) {
  for (const GuestThread& thread : threads().threads) {
    EXPECT_THAT(thread.stack.trouble, IsEmpty()) << thread.name;
    EXPECT_TRUE(thread.stack.guarded) << thread.name;
    EXPECT_THAT(thread.stack.used(), AllOf(Gt(0u), Le(thread.stack.high_water))) << thread.name;
    EXPECT_LT(thread.stack.high_water, thread.stack.size()) << thread.name;
  }
}

TEST_F(Threads, SayWhichMutexTheyWaitForAndWhoHoldsIt) {
  type("demo inversion\r");
  const KernelThreads all = run_until_waiting("high", "mutex inversion");
  EXPECT_EQ(named(all, "high")->waits_for, "mutex inversion, held by low");
  EXPECT_EQ(named(all, "main")->waits_for, "join of low");
  EXPECT_EQ(all.policy, "priority");
  EXPECT_FALSE(all.ready_guessed);
  bool found = false;
  for (const ReadyQueue& queue : all.ready)
    for (const std::uint64_t id : queue.ids) {
      EXPECT_EQ(all.find(id)->state, "ready");
      found |= all.name_of(id) == "low" && queue.name.ends_with("[1]");
    }
  EXPECT_TRUE(found) << "low is ready at its own priority, 1: nobody inherits yet";
}

TEST_F(Threads, AreInTheReadyQueueInTurn) {
  type("demo counters\r");
  run_for(100);
  const KernelThreads all = threads();
  ASSERT_EQ(all.ready.size(), 1u) << all.policy;
  ASSERT_EQ(all.ready[0].ids.size(), 2u) << "three count, one of them runs";
  // Who comes next is who left the processor longest ago.
  EXPECT_LT(*all.find(all.ready[0].ids[0])->since, *all.find(all.ready[0].ids[1])->since);
  EXPECT_EQ(all.name_of(all.current).substr(0, 8), "counter ") << "of several with a name the number tells";
  const GuestThread& other = *all.find(all.ready[0].ids[0]);
  EXPECT_EQ(other.calls[other.stands].function, "kernel::ScreenCounter::run") << "where it was interrupted";
}

TEST_F(Threads, SwitchAtTheMachineTimeOnRecord) {
  type("demo counters\r");
  run_for(60);
  const KernelThreads all = threads();
  ASSERT_GT(all.switches.size(), 4u);
  for (std::size_t i = 1; i < all.switches.size(); ++i)
    EXPECT_EQ(all.switches[i].from, all.switches[i - 1].to);
  const GuestSwitch last = all.switches.back();
  ASSERT_EQ(last.reason, "preempted");
  session->seek_time(last.time);
  EXPECT_EQ(session->machine().time(), last.time);
  EXPECT_EQ(threads().current, last.from) << "just before it";
  EXPECT_EQ(threads().switch_count, last.number);
  unsigned steps = 0;
  while (threads().current == last.from && steps < 2000) session->step(), ++steps;
  EXPECT_EQ(threads().current, last.to);
  EXPECT_LT(steps, 2000u);
}

TEST_F(Threads, AreSeenRightInTheMiddleOfASwitch) {
  type("demo counters\r");
  run_for(60);
  const auto stop = session->run_to("switch_context");
  ASSERT_TRUE(stop.has_value());
  for (int i = 0; i < 24; ++i) {
    const KernelThreads all = threads();
    int on_cpu = 0;
    for (const GuestThread& thread : all.threads) {
      on_cpu += thread.on_cpu;
      EXPECT_THAT(thread.stack.trouble, IsEmpty()) << thread.name << ", step " << i;
    }
    EXPECT_EQ(on_cpu, 1) << "step " << i;
    session->step();
  }
}

TEST_F(Threads, MakeLanesThatCoverAllTheTime) {
  type("demo counters\r");
  run_for(100);
  const KernelThreads all = threads();
  ASSERT_EQ(all.switches.size(), all.switch_count);
  Ticks total = 0;
  for (const ThreadLane& lane : thread_lanes(all))
    for (const LaneRun& run : lane.runs) total += run.to - run.from;
  EXPECT_EQ(total, all.now) << "somebody always runs, and nobody at the same time as another";
}

TEST_F(Threads, FindTheirCoroutinesAndWhoWakesThem) {
  type("demo tasks\r");
  run_for(50);
  const Table tasks = tasks_table(session->context());
  ASSERT_EQ(tasks.rows.size(), 3u);
  EXPECT_EQ(find_cell(tasks, "2", "Name")->text, "slow");
  EXPECT_EQ(find_cell(tasks, "2", "State")->text, "waiting");
  EXPECT_THAT(find_cell(tasks, "2", "Waits for")->text, StartsWith("time, tick "));
  EXPECT_THAT(find_cell(tasks, "2", "Function")->text, StartsWith("kernel::tell"));
  EXPECT_EQ(find_cell(tasks, "1", "Waits for")->text, "end of a task");
  const std::string wakers = to_text(wakers_table(session->context()));
  EXPECT_THAT(wakers,
              AllOf(HasSubstr("task 2 slow"), HasSubstr("task 3 quick"), HasSubstr("end of task 2 slow")));
}

TEST_F(Threads, TellOfAStackThatWasTooSmall) {
  type("mishap stack\r");
  run_for(200);
  const KernelThreads all = threads();
  const GuestThread* const small = named(all, "small");
  ASSERT_TRUE(small);
  // Which of the two is up to the instruction that meets the end: one that moves RSP, or one that pushes.
  EXPECT_THAT(small->stack.trouble,
              AnyOf("RSP is in the guard page", "it is full: the next push is in the guard page"))
      << "which the handler's own stack does not hide";
  EXPECT_EQ(current_thread(session->context()), "small");
  EXPECT_EQ(small->stack.size(), 4096u);
  EXPECT_GT(small->stack.high_water, 4000u);
  const Table stacks = stacks_table(session->context());
  EXPECT_THAT(to_text(stacks), AllOf(HasSubstr("100 %"), HasSubstr("! " + small->stack.trouble)));
  const Cell* const rsp = find_cell(stacks, "kernel::double_fault_stack", "RSP");
  ASSERT_TRUE(rsp);
  EXPECT_THAT(rsp->text, Not(IsEmpty())) << "the processor went there for the double fault";
}

TEST_F(Threads, SayThatTheirListRunsInACircle) {
  const std::uint64_t executor = threads().threads[2].address;
  poke(address_of("kernel::threads.first->all_links.next"), executor);  // idle is left out ...
  poke(address_of("kernel::threads.last->all_links.next"), threads().threads[0].address);
  const KernelThreads all = threads();
  EXPECT_THAT(all.trouble, HasSubstr("in a circle"));
  EXPECT_EQ(all.threads.size(), 2u) << "what comes before the circle closes is there";
  EXPECT_THAT(to_text(threads_table(session->context())), HasSubstr("circle"));
}

TEST_F(Threads, SayWhereTheirListLeadsNowhere) {
  poke(address_of("kernel::threads.first->all_links.next"), 0x1234'5678'9ABC);
  const KernelThreads all = threads();
  EXPECT_THAT(all.trouble, HasSubstr("0x123456789abc, which cannot be read"));
  EXPECT_EQ(all.threads.size(), 1u);
  poke(address_of("kernel::threads.first"), 0xDEAD'0000);
  EXPECT_THAT(threads().missing, HasSubstr("0xdead0000"));
  EXPECT_TRUE(threads().threads.empty());
}

TEST_F(Threads, SayThatAStackOrASavedPointerMakesNoSense) {
  poke(address_of("kernel::threads.first->context.rsp"), 0x1000);
  EXPECT_THAT(threads().threads[0].stack.trouble, HasSubstr("0x1000, is not in its stack"));
  EXPECT_TRUE(threads().threads[0].calls.empty());
  poke(address_of("kernel::threads.first->stack.top"), ~0ull);
  EXPECT_THAT(threads().threads[0].stack.trouble, HasSubstr("makes no sense"));
}

TEST_F(Threads, LeaveOutSwitchesThatCannotHaveBeen) {
  type("\r");
  const std::size_t before = threads().switches.size();
  ASSERT_GT(before, 2u);
  poke(address_of("kernel::switch_trace.records[1].tsc"), ~0ull >> 1);  // in the far future
  EXPECT_EQ(threads().switches.size(), before - 1);
  poke(address_of("kernel::switch_trace.count"), ~0ull);
  EXPECT_LE(threads().switches.size(), 256u);
}

TEST_F(Threads, ComeOutWhateverTheMemoryHolds) {
  std::mt19937_64 random{7};
  const std::uint64_t nasty[] = {0,
                                 1,
                                 7,
                                 0x1000,
                                 ~0ull,
                                 0x8000'0000'0000,
                                 0xFFFF'FFFF'8000'0000,
                                 threads().threads[0].address,
                                 threads().threads[1].address + 3};
  std::vector<std::uint64_t> places;
  for (const char* name :
       {"kernel::threads", "kernel::switch_trace.count", "kernel::executor", "kernel::alarms",
        "kernel::scheduler", "kernel::current", "kernel::input_event", "kernel::round_robin"})
    for (unsigned i = 0; i < 4; ++i) places.push_back(address_of(name) + 8 * i);
  for (const GuestThread& thread : threads().threads)
    for (unsigned i = 0; i < 24; ++i) places.push_back(thread.address + 528 + 8 * i);
  for (unsigned round = 0; round < 150; ++round) {
    for (unsigned i = 0; i < 3; ++i) {
      const std::uint64_t at = places[random() % places.size()], value = nasty[random() % std::size(nasty)];
      if (session->context().guest().translate({at + 7})) poke(at, value);
    }
    for (const char* topic : {"threads", "thread", "ready", "switches", "stacks", "tasks", "wakers"}) {
      const auto table = session->inspect(topic);
      if (!table) continue;
      EXPECT_LE(table->rows.size(), 5000u) << topic;
      EXPECT_FALSE(to_text(*table).empty());
    }
    thread_lanes(threads());
    recent_span(threads());
  }
}

TEST(ThreadsOfAnotherKernel, AreMissedInASentence) {
  std::ifstream file(RINGSIDE_OTHER_SUBJECT, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  MachineConfig config{.image_name = "subject.elf", .memory_mib = 8};
  for (char c : bytes) config.image.push_back(static_cast<std::byte>(c));
  auto session = Session::open(std::move(config), {}, {});
  ASSERT_TRUE(session.has_value());
  for (const char* topic : {"threads", "ready", "switches", "stacks"}) {
    const auto table = (*session)->inspect(topic);
    ASSERT_TRUE(table.has_value()) << topic;
    EXPECT_TRUE(table->rows.empty());
    EXPECT_THAT(table->note, AllOf(HasSubstr("no kernel::threads"), EndsWith("."))) << topic;
  }
  EXPECT_THAT((*session)->inspect("tasks")->note, HasSubstr("no kernel::executor"));
  EXPECT_THAT((*session)->inspect("thread")->note, HasSubstr("no kernel::threads"));
  EXPECT_THAT((*session)->inspect("thread", "main").error().sentence, HasSubstr("no kernel::threads"));
}

TEST(ThreadsBeforeTheKernelHasAny, AreMissedInASentence) {
  const auto session = subject_session();
  EXPECT_THAT(kernel_threads(session->context()).missing, EndsWith(".")) << "at power-on nothing is mapped";
  session->run_to("kernel_main");
  EXPECT_EQ(kernel_threads(session->context()).missing, "The kernel has made no thread yet.");
}

}  // namespace
}  // namespace ringside
