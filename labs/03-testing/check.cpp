// SPDX-License-Identifier: MIT
// Lab 03: the table in the image, the runner on tests that the check makes up, and the way out.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "labs/03-testing/made_up_tests.h"
#include "labs/kit/kit.h"

using namespace ringside;
using namespace ringside::labs;
using namespace testing;
using namespace ringside::labs::made_up;

namespace {

constexpr Boot kBoot{.budget = 3'000'000, .budget_ms = 3000};
constexpr std::uint16_t kExitPort = 0xF4, kLineStatus = 0x3FD;
constexpr std::uint8_t kSuccess = 0x10, kFailure = 0x11;

Boot with(std::string command_line, bool reference = false) {
  Boot boot = kBoot;
  boot.command_line = std::move(command_line);
  boot.reference = reference;
  return boot;
}

// What given/suite.h holds, in its order.
struct SuiteTest {
  const char* name;
  bool should_panic;
  const char* ignored_because;
};
constexpr std::array<SuiteTest, 8> kSuite{{{"mailbox_starts_empty", false, ""},
                                           {"mailbox_keeps_the_order", false, ""},
                                           {"mailbox_counts", false, ""},
                                           {"take_from_an_empty_mailbox", true, ""},
                                           {"put_into_a_full_mailbox", true, ""},
                                           {"mailbox_is_empty_after_clear", false, ""},
                                           {"the_timer_ticks", false, "there is no timer before lab 06"},
                                           {"mailbox_can_be_used_again", false, ""}}};

std::string text_at(const Pc& pc, std::uint64_t length_and_address) {
  std::string text;
  const std::uint64_t length = std::min<std::uint64_t>(pc.read(length_and_address), 200),
                      at = pc.read(length_and_address + 8);
  for (std::uint64_t i = 0; i < length; ++i) text += static_cast<char>(pc.read(at + i, 1));
  return text;
}

void expect_exit(Pc& pc, std::uint8_t code, const std::string& after, std::string why) {
  pc.run_ms(1000);
  const auto writes = [&] {
    std::vector<Event> all;
    for (const Event& e : pc.events())
      if (e.kind == EventKind::port_write && e.port == kExitPort) all.push_back(e);
    return all;
  }();
  if (writes.empty())
    fail_step(pc, fmt::format("{:#04x} is written to port 0xf4 after {}", code, after),
              pc.ended() ? pc.how() : "nothing was written there, and " + pc.how(),
              "Port 0xf4 ends the machine; whoever started it learns the result from what is written there.");
  expect(pc, fmt::format("what is written to port 0xf4 after {}", after), Hex{writes.front().value & 0xff},
         Eq(Hex{code}), std::move(why));
}

}  // namespace

STEP(1) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  const std::uint64_t start = pc.address("kernel_tests_start"), end = pc.address("kernel_tests_end");
  expect(pc, "the number of pointers in section .kernel_tests", (end - start) / 8, Eq(kSuite.size()),
         "Each test of given/suite.h puts one pointer there, 8 bytes: the address of its TestCase.");
  for (std::size_t i = 0; i < kSuite.size(); ++i) {
    const SuiteTest& test = kSuite[i];
    const std::uint64_t at = pc.read(start + 8 * i);
    const std::string which = fmt::format("of test {} in the table", i + 1);
    expect(pc, "the name " + which, text_at(pc, at), StrEq(test.name),
           "The table has the tests in the order of the source, by the names they have there.");
    expect(pc, "the function " + which, pc.context().symbols.name({pc.read(at + 16)}), HasSubstr(test.name),
           "The body is what stands in braces behind the macro.");
    expect(pc, "the expectation " + which, pc.read(at + 24), Eq(test.should_panic ? 1u : 0u),
           "0 is Expectation::pass and 1 is Expectation::panic.");
    expect(pc, "the reason to ignore " + which, text_at(pc, at + 32), StrEq(test.ignored_because),
           "A reason says that the test is not run; without one it is.");
  }
}

