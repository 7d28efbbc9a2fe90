// SPDX-License-Identifier: GPL-2.0-or-later
// Steps of a lab's check, and the questions that go with a lab.
//
//   STEP(4) {
//     Pc pc;
//     pc.run_until("lab::ready");
//     expect(pc, IdtGate(8, HasIst(1)), "A double fault on a broken stack needs a stack of its own.");
//   }
//
// Title and points of step 4 stand in labs.toml. A step is a GoogleTest test and ends with the first thing
// that is not as expected, EXPECT_EQ and its like included. Each starts from power-on; none knows of the
// others.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "labs/book/verdict.h"

namespace ringside::labs {

class Pc;

// An instant of a run, and where the processor stood.
struct Instant {
  std::uint64_t instructions = 0;
  std::uint64_t rip = 0;  // linear; 0: where the machine stands
};

class Step : public testing::Test {};

// Ends the step. `got` is what was there, in the words that go behind "expected ...".
[[noreturn]] void fail_step(const Pc& pc, std::string expected, std::string got, std::string why);
// The same, about something that happened before now.
[[noreturn]] void fail_step_at(const Pc& pc, Instant instant, std::string expected, std::string got,
                               std::string why);

int register_step(const char* lab, unsigned number, const char* file, int line, std::function<Step*()> make);

// Chooses by the seed of this student, the same for each run: for questions and for arguments that nobody can
// know.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t count) { return engine_() % count; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::mt19937_64 engine_;  // the standard fixes what it gives
};
Dice& dice();

int register_question(const char* lab, unsigned number, std::function<Question()> ask);

}  // namespace ringside::labs

#define STEP(number)                                                                                      \
  namespace {                                                                                             \
  class Step##number : public ringside::labs::Step {                                                      \
    void TestBody() override;                                                                             \
  };                                                                                                      \
  [[maybe_unused]] const int step_##number##_is =                                                         \
      ringside::labs::register_step(RINGSIDE_LAB, number, __FILE__, __LINE__,                             \
                                    [] { return static_cast<ringside::labs::Step*>(new Step##number); }); \
  }                                                                                                       \
  void Step##number::TestBody()

// Returns {.text = the question, .answer = what the machine says, .because = a sentence}.
#define QUESTION(number)                                                              \
  namespace {                                                                         \
  struct Question##number {                                                           \
    static ringside::labs::Question ask();                                            \
  };                                                                                  \
  [[maybe_unused]] const int question_##number##_is =                                 \
      ringside::labs::register_question(RINGSIDE_LAB, number, Question##number::ask); \
  }                                                                                   \
  ringside::labs::Question Question##number::ask()
