// SPDX-License-Identifier: MIT
// Tests that the check of lab 03 makes up, and the student's runner on a table of them.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "labs/kit/kit.h"

namespace ringside::labs::made_up {

// Bodies in given/main.cpp, and what they note when they are executed.
enum class Body : std::uint64_t { good = 100, bad, panic, fault };
inline const char* symbol(Body body) {
  switch (body) {
    case Body::good: return "lab::probe_good";
    case Body::bad: return "lab::probe_bad";
    case Body::panic: return "lab::probe_panic";
    default: return "lab::probe_fault";
  }
}
inline constexpr const char* kBadCondition = "two * two == 5";

// A test that the check makes up.
struct Probe {
  Body body = Body::good;
  bool should_panic = false;
  std::string ignored_because = {};
  std::string name = {};  // empty: chosen by the dice
};

inline std::string random_word(std::size_t length) {
  std::string word;
  for (std::size_t i = 0; i < length; ++i) word += static_cast<char>('a' + dice().below(26));
  return word;
}

// The student's runner on a table of such tests.
class RunOf {
 public:
  RunOf(Pc& pc, std::vector<Probe> probes, std::string filter = "", bool ignored_too = false)
      : pc_(pc), probes_(std::move(probes)) {
    // lab::TestCase: length and address of the name, body, expectation, length and address of the reason.
    std::vector<std::uint64_t> table;
    for (Probe& probe : probes_) {
      if (probe.name.empty()) probe.name = random_word(5) + "_" + random_word(6);
      const std::array<std::uint64_t, 6> members{
          probe.name.size(),  pc.put(probe.name),           pc.address(symbol(probe.body)),
          probe.should_panic, probe.ignored_because.size(), pc.put(probe.ignored_because)};
      table.push_back(pc.put(std::as_bytes(std::span(members))));
    }
    const std::uint64_t table_at = pc.put(std::as_bytes(std::span(table))), filter_at = pc.put(filter);
    const std::size_t sent = pc.serial().size();
    noted_ = pc.number("lab::journal_length");
    const auto returned =
        pc.call("lab::run_tests", {table_at, table.size(), filter.size(), filter_at, ignored_too});
    summary_ = {returned.rax & 0xffffffff, returned.rax >> 32, returned.rdx & 0xffffffff};
    log_ = pc.serial().substr(sent);
    std::erase(log_, '\r');
    predict(filter, ignored_too);
  }

  // Line by line, so that the first wrong one is the message.
  void expect_report(std::string why) const {
    std::vector<std::string> lines = split(log_);
    for (std::size_t i = 0; i < lines_.size(); ++i)
      expect(pc_, fmt::format("line {} of what COM1 has sent", i + 1),
             i < lines.size() ? lines[i] : std::string(), testing::StrEq(lines_[i]), why);
    expect(pc_, "the number of lines in the report", lines.size(), testing::Eq(lines_.size()),
           std::move(why));
  }
  // Which bodies were executed, in their order.
  void expect_bodies(std::string why) const {
    std::vector<std::string> done, wanted;
    const std::uint64_t end = pc_.number("lab::journal_length");
    for (std::uint64_t i = noted_; i < end; ++i)
      done.push_back(symbol(static_cast<Body>(pc_.number(fmt::format("lab::journal[{}]", i)))));
    for (const Body body : bodies_) wanted.push_back(symbol(body));
    expect(pc_, "the bodies that were executed", fmt::format("{}", fmt::join(done, ", ")),
           testing::StrEq(fmt::format("{}", fmt::join(wanted, ", "))), std::move(why));
  }
  void expect_summary(std::string why) const {
    for (const auto& [name, is, should] : {std::tuple{"passed", summary_[0], right_[0]},
                                           {"failed", summary_[1], right_[1]},
                                           {"ignored", summary_[2], right_[2]}})
      expect(pc_, fmt::format("Summary::{}", name), is, testing::Eq(should), why);
  }

 private:
  void predict(const std::string& filter, bool ignored_too) {
    for (const Probe& probe : probes_) {
      if (probe.name.find(filter) == probe.name.npos) continue;
      std::string end = "ok";
      if (!probe.ignored_because.empty() && !ignored_too) {
        ++right_[2];
        end = "ignored: " + probe.ignored_because;
      } else {
        bodies_.push_back(probe.body);
        const bool panics = probe.body == Body::panic || probe.body == Body::fault;
        if (probe.body == Body::bad)
          end = std::string("FAILED: ") + kBadCondition;
        else if (panics != probe.should_panic)
          end = panics ? "FAILED: panic" : "FAILED: no panic";
        ++right_[end == "ok" ? 0 : 1];
      }
      lines_.push_back(fmt::format("test {} ... {}", probe.name, end));
    }
    lines_.push_back(fmt::format("result: {}. {} passed, {} failed, {} ignored", right_[1] ? "FAILED" : "ok",
                                 right_[0], right_[1], right_[2]));
  }
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  }

  Pc& pc_;
  std::vector<Probe> probes_;
  std::array<std::uint64_t, 3> summary_{}, right_{};  // passed, failed, ignored
  std::uint64_t noted_ = 0;
  std::string log_;
  std::vector<std::string> lines_;
  std::vector<Body> bodies_;
};

inline std::vector<Probe> shuffled(std::vector<Probe> probes) {
  for (std::size_t i = probes.size(); i > 1; --i) std::swap(probes[i - 1], probes[dice().below(i)]);
  return probes;
}

}  // namespace ringside::labs::made_up
