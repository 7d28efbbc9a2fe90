// SPDX-License-Identifier: MIT
//
// How a test gets into the table: by a pointer in the section .kernel_tests. The linker collects these from
// all files, and kernel/kernel.ld has a name for the section's start and its end.
#pragma once

#include "testing.h"

#define LAB_TEST_CASE(what, ...)                                                                           \
  void what();                                                                                             \
  constexpr ::lab::TestCase what##_case{.name = #what, .body = what __VA_OPT__(, ) __VA_ARGS__};           \
  [[gnu::section(".kernel_tests"), gnu::used]] const ::lab::TestCase* const what##_pointer = &what##_case; \
  void what()

#define LAB_TEST(what) LAB_TEST_CASE(what)
#define LAB_TEST_SHOULD_PANIC(what) LAB_TEST_CASE(what, .expectation = ::lab::TestCase::Expectation::panic)
#define LAB_TEST_IGNORED(what, why) LAB_TEST_CASE(what, .ignored_because = why)
