// SPDX-License-Identifier: MIT
#include "scenes.h"

#include "arch/instructions.h"
#include "arch/register_probe.h"
#include "drivers/vga_text.h"
#include "memory/layout.h"
#include "threads.h"

// In probe.S: what it finds in the six registers, and by how much RSP has moved.
struct Probe {
  uint64_t registers[6];
  uint64_t rsp_moved;
};
extern "C" void probe_switch(uint64_t seed, lab::Thread& from, lab::Thread& to, Probe* dump);

namespace lab {

constinit Choice chosen{};
constinit Story story{};
constinit Probe probes[2]{};                // of main and of the thread
constinit kernel::RegisterDump holds[2]{};  // of the two threads
constinit volatile uint64_t counters[4]{};  // of the thread with this number

namespace {

void note(uint64_t who, uint64_t what) {
  if (story.count < 64) story.entries[story.count++] = {who, what};
}

// --- arrive ---
[[gnu::noinline]] void arrive(uint64_t argument) {
  note(current->id, argument);
  kernel::cli();
  Thread& self = *current;
  current = &threads[0];
  switch_to(self, threads[0]);
}

void play_arrive() {
  Thread& thread = make_thread(arrive, chosen.first);
  kernel::cli();
  current = &thread;
  switch_to(threads[0], thread);
}

// --- registers ---
// A probe has been back, and written down what it found: the check looks.
[[gnu::noinline]] void probed() { asm volatile(""); }

void probe_in_thread(uint64_t seed) {
  kernel::cli();
  probe_switch(seed, *current, threads[0], &probes[1]);
  probed();
  switch_to(*current, threads[0]);
}

void play_registers() {
  Thread& thread = make_thread(probe_in_thread, chosen.second);
  kernel::cli();
  current = &thread;
  probe_switch(chosen.first, threads[0], thread, &probes[0]);  // it comes back from its own probe
  probed();
  switch_to(threads[0], thread);
}

// --- turns ---
void count_to(uint64_t most) {
  for (uint64_t number = 1; number <= most; ++number) {
    note(current->id, number);
    yield();
  }
}

bool anybody_left() {
  for (const Thread& thread : threads)
    if (thread.state == State::ready) return true;
  return false;
}

void play_turns() {
  spawn(count_to, chosen.first);
  spawn(count_to, chosen.second);
  spawn(count_to, chosen.third);
  while (anybody_left()) yield();
}

// --- hold ---
constinit volatile bool stop = false;

void hold(uint64_t seed) {
  hold_registers(seed, &stop, &holds[current->id - 1]);
  note(current->id, ticks);
}

void play_hold() {
  start_preemption();
  kernel::sti();
  spawn(hold, chosen.first);
  spawn(hold, chosen.second);
  while (ticks < chosen.third) yield();
  stop = true;
  while (anybody_left()) yield();
  kernel::cli();
}

// --- counters ---
void show(unsigned row, unsigned column, char character) {
  reinterpret_cast<volatile uint16_t*>(kernel::kDirectMapBase +
                                       kernel::VgaText::kPhysicalAddress)[80 * row + column] =
      static_cast<uint16_t>(0x0f00 | static_cast<uint8_t>(character));
}

// Looks neither left nor right, and never gives way.
[[noreturn]] void count(uint64_t who) {
  for (;;) {
    counters[who] = counters[who] + 1;
    if (counters[who] % 256 != 0) continue;
    uint64_t rest = counters[who] / 256;
    for (unsigned column = 10; column > 0; --column, rest /= 10)
      show(static_cast<unsigned>(who), column, static_cast<char>('0' + rest % 10));
  }
}

[[noreturn]] void play_counters() {
  for (uint64_t who = 1; who <= 3; ++who) spawn(count, who);
  start_preemption();
  kernel::sti();
  for (;;) yield();
}

}  // namespace

void play() {
  switch (chosen.scene) {
    case Scene::arrive: return play_arrive();
    case Scene::registers: return play_registers();
    case Scene::turns: return play_turns();
    case Scene::hold: return play_hold();
    case Scene::counters: break;
  }
  play_counters();
}

}  // namespace lab
