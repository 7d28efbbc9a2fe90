// SPDX-License-Identifier: MIT
#include "freestanding.h"

extern "C" {

void* memset(void* to, int value, size_t bytes) {
  auto* target = static_cast<volatile uint8_t*>(to);
  for (size_t i = 0; i < bytes; ++i) target[i] = static_cast<uint8_t>(value);
  return to;
}

void* memcpy(void* to, const void* from, size_t bytes) {
  auto* target = static_cast<volatile uint8_t*>(to);
  const auto* source = static_cast<const uint8_t*>(from);
  for (size_t i = 0; i < bytes; ++i) target[i] = source[i];
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  if (to <= from) return memcpy(to, from, bytes);
  // The target may start inside of the source: from the last byte on, before it is overwritten.
  auto* target = static_cast<volatile uint8_t*>(to);
  const auto* source = static_cast<const uint8_t*>(from);
  for (size_t i = bytes; i > 0; --i) target[i - 1] = source[i - 1];
  return to;
}

int memcmp(const void* left, const void* right, size_t bytes) {
  const auto* a = static_cast<const volatile uint8_t*>(left);
  const auto* b = static_cast<const volatile uint8_t*>(right);
  for (size_t i = 0; i < bytes; ++i)
    if (const int difference = a[i] - b[i]; difference != 0) return difference;
  return 0;
}

size_t strlen(const char* text) {
  const volatile char* end = text;
  while (*end != '\0') ++end;
  return static_cast<size_t>(end - text);
}

}  // extern "C"
