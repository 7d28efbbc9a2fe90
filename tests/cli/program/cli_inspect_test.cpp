// SPDX-License-Identifier: GPL-2.0-or-later
// ringside-cli inspect and explain: the machine's tables at a point of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program/program.h"

namespace ringside::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

nlohmann::json parsed(const Finished& finished) {
  EXPECT_TRUE(nlohmann::json::accept(finished.out)) << finished.out << finished.err;
  return nlohmann::json::parse(finished.out, nullptr, false);
}

// The cells of a row, by its key.
nlohmann::json cells(const nlohmann::json& table, const std::string& key) {
  for (const auto& row : table["rows"])
    if (row["key"] == key) return row["cells"];
  ADD_FAILURE() << "no row " << key << " in " << table.dump(1);
  return nlohmann::json::array();
}

TEST(Inspect, ListNamesWhatTheHelpNames) {
  const Finished list = run({"inspect", "--list"});
  EXPECT_EQ(list.status, 0);
  for (const char* topic : {"registers", "idt", "gdt", "tss", "walk", "pages", "pic", "pit", "keyboard",
                            "stack", "backtrace", "memory", "code", "events", "anatomy"}) {
    EXPECT_THAT(list.out, HasSubstr(std::string("  ") + topic + " "));
  }
  EXPECT_THAT(run({"inspect", "--help"}).out, HasSubstr(list.out));
}

// Every topic must print for a machine that has just been switched on, one that runs, and one that has shut
// down.
TEST(Inspect, EveryTopicPrintsAtEveryStage) {
  const auto list = parsed(run({"inspect", "--list", "--json"}));
  ASSERT_GT(list.size(), 15u);
  for (const auto& topic : list) {
    // "NAME" must be given, "[NAME]" may be.
    const std::string argument = topic["argument"];
    if (!argument.empty() && !argument.starts_with("[")) continue;
    for (const Arguments& stage :
         {Arguments{"--at", "@0"}, {"--at", "interrupt"}, {"--append", "run=fault triple"}}) {
      Arguments arguments{"inspect", kKernel, topic["name"], "--json"};
      arguments.insert(arguments.end(), stage.begin(), stage.end());
      const Finished finished = run(arguments);
      const bool nothing_happened = topic["name"] == "anatomy" && stage.back() == "@0";
      if (!nothing_happened) {
        EXPECT_EQ(finished.status, 0) << topic["name"] << " " << stage.back() << " " << finished.err;
      }
      if (finished.status == 0) {
        EXPECT_EQ(parsed(finished)["name"], topic["name"]);
      }
    }
  }
}

TEST(Inspect, RegistersAtASymbolAreThoseBeforeItsFirstInstruction) {
  const auto table = parsed(run({"inspect", kKernel, "registers", "--at", "kernel_main", "--json"}));
  EXPECT_EQ(cells(table, "rip").at(2), "kernel_main");
}

TEST(Inspect, TextAndJsonHoldTheSameCells) {
  const std::string text = run({"inspect", kKernel, "idt", "--at", "halt"}).out;
  const auto table = parsed(run({"inspect", kKernel, "idt", "--at", "halt", "--json"}));
  EXPECT_THAT(text, HasSubstr(table["title"].get<std::string>()));
  EXPECT_THAT(text, HasSubstr(table["note"].get<std::string>()));
  ASSERT_FALSE(table["rows"].empty());
  for (const auto& cell : table["rows"][0]["cells"]) EXPECT_THAT(text, HasSubstr(cell.get<std::string>()));
}

TEST(Inspect, TakesTheWordsBehindTheTopicAsItsArgument) {
  EXPECT_THAT(run({"inspect", kKernel, "walk", "0x1000", "write", "user"}).out,
              AllOf(HasSubstr("0x1000"), HasSubstr("write")));
}

TEST(Inspect, KeysAreTypedFirst) {
  const Finished finished = run({"inspect", kKernel, "screen", "--keys", "echo seen<Enter>"});
  EXPECT_THAT(finished.out, HasSubstr("ringside> echo seen"));
  EXPECT_EQ(finished.status, 0);
}

TEST(Inspect, WithoutAnImageTheKernelBesideTheProgramIsMeant) {
  EXPECT_EQ(run({"inspect", "flags", "--at", "kernel_main"}, {{"RINGSIDE_KERNEL", kKernel}}).out,
            run({"inspect", kKernel, "flags", "--at", "kernel_main"}).out);
}

TEST(Inspect, UnknownTopicIsCorrected) {
  const Finished finished = run({"inspect", kKernel, "regsters"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("regsters"), HasSubstr("Did you mean registers?"), HasSubstr("  idt ")));
  EXPECT_THAT(finished.out, IsEmpty());
}

TEST(Inspect, APointThatIsNotReachedIsSaidAndIsNoSuccess) {
  const Finished finished = run({"inspect", kBehave, "registers", "--append", "h", "--at", "circle"});
  EXPECT_EQ(finished.status, 8);
  EXPECT_THAT(finished.err, HasSubstr("\"circle\" was not reached"));
  EXPECT_THAT(finished.out, StartsWith("Registers"));
}

TEST(Inspect, MistakesAreSentences) {
  EXPECT_THAT(run({"inspect"}).err, HasSubstr("Say what to inspect"));
  EXPECT_THAT(run({"inspect", kKernel}).err, HasSubstr("Say what to inspect"));
  EXPECT_THAT(run({"inspect", "/no/such", "idt"}).err, HasSubstr("There is no kernel image"));
  EXPECT_EQ(run({"inspect", kKernel, "walk", "nowhere"}).status, 2);
  EXPECT_EQ(run({"inspect", kKernel, "idt", "--at", "vector:999"}).status, 2);
}

TEST(Explain, ExceptionInPlainWords) {
  const Finished finished = run({"explain", kKernel, "--append", "run=fault pf", "--at", "#pf"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("page fault (#PF)"), HasSubstr("0x123456789000"), HasSubstr("not present")));
}

TEST(Explain, TripleFaultInPlainWords) {
  const auto json = parsed(run({"explain", kBehave, "--append", "t", "--json"}));
  EXPECT_THAT(json["headline"].get<std::string>(), HasSubstr("riple fault"));
  EXPECT_GE(json["causes"].size(), 3u);  // #UD, #GP, #DF
}

TEST(Explain, StartOfTheMachine) {
  const Finished finished = run({"explain", kBehave, "--append", "h", "--at", "@0"});
  EXPECT_EQ(finished.status, 0);
  EXPECT_THAT(finished.out, Not(IsEmpty()));
}

}  // namespace
}  // namespace ringside::testing
