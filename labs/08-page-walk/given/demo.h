// SPDX-License-Identifier: MIT
//
// What main.cpp and the check start from.
#pragma once

#include <cstdint>

#include "walk.h"

namespace lab {

// Pages of three sizes, some with holes between them, to be walked to: see demo.cpp.
inline constexpr uint64_t kDemoBase = 0x0000'1200'0000'0000;
void map_demo_pages();

// One line: the way to an address.
void show_walk(uint64_t address);

// For the check: where it has walk() put its result, and a function to change CR3.
extern Walk result;
void load_top_table(uint64_t cr3);

}  // namespace lab
