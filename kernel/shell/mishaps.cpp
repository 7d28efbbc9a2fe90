// SPDX-License-Identifier: MIT
#include "shell/mishaps.h"

#include <atomic>

#include "arch/context.h"
#include "arch/instructions.h"
#include "arch/interrupts.h"
#include "drivers/i8042.h"
#include "drivers/pic8259.h"
#include "drivers/pit8254.h"
#include "drivers/vga_text.h"
#include "lib/print.h"
#include "memory/layout.h"
#include "shell/memory_mistakes.h"
#include "shell/thread_mishaps.h"

namespace kernel {
namespace {

// A program that no interrupt can get out of.
void hang() {
  print("interrupts off, and a loop without end\n");
  cli();
  for (;;) pause();
}

// The handler leaves by a jump, past the end of interrupt. For the controller line 0 is in service for ever,
// and no line of lower priority, which is all of them, gets through.
void forget_end_of_interrupt() {
  static constinit ReturnPoint out;
  if (!set_return_point(out)) {
    set_irq_handler(kTimerIrq, [] { return_to(out); });
    for (;;) hlt();
  }
  print("left the timer's handler without end of interrupt; from now on no device gets through\n");
}

// With the vectors a BIOS uses, line 0 is vector 8: the CPU takes the next tick for a double fault. As no
// error code was pushed, everything in the frame sits one place too low.
void timer_at_vector_8() {
  print("the controllers go back to vectors 0x08 to 0x17; the next tick is number 8\n");
  cli();
  pics.initialize(8);
  pics.unmask(kTimerIrq);
  sti();
  for (;;) hlt();
}

constinit std::atomic_flag lock{};

void take_lock() {
  while (lock.test_and_set(std::memory_order_acquire)) pause();
}

// The handler waits for a lock, the interrupted program holds it, and cannot go on before the handler
// returns.
void deadlock_with_handler() {
  print("holding a lock that the timer's handler wants\n");
  take_lock();
  set_irq_handler(kTimerIrq, take_lock);
  for (;;) hlt();
}

// The controller has one buffer. It raises the line when it fills it, and fills it when it was read.
void leave_keyboard_unread() {
  set_irq_handler(kKeyboardIrq, [] {});
  print("nobody reads port 0x60 any more; the first key still interrupts, the second does not\n");
}

void write_past_the_screen() {
  auto* cells = direct<volatile uint16_t>(PhysicalAddress(VgaText::kPhysicalAddress));
  constexpr unsigned kCells = VgaText::kColumns * VgaText::kRows;
  for (unsigned i = 0; i < VgaText::kColumns; ++i) cells[kCells + i] = 0x4f21;
  print("wrote a row behind the last row of the screen: there is memory, so nobody complained\n");
}

struct Mishap {
  std::string_view name;
  std::string_view what;
  void (*act)();
};

constexpr Mishap kMishaps[] = {
    {"hang", "interrupts off, and a loop without end", hang},
    {"eoi", "a timer interrupt that is never ended", forget_end_of_interrupt},
    {"vector8", "controllers at the BIOS's vectors: a tick becomes a double fault", timer_at_vector_8},
    {"deadlock", "an interrupt handler waits for what it interrupted", deadlock_with_handler},
    {"unread", "a keyboard handler that does not read the key", leave_keyboard_unread},
    {"stale", "a frame that is released and still in use", keep_a_released_frame_mapped},
    {"late", "a write to a heap block after its release", write_after_release},
    {"node", "a damaged link in the heap's list of free blocks", corrupt_a_free_list},
    {"leak", "a heap block that nobody releases", leak},
    {"screen", "a write past the end of the screen", write_past_the_screen},
    {"register", "a context switch that forgets to save R15", forget_a_register},
    {"stack", "a thread whose stack is too small", overflow_small_stack},
    {"wakeup", "looks, and then waits: what comes in between is lost", lose_a_wakeup},
    {"starve", "run to completion: one that does not end keeps all others from running", starve_everybody},
};

}  // namespace

void list_mishaps() {
  for (const Mishap& mishap : kMishaps) print("{:9}{}\n", mishap.name, mishap.what);
}

bool act_out_mishap(std::string_view name) {
  for (const Mishap& mishap : kMishaps) {
    if (mishap.name != name) continue;
    mishap.act();
    return true;
  }
  return false;
}

}  // namespace kernel