STEP(2) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  const RunOf one(pc, {{.body = Body::good}});
  one.expect_report("A line for each test, and the result in the end; COM1 is what a script reads.");
  one.expect_bodies("The test is its body.");
  one.expect_summary("The caller decides by these numbers.");

  const RunOf many(
      pc, shuffled({{.body = Body::good}, {.body = Body::bad}, {.body = Body::bad}, {.body = Body::good}}));
  many.expect_bodies("A test that fails ends, and the next one begins: in the order of the table.");
  many.expect_report("A failed expectation is reported with its condition, which fail() was given.");
  many.expect_summary("Every test counts once.");

  const RunOf again(pc, {{.body = Body::good}, {.body = Body::good}});
  again.expect_report("The runner begins anew: nothing is left from the run before.");
  again.expect_summary("The runner begins anew.");
}

STEP(3) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  const RunOf wanted(
      pc, {{.body = Body::panic, .should_panic = true}, {.body = Body::fault, .should_panic = true}});
  wanted.expect_report(
      "A test that should panic and does has passed. An exception nobody handles is a panic, too.");
  wanted.expect_bodies("A panic ends the test and not the run.");

  const RunOf mixed(pc, shuffled({{.body = Body::panic},
                                  {.body = Body::good, .should_panic = true},
                                  {.body = Body::good},
                                  {.body = Body::bad, .should_panic = true},
                                  {.body = Body::fault},
                                  {.body = Body::panic, .should_panic = true}}));
  mixed.expect_bodies("A panic ends the test and not the run.");
  mixed.expect_report(
      "Panic where none should be, none where one should be: both have failed. And an expectation that "
      "does not hold is no panic.");
  mixed.expect_summary("Every test counts once.");

  enter(pc, "lab::probe_panic");
  expect_halts_for_ever(
      pc, "a panic after the last test",
      "The hooks of panic belong to the runner only while it runs: set_panic_hooks gives back the old "
      "ones.");
  expect(pc, Serial(HasSubstr("KERNEL PANIC: a probe panics")), "After the tests a panic reports as before.");
}

STEP(4) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  const std::string reason = random_word(4) + " " + random_word(5);
  const RunOf ignoring(
      pc,
      shuffled({{.body = Body::good}, {.body = Body::bad, .ignored_because = reason}, {.body = Body::good}}));
  ignoring.expect_bodies("The body of an ignored test is not executed.");
  ignoring.expect_report("An ignored test has its line, with the reason.");
  ignoring.expect_summary("An ignored test has neither passed nor failed.");

  const RunOf all(
      pc, {{.body = Body::good, .ignored_because = reason}, {.body = Body::good, .ignored_because = reason}},
      "", true);
  all.expect_bodies("With `ignored_too` they are tests as all others.");
  all.expect_report("With `ignored_too` they are tests as all others.");

  const std::string part = random_word(3);
  const auto named = [&](std::string before, std::string behind) {
    return Probe{.body = Body::good, .name = before + part + behind};
  };
  const RunOf chosen(pc,
                     {named(random_word(4) + "_", "_x"),
                      {.body = Body::bad, .name = random_word(1) + "_" + part.substr(0, 2)},
                      named("", "_first"),
                      {.body = Body::good, .ignored_because = reason, .name = "not_this"},
                      named("last_", "")},
                     part);
  chosen.expect_bodies("The filter may stand anywhere in the name.");
  chosen.expect_report("Tests that were not chosen are not mentioned.");
  chosen.expect_summary("Tests that were not chosen do not count.");
}

STEP(5) {
  const auto leaving = [](Pc& pc, std::uint64_t passed, std::uint64_t failed, std::uint64_t ignored) {
    pc.run_until("lab::ready");
    enter(pc, "lab::leave", {passed | failed << 32, ignored});
  };
  const std::uint64_t some = 1 + dice().below(200), others = 1 + dice().below(200);
  Pc good(kBoot);
  leaving(good, some, 0, others);
  expect_exit(good, kSuccess, fmt::format("{} passed, 0 failed, {} ignored", some, others),
              "0x10 is success: the exit status of the emulator is twice that, plus 1, which is never 0.");
  Pc bad(kBoot);
  leaving(bad, some, others, 0);
  expect_exit(bad, kFailure, fmt::format("{} passed, {} failed", some, others),
              "One failed test is a failure.");
  Pc none(kBoot);
  leaving(none, 0, 0, some);
  expect_exit(none, kFailure, fmt::format("0 passed, 0 failed, {} ignored", some),
              "A run in which no test has passed has shown nothing: most often a name was misspelt.");

  Pc sending(kBoot);
  sending.run_until("lab::ready");
  const std::uint64_t mark = sending.mark();
  enter(sending, "lab::leave", {some, 0});
  sending.run_ms(1000);
  constexpr std::uint8_t kTransmitterEmpty = 1 << 6;
  expect(sending,
         EventsInOrder({{"the line status read from port 0x3fd with bit 6 (transmitter empty) set",
                         [](const Event& e) {
                           return e.kind == EventKind::port_read && e.port == kLineStatus &&
                                  (e.value & kTransmitterEmpty);
                         }},
                        PortWrite(kExitPort, kSuccess)},
                       mark),
         "The machine takes unsent bytes with it: the end of the report would be missing on a real line.");
}

