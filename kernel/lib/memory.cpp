// SPDX-License-Identifier: MIT
//
// Functions that GCC and its headers call behind our back, also in freestanding code: copying or clearing a
// struct may become a call of memcpy or memset (GCC manual, "Language Standards Supported by GCC"). An
// optimiser may recognise a byte loop and turn it into a call of the very function it stands in; string
// instructions (the CPU's own memcpy and memset) and volatile loops are safe from that.
#include <cstddef>
#include <cstdint>

#include "arch/instructions.h"

extern "C" {

// Both go by words of 8 bytes, as every step of a string instruction costs about the same; then the rest.
void* memcpy(void* to, const void* from, size_t bytes) {
  const size_t in_words = bytes & ~size_t{7};
  kernel::rep_movsq(to, from, in_words / 8);
  kernel::rep_movsb(static_cast<std::byte*>(to) + in_words, static_cast<const std::byte*>(from) + in_words,
                    bytes - in_words);
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  const size_t in_words = bytes & ~size_t{7};
  kernel::rep_stosq(to, 0x0101'0101'0101'0101 * static_cast<uint8_t>(value), in_words / 8);
  kernel::rep_stosb(static_cast<std::byte*>(to) + in_words, value, bytes - in_words);
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  if (reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= bytes)
    return memcpy(to, from, bytes);
  // The target starts inside the source: copy downwards, so that nothing is overwritten before it is read.
  auto* target = static_cast<std::byte*>(to);
  const auto* source = static_cast<const volatile std::byte*>(from);
  while (bytes-- > 0) target[bytes] = source[bytes];
  return to;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  const auto* a = static_cast<const volatile uint8_t*>(left);
  const auto* b = static_cast<const volatile uint8_t*>(right);
  for (size_t i = 0; i < bytes; ++i)
    if (const int difference = a[i] - b[i]; difference != 0) return difference;
  return 0;
}

const void* memchr(const void* memory, int value, size_t bytes) {
  const auto* at = static_cast<const volatile uint8_t*>(memory);
  for (size_t i = 0; i < bytes; ++i)
    if (at[i] == static_cast<uint8_t>(value)) return static_cast<const uint8_t*>(memory) + i;
  return nullptr;
}

size_t strlen(const char* text) {
  const volatile char* end = text;
  while (*end != 0) ++end;
  return static_cast<size_t>(end - text);
}

}  // extern "C"
