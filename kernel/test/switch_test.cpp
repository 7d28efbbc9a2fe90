// SPDX-License-Identifier: MIT
//
// A switch must not be felt.
#include "arch/switch.h"
#include "arch/register_probe.h"
#include "task/dispatcher.h"
#include "test/test.h"

namespace kernel {
namespace {

struct Probe {
  uint64_t seed;
  volatile bool stop = false;
  RegisterDump found{};
};

void hold(void* argument) {
  auto& probe = *static_cast<Probe*>(argument);
  hold_registers(probe.seed, &probe.stop, &probe.found);
}

KERNEL_TEST(context_switch, no_register_is_lost_when_the_timer_switches) {
  Probe probes[3] = {
      {.seed = 0x1111111111111111}, {.seed = 0x2222222222222222}, {.seed = 0x7fffffff00000001}};
  Thread* holding[3];
  for (unsigned i = 0; i < 3; ++i) holding[i] = spawn("holds registers", hold, &probes[i]);
  sleep_for(9);
  for (unsigned i = 0; i < 3; ++i) {
    probes[i].stop = true;
    expect(holding[i]->preemptions >= 2);
    join(*holding[i]);
    const RegisterDump expected = expected_registers(probes[i].seed);
    for (unsigned r = 0; r < expected.general.size(); ++r)
      expect_equal(probes[i].found.general[r], expected.general[r]);
    for (unsigned r = 0; r < expected.xmm.size(); ++r) expect_equal(probes[i].found.xmm[r], expected.xmm[r]);
    expect_equal(probes[i].found.mxcsr, expected.mxcsr);
    expect_equal(probes[i].found.x87_control_word, expected.x87_control_word);
  }
}

KERNEL_TEST(context_switch, a_broken_switch_is_noticed) {
  // The same test must be able to fail: here R15 is not saved.
  static constinit volatile bool stop = false;
  stop = false;
  Thread& other = *spawn("other", [](void*) {
    while (!stop) r15_across(0xbad, yield);
  });
  yield();
  switch_function = switch_context_forgetting_r15;
  const uint64_t r15 = r15_across(0x600d, yield);
  switch_function = switch_context;
  stop = true;
  join(other);
  expect(r15 != 0x600d);
}

KERNEL_TEST(context_switch, a_new_stack_is_laid_out_as_a_call_leaves_it) {
  alignas(16) static constinit std::array<uint64_t, 32> stack{};
  const auto top = reinterpret_cast<uint64_t>(stack.end());
  const SavedContext context = new_context(top, yield);
  expect_equal(context.rsp, top - 8 - sizeof(SwitchFrame));
  const auto& frame = *reinterpret_cast<const SwitchFrame*>(context.rsp);
  expect_equal(frame.rip, reinterpret_cast<uint64_t>(yield));
  expect_equal(frame.rbp, 0);
  expect_equal(stack[31], 0);  // the return address behind it
  expect_equal(context.fpu.mxcsr, 0x1f80);
}

KERNEL_TEST(switch_trace, says_who_gave_way_to_whom_and_why) {
  const uint64_t before = switch_trace.count;
  Thread& thread = *spawn("sleeper", [](void*) { sleep_for(1); });
  const uint32_t id = thread.id;
  join(thread);
  const auto record = [&](uint64_t number) {
    return switch_trace.records[(before + number) % SwitchTrace::kSize];
  };
  expect(switch_trace.count >= before + 4);
  expect(record(0).from == current->id && record(0).to == id);
  expect(record(0).reason == SwitchReason::waits && record(0).waits_for == WaitReason::join);
  expect(record(1).from == id && record(1).to == idle_thread->id);
  expect(record(1).reason == SwitchReason::waits && record(1).waits_for == WaitReason::sleep);
  expect(record(2).to == id && record(2).reason == SwitchReason::preempted);
  expect(record(3).from == id && record(3).reason == SwitchReason::finished);
}

}  // namespace
}  // namespace kernel
