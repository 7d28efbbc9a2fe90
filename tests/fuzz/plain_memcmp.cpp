// SPDX-License-Identifier: GPL-2.0-or-later
// memcmp for the guest targets under libFuzzer. The engine's translator compares constants by the thousand
// for each long block; by way of AddressSanitizer, which checks each call, and of libFuzzer, which notes
// each, that takes most of an input's time, and nothing comes of it. The linker's --wrap sends every call
// here.
#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" int __wrap_memcmp(const void* a, const void* b, std::size_t size) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t u, v;
    __builtin_memcpy(&u, x + i, 8);
    __builtin_memcpy(&v, y + i, 8);
    if (u != v) break;
  }
  for (; i < size; ++i)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}
