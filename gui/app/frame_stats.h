// SPDX-License-Identifier: GPL-2.0-or-later
// How long frames take, for --frame-stats: a line a second on standard error.
#pragma once

#include <SDL.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace ringside {

class FrameStats {
 public:
  FrameStats(bool on, const char* renderer) : on_(on), renderer_(renderer) {}
  void begin() { begin_ = SDL_GetPerformanceCounter(); }
  void built() { build_ms_ += ms_since(begin_); }
  void presented(Uint32 now_ms) {
    const double total = ms_since(begin_);
    ++frames_;
    total_ms_ += total;
    worst_ms_ = std::max(worst_ms_, total);
    if (now_ms - second_ < 1000) return;
    if (on_)
      fmt::print(stderr, "{}: {} frames in {} ms, building {:.2f} ms, whole {:.2f} ms, worst {:.2f} ms\n",
                 renderer_, frames_, now_ms - second_, build_ms_ / frames_, total_ms_ / frames_, worst_ms_);
    second_ = now_ms;
    frames_ = 0;
    build_ms_ = total_ms_ = worst_ms_ = 0;
  }

 private:
  static double ms_since(Uint64 start) {
    return static_cast<double>(SDL_GetPerformanceCounter() - start) * 1000 /
           static_cast<double>(SDL_GetPerformanceFrequency());
  }
  bool on_;
  const char* renderer_;
  Uint64 begin_ = 0;
  Uint32 second_ = 0;
  int frames_ = 0;
  double build_ms_ = 0, total_ms_ = 0, worst_ms_ = 0;
};

}  // namespace ringside
