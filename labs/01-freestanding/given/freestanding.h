// SPDX-License-Identifier: MIT
//
// What you write, and the little that is there already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lab {

// Where linker.ld puts the kernel: physical address p of the first GiB is at kKernelBase + p.
inline constexpr uint64_t kKernelBase = 0xffffffff80000000;

// The screen: 25 rows of 80 cells of 16 bits, the character in the low byte, its colours in the high byte.
// volatile, because the adapter reads them, which the compiler cannot see. Lab 02 is about this.
inline volatile uint16_t* screen() { return reinterpret_cast<volatile uint16_t*>(kKernelBase + 0xb8000); }
inline constexpr size_t kCells = 80 * 25;
inline constexpr uint8_t kWhiteOnRed = 0x4f;

// Step 4, in panic.cpp. "PANIC: " and the message from the first cell on, white on red; what does not fit on
// the screen is left out. Then the processor stops, with interrupts off, for ever.
[[noreturn]] void panic(std::string_view message);

// The two instructions that stop a processor for good.
inline void cli() { asm volatile("cli" ::: "memory"); }
inline void hlt() { asm volatile("hlt" ::: "memory"); }

}  // namespace lab

// Step 3, in lib/memory.cpp: what the compiler calls although nobody wrote the call (GCC manual, "Language
// Standards Supported by GCC"). As the C standard says: `to` comes back, only memmove may be given blocks
// that overlap, and bytes are compared as numbers without a sign.
extern "C" {
void* memset(void* to, int value, size_t bytes);
void* memcpy(void* to, const void* from, size_t bytes);
void* memmove(void* to, const void* from, size_t bytes);
int memcmp(const void* left, const void* right, size_t bytes);
size_t strlen(const char* text);
}

// Step 5, in lib/runtime.cpp: what the compiler and the headers of the C++ library call when all is lost.
extern "C" [[noreturn]] void __cxa_pure_virtual();  // no class has written this virtual function
namespace std {
// An index is out of range, an optional is empty: `condition` is the rule that was broken.
[[noreturn]] void __glibcxx_assert_fail(const char* file, int line, const char* function,
                                        const char* condition) noexcept;
}  // namespace std

// Step 2: the way to C++, from entry.S.
extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t report);
