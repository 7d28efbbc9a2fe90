// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grader/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace ringside::labs {

std::string progress_line(const Progress& progress, double seconds, unsigned width) {
  const std::size_t of = std::max<std::size_t>(progress.of, 1);
  const auto filled = static_cast<unsigned>(progress.done * width / of);
  std::string line =
      fmt::format("[{:#<{}}{:.<{}}] {} of {}", "", filled, "", width - filled, progress.done, progress.of);
  const std::size_t worked = progress.done - progress.from_cache - progress.at_once;
  if (worked == 0 || seconds <= 0) return line;
  const double rate = static_cast<double>(worked) / seconds;
  const auto left = static_cast<unsigned>(static_cast<double>(progress.of - progress.done) / rate + 0.5);
  line += fmt::format(", {:.1f} a second", rate);
  if (progress.done < progress.of) line += fmt::format(", {}:{:02} left", left / 60, left % 60);
  return line;
}

ProgressBar::ProgressBar() : start_(std::chrono::steady_clock::now()), terminal_(::isatty(2)) {}

void ProgressBar::show(const Progress& progress) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", progress_line(progress, seconds));
    shown_ = true;
    return;
  }
  const std::size_t tenth = progress.of ? progress.done * 10 / progress.of : 0;
  if (tenth <= tenth_) return;
  tenth_ = tenth;
  fmt::print(stderr, "{}\n", progress_line(progress, seconds, 10));
}

void ProgressBar::end() {
  if (shown_) fmt::print(stderr, "\n");
  shown_ = false;
}

}  // namespace ringside::labs
