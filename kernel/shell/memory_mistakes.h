// SPDX-License-Identifier: MIT
//
// Mistakes with frames, stacks and the heap, for shell/faults.cpp and shell/mishaps.cpp.
#pragma once

namespace kernel {

// Each ends in a panic.
void touch_guard_page_of_a_thread();
void write_past_a_block();
void release_twice();
void release_a_frame_twice();

// These come back, with damage done.
void keep_a_released_frame_mapped();
void write_after_release();
void corrupt_a_free_list();
void leak();

}  // namespace kernel
