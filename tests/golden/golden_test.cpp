// SPDX-License-Identifier: GPL-2.0-or-later
// Whole tables and explanations as text, at moments of subject.S that do not move.
#include <cstdlib>
#include <filesystem>

#include "sim/explain/explain.h"
#include "tests/golden/subject.h"

namespace ringside {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(RINGSIDE_GOLDEN_FOLDER) / (name + ".txt");
  if (std::getenv("RINGSIDE_UPDATE_GOLDEN")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; RINGSIDE_UPDATE_GOLDEN=1 writes it.";
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(golden, text) << "in " << path;
}

std::string shown(Session& session, std::string_view name, std::string_view argument = {}) {
  const auto table = session.inspect(name, argument);
  return table ? to_text(*table) : table.error().sentence + "\n";
}

// Each table as it is when the kernel sleeps for the first time.
class SleepingKernel : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(SleepingKernel, ShowsThisTable) {
  auto session = subject_session();
  ASSERT_EQ(run_until(*session, "halt").kind, StopKind::event);
  const auto& [name, argument] = GetParam();
  std::string file = name;
  if (*argument) file += std::string("_") + argument;
  for (char& c : file)
    if (c == ' ') c = '_';
  expect_golden(file, shown(*session, name, argument));
}

INSTANTIATE_TEST_SUITE_P(Tables, SleepingKernel,
                         testing::ValuesIn(std::vector<std::pair<const char*, const char*>>{
                             {"registers", ""},
                             {"flags", ""},
                             {"segments", ""},
                             {"control", ""},
                             {"idt", ""},
                             {"gdt", ""},
                             {"tss", ""},
                             {"walk", "0x40000000 write"},
                             {"walk", "0x400000 fetch user"},
                             {"walk", "say"},
                             {"pages", ""},
                             {"pic", ""},
                             {"pic-registers", ""},
                             {"pit", ""},
                             {"keyboard", ""},
                             {"uart", ""},
                             {"rtc", ""},
                             {"vga", ""},
                             {"memory", "ready 32"},
                             {"code", ""},
                             {"code", "say 10"},
                             {"events", ""},
                             {"events", "port-write"}}),
                         [](const auto& info) {
                           std::string name;
                           for (const char* part : {info.param.first, info.param.second})
                             for (; *part; ++part)
                               name += std::isalnum(static_cast<unsigned char>(*part)) ? *part : '_';
                           return name;
                         });

TEST(Stack, InsideACallShowsReturnAddressesAndCallers) {
  auto session = subject_session();
  ASSERT_EQ(run_until(*session, "send").kind, StopKind::address);
  expect_golden("stack_in_send", shown(*session, "stack", "6"));
  expect_golden("backtrace_in_send", shown(*session, "backtrace"));
}

TEST(Handled, PageFaultIsToldStepByStep) {
  auto session = subject_session();
  run_until(*session, "halt");
  press(*session, Key::f);
  ASSERT_EQ(run_until(*session, "#pf").kind, StopKind::event);
  expect_golden("page_fault", session->what_just_happened().text() + "\n" + shown(*session, "anatomy"));
}

TEST(Unhandled, DivisionByZeroBecomesADoubleFault) {
  auto session = subject_session();
  run_until(*session, "halt");
  press(*session, Key::d);
  ASSERT_EQ(run_until(*session, "#df").kind, StopKind::event);
  expect_golden("double_fault", session->what_just_happened().text() + "\n" + shown(*session, "anatomy"));
  ASSERT_EQ(session->run(RunLimits{}).kind, StopKind::debug_exit);
  expect_golden("debug_exit", session->what_just_happened().text());
}

TEST(EmptyIdt, EndsInATripleFaultToldLinkByLink) {
  auto session = subject_session();
  run_until(*session, "halt");
  press(*session, Key::t);
  ASSERT_EQ(session->run(RunLimits{}).kind, StopKind::triple_fault);
  expect_golden("triple_fault", session->what_just_happened().text() + "\n" + shown(*session, "anatomy") +
                                    "\n" + shown(*session, "deliveries"));
}

TEST(UserCode, MayNotHalt) {
  auto session = subject_session();
  run_until(*session, "halt");
  press(*session, Key::u);
  ASSERT_EQ(run_until(*session, "#gp").kind, StopKind::event);
  expect_golden("user_halt", session->what_just_happened().text());
}

TEST(Keyboard, InterruptIsToldWithItsLine) {
  auto session = subject_session();
  run_until(*session, "halt");
  press(*session, Key::a);
  ASSERT_EQ(run_until(*session, "irq1").kind, StopKind::event);
  expect_golden("keyboard_interrupt", session->what_just_happened().text() + "\n" + shown(*session, "pic") +
                                          "\n" + shown(*session, "keyboard"));
}

// Every instruction up to the first HLT, one sentence each.
TEST(Steps, EachInstructionOfTheBootHasItsSentence) {
  auto session = subject_session();
  std::string all = session->what_just_happened().text();
  for (unsigned i = 0; i < 400 && !session->machine().cpu().halted; ++i) {
    if (session->step().kind != StopKind::step) break;
    const Explanation x = session->what_just_happened();
    all += plain(x.headline) + "\n";
    if (plain(x.headline).starts_with("HLT")) break;
  }
  expect_golden("boot_steps", all);
}

}  // namespace
}  // namespace ringside
