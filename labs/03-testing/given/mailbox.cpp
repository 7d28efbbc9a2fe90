// SPDX-License-Identifier: MIT
#include "mailbox.h"

#include <algorithm>

#include "arch/instructions.h"
#include "lib/panic.h"

namespace lab {

constinit volatile uint64_t defects = 0;
constinit volatile uint64_t ticks = 0;
constinit std::array<uint64_t, 64> journal{};
constinit uint64_t journal_length = 0;

namespace {

bool has(unsigned defect) { return defects >> defect & 1; }

}  // namespace

Mailbox::Mailbox() {
  if (has(0)) put(1);
}

void Mailbox::put(uint64_t number) {
  if (count_ == kRoom) {
    if (has(4)) return;
    kernel::panic("the mailbox is full");
  }
  numbers_[count_++] = number;
}

uint64_t Mailbox::take() {
  if (count_ == 0) {
    if (has(3)) return 0;
    kernel::panic("the mailbox is empty");
  }
  --count_;
  if (has(1)) return numbers_[count_];
  const uint64_t first = numbers_[0];
  std::copy(numbers_.begin() + 1, numbers_.end(), numbers_.begin());
  return first;
}

void Mailbox::clear() {
  if (has(5)) kernel::panic("the mailbox cannot be cleared");
  count_ = 0;
}

uint64_t Mailbox::count() const { return count_ + has(2); }

void wait_for_the_timer() {
  while (ticks == 0) kernel::pause();
}

void note(uint64_t what) {
  if (journal_length < journal.size()) journal[journal_length++] = what;
}

}  // namespace lab
