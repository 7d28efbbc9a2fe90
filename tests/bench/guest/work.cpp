// SPDX-License-Identifier: GPL-2.0-or-later
// What the CPU has to do while it is timed: six kinds of work in turn, each of which leaves a number that the
// next one starts from. The result is the same on every machine, however often the timer interrupted it.
#include <cstddef>
#include <cstdint>

extern "C" std::uint64_t timer_ticks;

namespace {

constexpr unsigned kRounds = 30;
constexpr std::size_t kWords = 1 << 18;   // 1 MiB of 32-bit words
constexpr std::size_t kChased = 1 << 15;  // words of them that chase() uses
constexpr std::size_t kBytes = 1 << 20;
std::uint32_t words[kWords];
std::uint8_t bytes[kBytes], copy[kBytes];
std::uint64_t left[64][64], right[64][64], product[64][64];

void out(std::uint16_t port, std::uint8_t value) { asm volatile("out %1, %0" : : "a"(value), "Nd"(port)); }
std::uint8_t in(std::uint16_t port) {
  std::uint8_t value;
  asm volatile("in %0, %1" : "=a"(value) : "Nd"(port));
  return value;
}

void print(const char* text) {
  for (; *text; ++text) {
    while (!(in(0x3FD) & 0x20)) {
    }
    out(0x3F8, static_cast<std::uint8_t>(*text));
  }
}

// Integer arithmetic in registers: each step waits for the one before.
std::uint64_t mix(std::uint64_t seed, unsigned rounds) {
  std::uint64_t x = seed | 1;
  for (unsigned i = 0; i < rounds; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x += i * 0x9E3779B97F4A7C15;
  }
  return x;
}

// Bytes written at strides, then read in order.
std::uint64_t sieve(std::uint64_t seed) {
  for (std::size_t i = 0; i < kBytes; ++i) bytes[i] = 1;
  for (std::size_t p = 2; p * p < kBytes; ++p)
    if (bytes[p])
      for (std::size_t n = p * p; n < kBytes; n += p) bytes[n] = 0;
  std::uint64_t sum = seed;
  for (std::size_t i = 2; i < kBytes; ++i) sum += bytes[i] * i;
  return sum;
}

// Words read in an order that no cache line helps with. As few as fit into a host's own second cache: what
// lies behind that is shared with whatever else runs, and is not what is compared here.
std::uint64_t chase(std::uint64_t seed, unsigned steps) {
  for (std::size_t i = 0; i < kChased; ++i)
    words[i] = static_cast<std::uint32_t>((i * 40503 + 12345) % kChased);
  std::uint32_t at = static_cast<std::uint32_t>(seed % kChased);
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < steps; ++i) {
    at = words[at];
    sum += at;
  }
  return sum;
}

std::uint64_t matrix(std::uint64_t seed) {
  for (unsigned i = 0; i < 64; ++i)
    for (unsigned j = 0; j < 64; ++j) {
      left[i][j] = seed + i * 64 + j;
      right[i][j] = seed ^ (j * 64 + i);
    }
  for (unsigned i = 0; i < 64; ++i)
    for (unsigned j = 0; j < 64; ++j) {
      std::uint64_t sum = 0;
      for (unsigned k = 0; k < 64; ++k) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  return product[seed & 63][63] ^ product[63][seed >> 6 & 63];
}

// Calls and returns.
[[gnu::noinline, gnu::noipa]] std::uint64_t fibonacci(unsigned n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

// Branches that nobody predicts, swaps, a call for each part.
[[gnu::noinline]] void sort(std::uint32_t* from, std::uint32_t* to) {
  while (to - from > 1) {
    const std::uint32_t pivot = from[(to - from) / 2];
    std::uint32_t *a = from, *b = to - 1;
    while (a <= b) {
      while (*a < pivot) ++a;
      while (*b > pivot) --b;
      if (a <= b) {
        const std::uint32_t kept = *a;
        *a++ = *b;
        *b-- = kept;
      }
    }
    sort(from, b + 1);
    from = a;
  }
}

// A name for where debuggers are sent: branches, loads, stores and calls lie ahead.
extern "C" [[gnu::noinline]] std::uint64_t sorting_starts(std::uint64_t seed) {
  for (std::size_t i = 0; i < kWords / 4; ++i) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    words[i] = static_cast<std::uint32_t>(seed >> 32);
  }
  sort(words, words + kWords / 4);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kWords / 4; ++i) sum += words[i] * i;
  return sum;
}

// The string instructions, as a kernel's memcpy and memset use them.
std::uint64_t strings(std::uint64_t seed) {
  const auto fill = [](void* to, std::uint64_t value, std::size_t count) {
    asm volatile("rep stosq" : "+D"(to), "+c"(count) : "a"(value) : "memory");
  };
  const auto move = [](void* to, const void* from, std::size_t count) {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
  };
  fill(bytes, seed, kBytes / 8);
  for (unsigned i = 0; i < 64; ++i) move(copy + i * 1000, bytes + (seed >> i & 7), 1000);
  const void* at = bytes;
  std::size_t count = kBytes;
  asm volatile("repe scasb" : "+D"(at), "+c"(count) : "a"(bytes[0]) : "cc", "memory");
  std::uint64_t sum = count;
  for (unsigned i = 0; i < 64000; ++i) sum = sum * 31 + copy[i];
  return sum;
}

void print_hex(std::uint64_t value) {
  char text[17] = {};
  for (unsigned i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
  print(text);
}

}  // namespace

extern "C" void work() {
  print("begin\n");
  std::uint64_t sum = 1;
  for (unsigned round = 0; round < kRounds; ++round) {
    sum = mix(sum, 2'000'000);
    sum ^= sieve(sum);
    sum = chase(sum, 2'000'000) + sum * 3;
    for (unsigned i = 0; i < 12; ++i) sum ^= matrix(sum + i);
    sum += fibonacci(28);
    sum ^= sorting_starts(sum);
    sum = strings(sum) ^ sum << 1;
  }
  print("sum ");
  print_hex(sum);
  print(timer_ticks > 100 ? " timer runs\n" : " no timer\n");
}