STEP(6) {
  const auto pair = [](const std::string& command_line, std::uint64_t defects, std::uint8_t code,
                       const std::string& why) {
    Pc pc(with(command_line)), reference(with(command_line, true));
    for (Pc* each : {&pc, &reference}) {
      each->run_until("lab::ready");
      set_memory(*each, each->address("lab::defects"), defects);
    }
    reference.run_ms(1000);
    expect_exit(pc, code, fmt::format("\"{}\" with defects {:#x} in the mailbox", command_line, defects),
                why);
    expect(pc, SameSerialAs(reference), why);
  };
  pair("quiet", 0, kSuccess, "The mailbox is as it should be: all of the suite passes.");
  const std::uint64_t defects = 1ull << dice().below(3) | 1ull << (3 + dice().below(3));
  pair("quiet", defects, kFailure, "Each defect of the mailbox makes tests fail, and the others go on.");
  pair("quiet test=is_empty", 1 << 5, kFailure, "The test that was chosen panics, because clear() does.");
  pair("quiet test=" + random_word(12), 0, kFailure, "No test has this name.");

  // And from the command line: the ignored test of the suite waits for something that never comes.
  Pc hanging(with(
      fmt::format("quiet test={} ignored", dice().one_of<std::string>({"timer", "ticks", "the_timer"}))));
  if (!hanging.reaches("lab::wait_for_the_timer", 2'000'000))
    fail_step(hanging, "with `ignored` on the command line, the body of the_timer_ticks is executed",
              hanging.how(),
              "Whoever asks for the ignored tests gets them, even one that never ends: the budget of "
              "instructions ends "
              "the run then.");
}

QUESTION(1) {
  Pc pc(kBoot);
  const std::uint64_t failed = dice().below(2) * (1 + dice().below(9));
  pc.run_until("lab::ready");
  enter(pc, "lab::leave", {5 | failed << 32, 0});
  pc.run_ms(1000);
  const auto& stop = pc.session().machine().final_stop();
  return {.text = fmt::format(
              "Your kernel leaves after 5 passed and {} failed tests. With which exit status does the "
              "emulator end?",
              failed),
          .answer = fmt::to_string(stop ? stop->value : 0),
          .because = "The status is (value << 1) | 1, with 0x10 or 0x11 written to port 0xF4: 33 or 35."};
}

QUESTION(2) {
  Pc pc(kBoot);
  pc.run_until("lab::ready");
  return {.text =
              "given/suite.h holds eight tests. How many bytes lie between kernel_tests_start and "
              "kernel_tests_end in "
              "your kernel?",
          .answer = fmt::to_string(pc.address("kernel_tests_end") - pc.address("kernel_tests_start")),
          .because =
              "The section holds pointers, eight bytes each; the TestCase objects are elsewhere in .rodata."};
}

QUESTION(3) {
  Pc pc(kBoot);
  const std::uint64_t bit = dice().below(6);
  pc.run_until("lab::ready");
  set_memory(pc, pc.address("lab::defects"), 1ull << bit);
  const std::size_t sent = pc.serial().size();
  pc.run_ms(1000);
  const std::string log = pc.serial().substr(sent);
  std::size_t failed = 0;
  for (std::size_t at = 0; (at = log.find("... FAILED", at)) != log.npos; ++at) ++failed;
  return {.text = fmt::format(
              "Bit {} of lab::defects is set before the tests begin (given/mailbox.h says what that does). "
              "How many tests fail?",
              bit),
          .answer = fmt::to_string(failed),
          .because = "Each defect is seen by those tests alone whose expectations touch it."};
}
