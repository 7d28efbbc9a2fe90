// SPDX-License-Identifier: GPL-2.0-or-later
// How often a run that is recorded, replayed and run again is the same: always, or Ringside is broken.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "child.h"
#include "figures.h"

namespace ringside::bench {
namespace {

namespace fs = std::filesystem;

// As many processes that do nothing but compute as there are processors.
class Load {
 public:
  explicit Load(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (volatile unsigned n = 0;;) n = n + 1;
      }
      if (child > 0) busy_.push_back(child);
    }
  }
  ~Load() {
    for (const pid_t child : busy_) {
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }

 private:
  std::vector<pid_t> busy_;
};

// Something to type, another text for each number: some commands, and words that are none.
std::string typed(unsigned number) {
  static constexpr const char* kCommands[] = {"help",    "ticks",       "memory", "regs",    "irqs",
                                              "echo so", "walk 400000", "fault",  "fault pf"};
  std::mt19937 random(number);  // the same on any host
  const auto below = [&](unsigned n) { return random() % n; };
  std::string text;
  for (unsigned lines = 1 + below(3); lines > 0; --lines) {
    if (below(2)) {
      text += kCommands[below(std::size(kCommands))];
    } else {
      for (unsigned letters = 1 + below(12); letters > 0; --letters)
        text += "abcdefghijklmnopqrstuvwxyz 0123456789"[below(37)];
      if (below(3) == 0) text += "<Backspace>x";
    }
    text += "<Enter>";
  }
  return text;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Repeats {
 public:
  explicit Repeats(const Setup& setup) : setup_(setup) {
    std::string path = (fs::temp_directory_path() / "ringside-repeats-XXXXXX").string();
    folder_ = ::mkdtemp(path.data());
  }
  ~Repeats() { fs::remove_all(folder_); }

  // Recorded, replayed with each state compared, and recorded again: byte for byte the same file.
  bool equal(unsigned number) const {
    const fs::path first = folder_ / "first", again = folder_ / "again";
    const std::string keys = typed(number);
    const auto record = [&](const fs::path& file) {
      fs::remove(file);
      Child({setup_.cli, "record", setup_.kernel, "--out", file.string(), "--quiet", "--serial", "/dev/null",
             "--idle-time", "50ms", "--keys", keys})
          .finish();
    };
    record(first);
    const bool replayed =
        Child({setup_.cli, "replay", first.string(), "--verify", "--quiet"}).finish().status == 0;
    record(again);
    const std::string text = contents(first);
    return replayed && !text.empty() && text == contents(again);
  }

 private:
  const Setup& setup_;
  fs::path folder_;
};

Row count(const Setup& setup, const char* figure, unsigned busy) {
  const Load load(busy);
  const Repeats repeats(setup);
  unsigned equal = 0;
  std::string odd;
  for (unsigned number = 1; number <= setup.repeats; ++number) {
    if (repeats.equal(number))
      ++equal;
    else if (odd.empty())
      odd = fmt::format("the first that is not: number {}, \"{}\"", number, typed(number));
  }
  return {.figure = figure,
          .ours = fmt::format("{} of {}", equal, setup.repeats),
          .peer = "-",
          .ratio = static_cast<double>(equal) / setup.repeats,
          .target = 1,
          .at_least = true,
          .note = odd.empty() ? "another text is typed each time" : odd};
}

}  // namespace

std::vector<Row> repeat_rows(const Setup& setup) {
  const unsigned processors = std::max(1u, std::thread::hardware_concurrency());
  return {count(setup, "record, replay, record again: equal to the bit", 0),
          count(setup, "the same while all processors are busy", processors)};
}

}  // namespace ringside::bench
