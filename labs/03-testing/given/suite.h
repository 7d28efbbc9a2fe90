// SPDX-License-Identifier: MIT
//
// The tests of the mailbox. Your runner.cpp includes them, behind your registration.h: its macros turn each
// of these into a function and an entry of the table of tests.
#pragma once

#include "mailbox.h"
#include "registration.h"

namespace lab {
namespace {

LAB_TEST(mailbox_starts_empty) {
  note(1);
  const Mailbox box;
  LAB_EXPECT(box.count() == 0);
}

LAB_TEST(mailbox_keeps_the_order) {
  note(2);
  Mailbox box;
  box.put(41);
  box.put(42);
  LAB_EXPECT(box.take() == 41);
  LAB_EXPECT(box.take() == 42);
}

LAB_TEST(mailbox_counts) {
  note(3);
  Mailbox box;
  for (uint64_t i = 1; i <= Mailbox::kRoom; ++i) {
    box.put(i);
    LAB_EXPECT(box.count() == i);
  }
}

LAB_TEST_SHOULD_PANIC(take_from_an_empty_mailbox) {
  note(4);
  Mailbox box;
  box.take();
}

LAB_TEST_SHOULD_PANIC(put_into_a_full_mailbox) {
  note(5);
  Mailbox box;
  for (uint64_t i = 0; i <= Mailbox::kRoom; ++i) box.put(i);
}

LAB_TEST(mailbox_is_empty_after_clear) {
  note(6);
  Mailbox box;
  box.put(1);
  box.clear();
  LAB_EXPECT(box.count() == 0);
}

LAB_TEST_IGNORED(the_timer_ticks, "there is no timer before lab 06") {
  note(7);
  wait_for_the_timer();
}

LAB_TEST(mailbox_can_be_used_again) {
  note(8);
  Mailbox box;
  for (uint64_t i = 0; i < 3 * Mailbox::kRoom; ++i) {
    box.put(i);
    LAB_EXPECT(box.take() == i);
  }
}

}  // namespace
}  // namespace lab
