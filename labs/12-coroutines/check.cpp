// SPDX-License-Identifier: MIT
// Lab 12: who runs when, that the processor sleeps in between, and that no interrupt comes at a wrong moment.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>

#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;

namespace {

constexpr Boot kSmall{.budget = 10'000'000, .budget_ms = 20'000};
constexpr std::uint64_t kKernelBase = 0xffffffff80000000;  // of the image: kernel/memory/layout.h
constexpr std::uint64_t kInterruptsOn = 1 << 9;            // RFLAGS.IF

struct Entry {
  std::uint64_t who = 0, what = 0, tick = 0;
};
std::vector<Entry> story(const Pc& pc) {
  constexpr std::uint64_t kKept = 64;
  const std::uint64_t count = pc.number("lab::story.count"), story = pc.address("lab::story");
  std::vector<Entry> entries;
  for (std::uint64_t n = count - std::min(count, kKept); n < count; ++n) {
    const std::uint64_t at = story + n % kKept * 24;
    entries.push_back({pc.read(at), pc.read(at + 8), pc.read(at + 16)});
  }
  return entries;
}

// Blocks of the heap that are in use: the frames of coroutines, and nothing else.
std::uint64_t frames(const Pc& pc) { return pc.number("kernel::heap.list_.counts_.live"); }

void expect_no_frame_left(Pc& pc, std::uint64_t before, std::string_view who = "lab::Executor::remove") {
  pc.about(who);
  expect(
      pc, "coroutine frames on the heap afterwards", frames(pc), Eq(before),
      "A frame lives until somebody destroys it: the Task that owns it, or the executor that took it over.");
}

// The keys that the task of run_for_ever() got.
std::string keys_seen(const Pc& pc) {
  std::string keys;
  for (const Entry& entry : story(pc)) keys += static_cast<char>(entry.what);
  return keys;
}

Visible halts_and_interrupts() {
  return [](const ringside::Event& e) {
    return e.kind == ringside::EventKind::halt || e.kind == ringside::EventKind::acknowledge;
  };
}

void expect_to_sleep(Pc& pc) {
  pc.run_ms(3);
  if (pc.ended())
    fail_step(pc, "the kernel waits for keys and for the time", pc.how(),
              "There are two tasks, and both wait; the next interrupt wakes the processor.");
  expect(pc, "the processor in HLT, 3 ms after the last task began to wait", pc.cpu().halted, IsTrue(),
         "Nobody can run before the next interrupt: until then a processor that halts uses no power, and one "
         "that looks again and again a million instructions in each millisecond.");
}

// A key, and in the middle of what it set going a second one: at its first instruction, at its second, and so
// on to the HLT. Each time both must have arrived before the timer helps out with an interrupt of its own.
void expect_no_lost_key(Pc& pc) {
  const auto may_interrupt = [&] {
    return (pc.cpu().rflags & kInterruptsOn) != 0 && !pc.cpu().interrupt_shadow && !pc.cpu().halted;
  };
  unsigned tried = 0;
  for (std::uint64_t steps = 0;; ++steps) {
    pc.run_until("irq0");
    for (unsigned i = 0; !may_interrupt(); ++i) {
      if (i == 5000)
        fail_step(
            pc, "the handler of the timer comes to its end", "it was still running after 5000 instructions",
            "A list that leads back to itself has no end: does each Sleep leave it, before its frame is used "
            "for another one?");
      pc.run_instructions(1);
    }
    const std::uint64_t before = pc.number("lab::story.count");
    pc.call("lab::on_key", {'1'});
    pc.run_instructions(steps);
    if (pc.cpu().halted || pc.ended()) break;
    if (!may_interrupt()) continue;
    ++tried;
    const Instant here = in_students_code(pc);
    const std::string where = pc.context().symbols.name({pc.now().rip});
    pc.call("lab::on_key", {'2'});
    pc.run_ms(3);
    const std::uint64_t arrived = pc.number("lab::story.count") - before;
    if (arrived == 2) continue;
    fail_step_at(
        pc, here, "a key that comes at any moment reaches the task",
        fmt::format("a key that came in {}, {} instructions after the one before, was still not read 3 ms "
                    "later, and the processor {}",
                    where, steps, pc.cpu().halted ? "halted" : "did something else"),
        "Between a look that finds nothing and the wait that follows no interrupt may come: it would wake "
        "nobody. Interrupts off, look, and then wait in one step.");
  }
  expect(pc, "moments at which a second key could come", tried, Ge(20u),
         "While tasks run interrupts are on: a kernel that switches them off for so long loses keys.");
}

}  // namespace

STEP(1) {
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  const std::uint64_t before = frames(pc);
  const std::uint64_t first = dice().below(100), step = 1 + dice().below(50), depth = 3 + dice().below(6);
  std::uint64_t right = first;
  for (std::uint64_t i = 0; i < depth; ++i) right = 3 * right + step;
  expect(
      pc, fmt::format("lab::nested_calls({}, {}, {})", first, step, depth),
      pc.call("lab::nested_calls", {first, step, depth}).rax, Eq(right),
      "co_await hands over to the function called, and what that one gives back is the value of co_await.");
  expect_no_frame_left(pc, before, "lab::Task::~Task");
  // The stack may be some calls deeper meanwhile, but not by some for each of them.
  constexpr std::uint64_t kCalls = 50, kEnough = 4096;
  const std::uint64_t bottom = pc.address("kernel_stack_bottom"),
                      limit = pc.cpu()[ringside::Gpr::rsp] - kEnough;
  const auto deep =
      pc.call_stores("lab::calls_in_a_row", {kCalls, step}, bottom - kKernelBase, limit - bottom);
  if (!deep.empty())
    fail_step_at(
        pc, {deep.front().instructions, pc.address("lab::Task::Promise::AtEnd::await_suspend")},
        fmt::format("{} calls, one after the other, leave the stack as it was", kCalls),
        fmt::format("at this point it is {} bytes deeper", kEnough),
        "Who resumes another function stands on the stack until that one stops. If every call and every "
        "end does so, they pile up: say who is next, return, and let the executor resume it.");
  expect(pc, fmt::format("lab::calls_in_a_row({}, {})", 2 * kCalls, step),
         pc.call("lab::calls_in_a_row", {2 * kCalls, step}).rax, Eq(step * kCalls * (2 * kCalls - 1)),
         "Each of the calls gives its number, and the caller adds them up.");
  expect_no_frame_left(pc, before, "lab::Task::~Task");
}

STEP(2) {
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  const std::uint64_t before = frames(pc);
  std::array<std::uint64_t, 3> most;
  for (std::uint64_t& m : most) m = 2 + dice().below(5);
  pc.call("lab::take_turns", {most[0], most[1], most[2]});
  pc.about("lab::Executor::run");
  std::vector<std::string> right, got;
  for (std::uint64_t number = 1; number <= *std::ranges::max_element(most); ++number)
    for (unsigned who = 0; who < 3; ++who)
      if (number <= most[who]) right.push_back(fmt::format("{}:{}", who + 1, number));
  for (const Entry& entry : story(pc)) got.push_back(fmt::format("{}:{}", entry.who, entry.what));
  expect(pc, "the order of task:number", fmt::format("{}", fmt::join(got, " ")),
         StrEq(fmt::format("{}", fmt::join(right, " "))),
         "Who comes into the queue first runs first; who yields goes to its end.");
  expect_no_frame_left(pc, before);
  // Nobody runs twice for one wake-up, and nobody who is not woken.
  pc.about("lab::Executor::start");
  const std::uint64_t id = pc.number("lab::executor.last_id");
  expect(pc, "numbers given to three tasks", id, Eq(3u), "Each task that is started gets the next number.");
  pc.call("lab::take_turns", {1, 1, 1});
  pc.about("lab::Executor::start");
  expect(pc, "numbers given to six tasks", pc.number("lab::executor.last_id"), Eq(6u),
         "A number is never used twice: who was woken and is gone must not be taken for somebody else.");
}

STEP(3) {
  static const std::vector<std::array<std::uint64_t, 3>> kLengths{{2, 3, 7}, {3, 4, 5}, {2, 5, 7}, {3, 5, 8}};
  std::array<std::uint64_t, 3> lengths = dice().one_of(kLengths);
  std::swap(lengths[0], lengths[dice().below(3)]);
  std::swap(lengths[1], lengths[1 + dice().below(2)]);
  {
    Pc pc(kSmall);
    pc.run_until("lab::ready");
    expect_to_sleep(pc);
    constexpr const char* kWake = "lab::Executor::wake";
    pc.run_until(kWake, "A sleeper who is due is woken by the handler of the timer.");
    const std::uint64_t first = pc.number("lab::ticks");
    pc.run_until(kWake,
                 "Again a sleeper is due. Is the list sound? A Sleep that ends has to leave the list, or the "
                 "next one in its place leads to itself.");
    const std::uint64_t between = pc.number("lab::ticks") - first;
    constexpr const char* kBetween = "ticks between two wake-ups of a task that sleeps for 100";
    expect(pc, kBetween, between, Ge(100u),
           "Who is not due is not woken: a hundred tasks would look at the clock at every tick.");
    expect(pc, kBetween, between, Le(100u), "Who is due is woken at the very tick, and not at the next one.");
    expect(pc, "interrupts at a call of Executor::wake that comes from the timer's handler",
           pc.cpu().rflags & kInterruptsOn, Eq(0u), "Wake-ups come from handlers, where interrupts are off.");
  }
  Pc pc(kSmall), reference({.reference = true});
  pc.run_until("lab::ready");
  reference.run_until("lab::ready");
  const std::uint64_t start = pc.number("lab::ticks"), before = frames(pc), mark = pc.mark(),
                      reference_mark = reference.mark();
  pc.call("lab::sleep_in_parallel", {lengths[0], lengths[1], lengths[2]});
  reference.call("lab::sleep_in_parallel", {lengths[0], lengths[1], lengths[2]});
  pc.about("lab::Sleep::is_there");
  std::map<std::uint64_t, std::uint64_t> right;  // tick -> who
  for (unsigned who = 0; who < 3; ++who) right[lengths[who]] = right[2 * lengths[who]] = who + 1;
  std::vector<std::string> wanted, got;
  for (const auto& [tick, who] : right) wanted.push_back(fmt::format("{}@{}", who, tick));
  for (const Entry& entry : story(pc)) got.push_back(fmt::format("{}@{}", entry.who, entry.tick - start));
  expect(pc,
         fmt::format("task@tick of three tasks that sleep twice for {}, {} and {}", lengths[0], lengths[1],
                     lengths[2]),
         fmt::format("{}", fmt::join(got, " ")), StrEq(fmt::format("{}", fmt::join(wanted, " "))),
         "Each goes on at the very tick it asked for; all sleep at the same time.");
  expect(pc, SameEventsAs(reference, halts_and_interrupts(), mark, reference_mark),
         "After each interrupt the processor does what there is to do, and halts again.");
  pc.about("lab::Sleep::~Sleep");
  expect(pc, "lab::sleepers, when nobody sleeps", Hex{pc.number("lab::sleepers")}, Eq(Hex{0}),
         "A Sleep lies in the frame that waits. It has to leave the list before the frame is gone.");
  expect_no_frame_left(pc, before);
}

STEP(4) {
  std::string word;
  for (unsigned i = 0; i < 8; ++i) word += static_cast<char>('a' + dice().below(26));
  Pc pc({.budget = 10'000'000, .budget_ms = 30'000});
  pc.run_until("lab::ready");
  expect_to_sleep(pc);
  pc.type_keys(word);
  pc.run_ms(15);
  pc.about("lab::on_key");
  expect(pc, "the keys that the task got", keys_seen(pc), StrEq(word),
         "The handler puts each key into the queue, and wakes the task that waits for one.");
  expect(pc, ScreenRow(2, StrEq(word)), "The task shows each key that it gets.");
  expect(pc, "the processor in HLT, when all keys are read", pc.cpu().halted, IsTrue(),
         "A task that waits for a key is not asked whether there is one.");

  expect_no_lost_key(pc);
}

STEP(5) {
  static const std::vector<std::array<std::uint64_t, 2>> kPairs{{2, 6}, {7, 3}, {4, 9}, {8, 2}};
  const auto [first, second] = dice().one_of(kPairs);
  const std::uint64_t value = 100 + dice().below(900);
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  const std::uint64_t before = frames(pc);
  std::uint64_t start = pc.number("lab::ticks");
  expect(pc, fmt::format("lab::join_two({}, {}, {})", first, second, value),
         pc.call("lab::join_two", {first, second, value}).rax, Eq(first + second + 2 * value),
         "join() gives what the task gave, whether it has finished long ago or is still asleep.");
  pc.about("lab::join");
  expect(pc, "ticks until both were joined", story(pc).back().tick - start, Eq(std::max(first, second)),
         "The two tasks sleep at the same time; who waits for both waits for the longer one.");
  expect_no_frame_left(pc, before);

  const std::uint64_t work = 3 + dice().below(3), limit = work + 10 + dice().below(3);
  start = pc.number("lab::ticks");
  expect(pc, fmt::format("a task of {} ticks with a limit of {}", work, limit),
         pc.call("lab::work_with_limit", {work, limit, value, 1}).rax, Eq(work + value),
         "A task that is done in time gives its value.");
  expect(pc, "ticks until it was done", story(pc)[3].tick - start, Eq(work),
         "With a limit it takes no longer than without.");
  expect_no_frame_left(pc, before);

  start = pc.number("lab::ticks");
  expect(pc, fmt::format("a task of {} ticks with a limit of {}", limit, work),
         Hex{pc.call("lab::work_with_limit", {limit, work, value, 20}).rax}, Eq(Hex{~std::uint64_t{0}}),
         "kTooLate says that the limit came first.");
  pc.about("lab::with_limit");
  const std::vector<Entry> all = story(pc);
  for (const Entry& entry : all)
    expect(pc, "whose sleep has ended", entry.who, Ne(limit),
           "A task that is removed does not go on: nothing happens any more when its sleep would have been "
           "over.");
  expect(pc, "ticks until the limit was noticed", all[all.size() - 2].tick - start, Eq(work),
         "Who waits with a limit is woken when the time is over.");
  pc.about("lab::Sleep::~Sleep");
  expect(
      pc, "lab::sleepers afterwards", Hex{pc.number("lab::sleepers")}, Eq(Hex{0}),
      "The frame of the removed task held a Sleep: one that stays in the list is memory that is not ours.");
  expect_no_frame_left(pc, before);
}

QUESTION(1) {
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  pc.run_ms(102);
  const std::uint64_t mark = pc.mark();
  const unsigned tenths = 2 + static_cast<unsigned>(dice().below(8));
  pc.run_ms(100 * tenths);
  const auto halts = std::ranges::count(pc.events(mark), ringside::EventKind::halt, &ringside::Event::kind);
  return {
      .text = fmt::format("Your kernel shows the time and waits for keys; nobody types. How often does the "
                          "processor execute HLT in {}00 ms?",
                          tenths),
      .answer = fmt::to_string(halts),
      .because =
          "The timer interrupts a hundred times in a second, and after each interrupt the processor "
          "finds the queue empty and halts again."};
}

QUESTION(2) {
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  pc.run_ms(30);
  return {.text =
              "While it runs and waits, how many coroutine frames are on the heap? (lab::run_for_ever in "
              "given/scenes.cpp)",
          .answer = fmt::to_string(frames(pc)),
          .because =
              "Each of the two tasks has its outermost frame. A Sleep or a NextKey lies inside of a frame, "
              "and needs none."};
}

QUESTION(3) {
  std::array<std::uint64_t, 3> most;
  for (std::uint64_t& m : most) m = 1 + dice().below(3);
  Pc pc(kSmall);
  pc.run_until("lab::ready");
  pc.call("lab::take_turns", {most[0], most[1], most[2]});
  std::string order;
  for (const Entry& entry : story(pc)) order += fmt::to_string(entry.who);
  return {.text = fmt::format("Task 1 counts to {}, task 2 to {}, task 3 to {}, and each yields after every "
                              "number. In which order do they count? (one digit for each number: the task)",
                              most[0], most[1], most[2]),
          .answer = order,
          .because = "The queue is first come, first served: round by round, without those that are done."};
}
