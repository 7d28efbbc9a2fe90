// SPDX-License-Identifier: MIT
//
// Step 1: how a test gets into the table. For now each of these macros makes a function that nobody knows of.
#pragma once

#include "testing.h"

#define LAB_TEST(what) [[maybe_unused]] void what()
#define LAB_TEST_SHOULD_PANIC(what) [[maybe_unused]] void what()
#define LAB_TEST_IGNORED(what, why) [[maybe_unused]] void what()
