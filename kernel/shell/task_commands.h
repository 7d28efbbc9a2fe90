// SPDX-License-Identifier: MIT
//
// The commands about threads and coroutines.
#pragma once

#include <string_view>

namespace kernel {

void show_threads(std::string_view);
void show_tasks(std::string_view);
void show_switches(std::string_view);
void choose_scheduler(std::string_view name);

// shell/demos.cpp
void show_demo(std::string_view name);

// shell/soak.cpp
void soak(std::string_view seconds_and_seed);

}  // namespace kernel
