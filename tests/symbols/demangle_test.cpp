// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/demangle.h"

#include <gtest/gtest.h>

namespace ringside {
namespace {

TEST(Demangler, TurnsLinkageNamesIntoSourceNames) {
  Demangler demangler;
  EXPECT_EQ(demangler.demangle("_ZN6kernel3pic4initEh"), "kernel::pic::init(unsigned char)");
  EXPECT_EQ(demangler.demangle("_ZNK4RingIiE4sizeEv"), "Ring<int>::size() const");
}

TEST(Demangler, LeavesOtherNamesAlone) {
  Demangler demangler;
  EXPECT_EQ(demangler.demangle("page_fault_handler"), "page_fault_handler");
  EXPECT_EQ(demangler.demangle("_Z"), "_Z");
  EXPECT_EQ(demangler.demangle("_Znonsense!"), "_Znonsense!");
  EXPECT_EQ(demangler.demangle("i"), "i");  // a type's code, not a symbol's
}

TEST(Demangler, DoesNotExpandANameThatDoublesItselfManyTimes) {
  // Every argument repeats the one before twice (ABI 5.1.10): about 2^60 characters if written out.
  const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto substitution = [&](std::size_t n) {
    if (n == 0) return std::string("S_");
    std::string text;
    for (std::size_t rest = n - 1;; rest /= 36) {
      text.insert(0, 1, digits[rest % 36]);
      if (rest < 36) break;
    }
    return "S" + text + "_";
  };
  std::string name = "_Z1fP1A";
  for (std::size_t i = 0; i < 60; ++i) name += "PF" + substitution(2 * i + 1) + substitution(2 * i + 1) + "E";
  Demangler demangler;
  EXPECT_EQ(demangler.demangle(name), name);
}

TEST(WithoutParameters, LeavesTheQualifiedName) {
  EXPECT_EQ(without_parameters("kernel::pic::init(unsigned char)"), "kernel::pic::init");
  EXPECT_EQ(without_parameters("Ring<int>::size() const"), "Ring<int>::size");
  EXPECT_EQ(without_parameters("void apply<void (*)(int)>(void (*)(int))"), "apply<void (*)(int)>");
  EXPECT_EQ(without_parameters("kernel::ticks"), "kernel::ticks");
}

TEST(WithoutParameters, KnowsTheAnonymousNamespaceFromAParameterList) {
  EXPECT_EQ(without_parameters("a::(anonymous namespace)::b(int)"), "a::(anonymous namespace)::b");
  EXPECT_EQ(without_parameters("(anonymous namespace)::count"), "(anonymous namespace)::count");
}

TEST(WithoutParameters, KeepsOperators) {
  EXPECT_EQ(without_parameters("A::operator()(int) const"), "A::operator()");
  EXPECT_EQ(without_parameters("operator new(unsigned long)"), "operator new");
  EXPECT_EQ(without_parameters("A::operator<(A const&) const"), "A::operator<");
  EXPECT_EQ(without_parameters("A::operator->()"), "A::operator->");
  EXPECT_EQ(without_parameters("A::operator bool() const"), "A::operator bool");
  EXPECT_EQ(without_parameters("bool operator==<int>(B<int> const&)"), "operator==<int>");
}

TEST(WithoutParameters, KeepsThePieceThatTheCompilerSplitOff) {
  EXPECT_EQ(without_parameters("kernel::panic(char const*) [clone .cold]"), "kernel::panic.cold");
  EXPECT_EQ(without_parameters("f(int) [clone .part.0] [clone .isra.0]"), "f.part.0.isra.0");
}

TEST(WithoutParameters, NamesLambdas) {
  EXPECT_EQ(without_parameters("main::{lambda(int)#1}::operator()(int) const"),
            "main::{lambda(int)#1}::operator()");
}

}  // namespace
}  // namespace ringside
