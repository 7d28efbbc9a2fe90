// SPDX-License-Identifier: MIT
//
// A point to come back to: marks a place in a function, and later jumps there from anywhere below it, leaving
// all the calls between as they are. What C calls setjmp and longjmp. No destructor runs on the way.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

// The registers a function must preserve (System V AMD64 ABI, 3.2.1), where it was, and whether interrupts
// were on.
struct ReturnPoint {
  uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip, rflags;
};
static_assert(offsetof(ReturnPoint, rip) == 56 && offsetof(ReturnPoint, rflags) == 64, "as in context.S");

}  // namespace kernel

extern "C" {
// False when the point is set, true when somebody came back to it.
[[gnu::returns_twice]] bool set_return_point(kernel::ReturnPoint& point);

// REQUIRES: the function that set the point has not returned yet.
[[noreturn]] void return_to(const kernel::ReturnPoint& point);
}
