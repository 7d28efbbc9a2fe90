// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/linker_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringside::labs {
namespace {

using namespace testing;

TEST(LinkerWords, NameWhatIsMissingOnceAndInOrder) {
  EXPECT_THAT(undefined_references("/usr/bin/ld: a.o: in function `f':\n"
                                   "a.cpp:3: undefined reference to `puts'\n"
                                   "a.cpp:4: undefined reference to `lab::f(char const*)'\n"
                                   "a.cpp:9: undefined reference to `puts'\n"),
              ElementsAre("puts", "lab::f(char const*)"));
}

TEST(LinkerWords, SayOfTheCLibraryThatThereIsNone) {
  EXPECT_THAT(missing_in_words("x.cpp:1: undefined reference to `malloc'"),
              AllOf(HasSubstr("malloc is a function of the C library"), EndsWith(".")));
}

TEST(LinkerWords, SayOfMemcpyThatTheCompilerCallsIt) {
  EXPECT_THAT(missing_in_words("x.cpp:1: undefined reference to `memcpy'"),
              HasSubstr("called by the compiler itself"));
}

TEST(LinkerWords, SayOfExceptionsThatAKernelHasNone) {
  EXPECT_THAT(missing_in_words("x.o: undefined reference to `__gxx_personality_v0'"),
              HasSubstr("belongs to C++ exceptions"));
}

TEST(LinkerWords, AskOfOwnNamesWhetherTheyAreMisspelt) {
  EXPECT_THAT(missing_in_words("x.cpp:1: undefined reference to `lab::pnic()'"),
              AllOf(HasSubstr("lab::pnic()"), EndsWith("?")));
}

TEST(LinkerWords, NameThreeAndCountTheRest) {
  std::string output;
  for (const char* name : {"a", "b", "c", "d", "e"})
    output += std::string("undefined reference to `") + name + "'\n";
  EXPECT_THAT(missing_in_words(output), EndsWith("And 2 more."));
}

TEST(LinkerWords, AreEmptyWhereNothingIsMissing) {
  EXPECT_EQ(missing_in_words("x.cpp:1:2: error: expected ';'"), "");
  EXPECT_EQ(missing_in_words(""), "");
  EXPECT_EQ(missing_in_words("undefined reference to `"), "");  // cut off
}

}  // namespace
}  // namespace ringside::labs
