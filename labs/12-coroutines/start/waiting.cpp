// SPDX-License-Identifier: MIT
//
// Steps 3 to 5.
#include "arch/interrupt_guard.h"
#include "coroutine.h"

namespace lab {

// --- step 3 ---
constinit uint64_t ticks = 0;
constinit Sleep* sleepers = nullptr;

Sleep::Sleep(uint64_t ticks_from_now) : due(ticks + ticks_from_now) {}

// The frame that we lie in goes away, perhaps long before we are due.
Sleep::~Sleep() {}

bool Sleep::is_there() { return true; }

// A handler reads the list: kernel::InterruptGuard keeps it away for as long as the guard lives.
void Sleep::start_waiting(uint32_t) {}

void on_tick() {}

// --- step 4 ---
constinit kernel::RingBuffer<char, 64> keys;
constinit uint32_t waits_for_key = 0;

bool NextKey::is_there() { return false; }

void NextKey::start_waiting(uint32_t) {}

char NextKey::await_resume() { return '?'; }

void on_key(char) {}

// --- step 5 ---
// Both want an Awaitable of their own: the end of a record, and what comes first of an end and a Sleep.

Task join(Record&) { co_return 0; }

Task with_limit(Task, uint64_t) { co_return 0; }

}  // namespace lab
