// SPDX-License-Identifier: MIT
//
// Demonstrations without threads, for shell/demos.cpp: coroutines, and jobs.
#pragma once

namespace kernel {

void run_coroutines();
void run_jobs();

}  // namespace kernel
