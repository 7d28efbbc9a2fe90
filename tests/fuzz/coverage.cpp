// SPDX-License-Identifier: GPL-2.0-or-later
// g++ reports each basic block it enters; libFuzzer wants counters to look at after each run. Between the two
// lies a table: one counter for each block's address, hashed. Two blocks on one counter cost a little
// guidance and nothing else. Comparisons need no glue: g++ and libFuzzer call them by the same names.
//
// libFuzzer has an empty function of this name already, for another instrumentation: the linker's --wrap
// sends every call here instead.
//
// Source: GCC manual, -fsanitize-coverage=trace-pc; libFuzzer's FuzzerExtraCounters.cpp for the section's
// name.
#include <cstddef>
#include <cstdint>

namespace {

constexpr unsigned kCounterBits = 17;
// Once, twice, three times, more often: a guest's loops would make thousands of inputs look new by how often
// they go round.
constexpr std::uint8_t kMost = 4;
__attribute__((section("__libfuzzer_extra_counters"), used))
std::uint8_t counters[std::size_t{1} << kCounterBits];

}  // namespace

extern "C" void __wrap___sanitizer_cov_trace_pc() {
  const auto address = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  std::uint8_t& counter = counters[address * 0x9E3779B97F4A7C15 >> (64 - kCounterBits)];
  if (counter < kMost) ++counter;
}

// Comparisons of floating point: libFuzzer knows none.
extern "C" void __sanitizer_cov_trace_cmpf(float, float) {}
extern "C" void __sanitizer_cov_trace_cmpd(double, double) {}

// UndefinedBehaviorSanitizer is a library of its own in GCC and ends the program without libFuzzer's knowing,
// unless by a signal.
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }
