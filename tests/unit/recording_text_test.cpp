// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings as text, and what else may come in their place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/timeline/recording.h"
#include "tests/unit/support/recorded_guest.h"

namespace ringside::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Recording recorded() {
  Timeline timeline(machine_of(recorded_config()), {.interval = 100'000});
  live(timeline);
  return recording_of(timeline);
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_recording(text, "a.recording");
  EXPECT_FALSE(parsed.has_value()) << text;
  return parsed ? std::string() : parsed.error().sentence;
}

// With the checksum that fits.
std::string signed_text(const std::string& lines) {
  return fmt::format("{}{{\"sha256\":\"{}\"}}\n", lines, hex_text(sha256(lines)));
}

Recording of_everything() {
  Recording r{.image = {"kernel.elf", 1, sha256("x")},
              .modules = {{"words \"and\" more", {"data.bin", 2, sha256("y")}}},
              .command_line = "run=\xC3\xA4 \"quoted\"\n",
              .memory_mib = 3072,
              .power_on = PowerOn::cold,
              .start_time_unix = 1};
  Ticks time = 0;
  const auto add = [&](const Command& command) {
    ++time;
    r.commands.push_back({time * 1000, time, command});
  };
  for (unsigned key = 1; key <= kKeyCount; ++key) add(TypeKey{{static_cast<Key>(key), key % 2 == 0}});
  for (unsigned gpr = 0; gpr < 256; ++gpr)
    add(SetRegister{static_cast<std::uint8_t>(gpr), ~std::uint64_t{gpr}});
  add(SerialInput{255});
  add(RaiseNmi{});
  add(InjectException{14, 0xFFFF'FFFF, 0xFFFF'8000'0000'0000});
  r.hashes.push_back({{time * 1000, time, r.commands.size()}, 0});
  add(SetMemory{{0xFFFF'FFFF'FFFF'FFFF}, 7});
  r.hashes.push_back({{time * 1000, time, r.commands.size()}, ~std::uint64_t{0}});
  r.end = {{~Ticks{0} >> 1, ~std::uint64_t{0} >> 1, r.commands.size()}, 0x0123'4567'89AB'CDEF};
  r.stop = RecordedStop{StopKind::debug_exit, 0xFFFF'FFFF};
  return r;
}

TEST(RecordingText, HoldsEverythingThereIs) {
  const Recording before = of_everything();
  const auto after = parse_recording(text_of(before));
  ASSERT_TRUE(after.has_value()) << after.error().sentence;
  EXPECT_EQ(text_of(*after), text_of(before));
  ASSERT_EQ(after->commands.size(), before.commands.size());
  for (std::size_t i = 0; i < before.commands.size(); ++i) {
    ASSERT_EQ(describe(after->commands[i].command), describe(before.commands[i].command));
    ASSERT_EQ(after->commands[i].time, before.commands[i].time);
    ASSERT_EQ(after->commands[i].instructions, before.commands[i].instructions);
  }
  EXPECT_EQ(std::get<InjectException>(after->commands[after->commands.size() - 2].command).cr2,
            0xFFFF'8000'0000'0000);
  EXPECT_EQ(after->command_line, before.command_line);
  EXPECT_EQ(after->modules[0].file.hash, sha256("y"));
  EXPECT_EQ(after->hashes[0].position.commands, before.commands.size() - 1);
  EXPECT_EQ(after->hashes[1].hash, ~std::uint64_t{0});
  EXPECT_EQ(after->end.hash, before.end.hash);
  EXPECT_EQ(after->stop, before.stop);
}

TEST(RecordingText, KeepsNamesThatAreNoUtf8) {
  Recording r = of_everything();
  r.image.name = "k\xFF\xFE.elf";
  r.command_line = "\x80";
  const auto after = parse_recording(text_of(r));
  ASSERT_TRUE(after.has_value()) << after.error().sentence;
  EXPECT_EQ(after->image.name, r.image.name);
  EXPECT_EQ(after->command_line, r.command_line);
}

TEST(RecordingText, OfAnOrdinaryRunIsAFewKilobytes) { EXPECT_LT(text_of(recorded()).size(), 16384u); }

TEST(RecordingText, CutAnywhereIsRefused) {
  const std::string text = text_of(recorded());
  for (std::size_t length = 0; length < text.size(); ++length)
    ASSERT_THAT(refusal(std::string_view(text).substr(0, length)), StartsWith("a.recording "));
}

TEST(RecordingText, EachBitCounts) {
  std::string text = text_of(recorded());
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      text[i] = static_cast<char>(text[i] ^ (1 << bit));
      ASSERT_THAT(refusal(text), StartsWith("a.recording ")) << i << " " << bit;
      text[i] = static_cast<char>(text[i] ^ (1 << bit));
    }
}

TEST(RecordingText, LinesInAnotherOrderAreRefused) {
  const std::string text = text_of(recorded());
  const std::size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1,
                    fourth = text.find('\n', third) + 1;
  EXPECT_THAT(refusal(text.substr(0, second) + text.substr(third, fourth - third) +
                      text.substr(second, third - second) + text.substr(fourth)),
              HasSubstr("checksum"));
}

TEST(RecordingText, OfANewerRingsideIsNamedAsSuch) {
  EXPECT_THAT(refusal("{\"ringside-recording\":2,\"whatever\":true}\nanything"), HasSubstr("newer Ringside"));
  EXPECT_THAT(refusal("{\"ringside-recording\":0}\n"), HasSubstr("no recording"));
  EXPECT_THAT(refusal("{\"ringside-recording\":1e99}\n"), HasSubstr("no recording"));
  EXPECT_THAT(refusal("\x7F"
                      "ELF"),
              HasSubstr("no recording"));
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
}

// One line changed for another, the checksum put right.
struct Hostile {
  const char* name;
  const char* instead_of;  // the line that begins so
  std::string line;
  const char* says;
};

class HostileLine : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileLine, IsRefusedInOneSentence) {
  const std::string text =
      "{\"ringside-recording\":1}\n"
      "{\"image\":\"kernel.elf\",\"bytes\":9,\"sha256\":\"" +
      std::string(64, 'a') +
      "\"}\n"
      "{\"command-line\":\"\",\"memory-mib\":64,\"power-on\":\"bios\",\"start-time\":5}\n"
      "{\"at\":10,\"time\":100,\"key\":\"A\",\"down\":true}\n"
      "{\"at\":20,\"time\":200,\"state\":\"0123456789abcdef\"}\n"
      "{\"end\":30,\"time\":300,\"commands\":1,\"state\":\"0123456789abcdef\"}\n";
  ASSERT_TRUE(parse_recording(signed_text(text)).has_value());
  const std::size_t start = text.find(GetParam().instead_of);
  ASSERT_NE(start, text.npos);
  std::string changed = text;
  changed.replace(start, text.find('\n', start) - start, GetParam().line);
  const std::string sentence = refusal(signed_text(changed));
  EXPECT_THAT(sentence, AllOf(StartsWith("a.recording "), HasSubstr(GetParam().says)));
  EXPECT_TRUE(sentence.ends_with('.')) << sentence;
  EXPECT_EQ(sentence.find('\n'), std::string::npos);
}

const char* const kMachine = "{\"command-line";
const char* const kKey = "{\"at\":10";
const char* const kState = "{\"at\":20";
const char* const kEnd = "{\"end";

INSTANTIATE_TEST_SUITE_P(
    RecordingText, HostileLine,
    ::testing::Values(
        Hostile{"MemoryTooGreat", kMachine,
                R"({"command-line":"","memory-mib":4000000000,"power-on":"bios","start-time":5})",
                "memory-mib"},
        Hostile{"NoMemory", kMachine,
                R"({"command-line":"","memory-mib":0,"power-on":"bios","start-time":5})", "memory-mib"},
        Hostile{"MemoryNotANumber", kMachine,
                R"({"command-line":"","memory-mib":NaN,"power-on":"bios","start-time":5})", "no JSON"},
        Hostile{"NegativeMemory", kMachine,
                R"({"command-line":"","memory-mib":-64,"power-on":"bios","start-time":5})", "negative"},
        Hostile{"HalfAMemory", kMachine,
                R"({"command-line":"","memory-mib":64.5,"power-on":"bios","start-time":5})", "whole"},
        Hostile{
            "HugeNumber", kMachine,
            R"({"command-line":"","memory-mib":64,"power-on":"bios","start-time":99999999999999999999999})",
            "too great"},
        Hostile{"EndlessNumber", kMachine,
                "{\"command-line\":\"\",\"memory-mib\":1" + std::string(5000, '0') + "}", "no JSON"},
        Hostile{"WrongType", kMachine,
                R"({"command-line":5,"memory-mib":64,"power-on":"bios","start-time":5})", "has to be a text"},
        Hostile{"UnknownPowerOn", kMachine,
                R"({"command-line":"","memory-mib":64,"power-on":"warm","start-time":5})", "power-on"},
        Hostile{"NulInACommandLine", kMachine,
                R"({"command-line":"a\u0000b","memory-mib":64,"power-on":"bios","start-time":5})", "NUL"},
        Hostile{"MissingField", kMachine, R"({"command-line":"","memory-mib":64,"start-time":5})",
                "is missing"},
        Hostile{"UnknownField", kMachine,
                R"({"command-line":"","memory-mib":64,"power-on":"bios","start-time":5,"cpus":2})",
                "not known"},
        Hostile{"TheSameNameTwice", kMachine,
                R"({"command-line":"","memory-mib":64,"memory-mib":64,"power-on":"bios","start-time":5})",
                "twice"},
        Hostile{
            "ManyFields", kMachine,
            R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1})",
            "too many"},
        Hostile{"NotUtf8", kMachine, "{\"command-line\":\"\xFF\"}", "UTF-8"},
        Hostile{"OddHex", kMachine,
                R"({"command-line-hex":"abc","memory-mib":64,"power-on":"bios","start-time":5})", "pairs"},
        Hostile{"Depth", kMachine, std::string(100'000, '['), "list"},
        Hostile{"ObjectsInObjects", kMachine, R"({"command-line":{"a":{"b":1}}})", "inside another"},
        Hostile{"LongLine", kMachine, "{\"command-line\":\"" + std::string(2 << 20, 'x') + "\"}", "too long"},
        Hostile{"EmptyLine", kKey, "", "no JSON"}, Hostile{"Null", kKey, R"({"at":null})", "null"},
        Hostile{"UnknownKey", kKey, R"({"at":10,"time":100,"key":"Any","down":true})", "no such key"},
        Hostile{"UnknownCommand", kKey, R"({"at":10,"time":100,"mouse":1})", "not known"},
        Hostile{"WideByte", kKey, R"({"at":10,"time":100,"serial":256})", "255"},
        Hostile{"WideVector", kKey, R"({"at":10,"time":100,"exception":256,"error-code":0,"cr2":"0x0"})",
                "255"},
        Hostile{"WideAddress", kKey, R"({"at":10,"time":100,"memory":"0x10000000000000000","value":1})",
                "64 bits"},
        Hostile{"SignInAnAddress", kKey, R"({"at":10,"time":100,"memory":"0x-1","value":1})", "0x1f"},
        Hostile{"UnknownRegister", kKey, R"({"at":10,"time":100,"register":"r99","value":"0x1"})",
                "register"},
        Hostile{"TimeGoesBack", kState, R"({"at":20,"time":99,"state":"0123456789abcdef"})", "earlier"},
        Hostile{"CountGoesBack", kState, R"({"at":9,"time":200,"state":"0123456789abcdef"})", "earlier"},
        Hostile{"ShortState", kState, R"({"at":20,"time":200,"state":"0123"})", "16"},
        Hostile{"EndlessTime", kEnd,
                R"({"end":30,"time":18446744073709551615,"commands":1,"state":"0123456789abcdef"})", "time"},
        Hostile{"EndBeforeItsLastInput", kEnd,
                R"({"end":30,"time":150,"commands":1,"state":"0123456789abcdef"})", "earlier"},
        Hostile{"OtherCount", kEnd, R"({"end":30,"time":300,"commands":2,"state":"0123456789abcdef"})",
                "counts"},
        Hostile{"UnknownStop", kEnd,
                R"({"end":30,"time":300,"commands":1,"state":"0123456789abcdef","stop":"budget","value":0})",
                "no such stop"},
        Hostile{"NoEnd", kEnd, R"({"at":20,"time":200,"state":"0123456789abcdef"})", "not whole"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RecordingText, NothingFollowsTheEnd) {
  std::string text = text_of(recorded());
  text.resize(text.rfind('\n', text.size() - 2) + 1);
  const std::string end = text.substr(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_THAT(refusal(signed_text(text + end)), HasSubstr("follow"));
}

TEST(RecordingText, OfMoreThanItsLimitIsRefusedBeforeItIsRead) {
  EXPECT_THAT(refusal(std::string(kMostRecordingBytes + 1, ' ')), HasSubstr("64 MiB"));
}

}  // namespace
}  // namespace ringside::testing
