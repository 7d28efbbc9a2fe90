// SPDX-License-Identifier: MIT
//
// The containers of threads and tasks: lists whose links lie in the items, and the queue of the wakers.
#include "arch/interrupts.h"
#include "lib/list.h"
#include "lib/many_producer_queue.h"
#include "task/with_scheduler.h"
#include "test/test.h"

namespace kernel {
namespace {

struct Item {
  int value;
  ListLinks<Item> links{};
};
using ItemList = List<Item, &Item::links>;

uint64_t digits(const ItemList& list) {
  uint64_t number = 0;
  for (const Item& item : list) number = number * 10 + static_cast<uint64_t>(item.value);
  return number;
}

KERNEL_TEST(list, keeps_the_order_and_lets_go_anywhere) {
  Item items[] = {{1}, {2}, {3}, {4}};
  ItemList list;
  list.push_back(items[0]);
  list.push_back(items[2]);
  list.insert_before(&items[2], items[1]);
  list.insert_before(nullptr, items[3]);
  expect_equal(digits(list), 1234);
  list.remove(items[1]);
  expect_equal(digits(list), 134);
  list.remove(items[3]);
  expect_equal(digits(list), 13);
  expect(list.is_sound() && list.size() == 2);
  expect(list.pop_front() == &items[0]);
  expect(list.is_sound());
  list.insert_before(&items[2], items[0]);
  expect_equal(digits(list), 13);
  list.pop_front();
  expect(list.pop_front() == &items[2]);
  expect(list.pop_front() == nullptr);
  expect(list.empty() && list.is_sound());
}

KERNEL_TEST(list, a_broken_link_is_noticed) {
  Item items[] = {{1}, {2}, {3}};
  ItemList list;
  for (Item& item : items) list.push_back(item);
  expect(list.is_sound());
  items[1].links.previous = &items[2];
  expect(!list.is_sound());
  items[1].links.previous = &items[0];
  list.last = &items[1];
  expect(!list.is_sound());
}

KERNEL_TEST(many_producer_queue, gives_what_was_put_in_in_that_order) {
  ManyProducerQueue<int, 4> queue;
  expect(queue.empty() && !queue.pop());
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i) expect(queue.push(10 * round + i));
    expect(!queue.push(99));
    for (int i = 0; i < 4; ++i) expect(queue.pop() == 10 * round + i);
    expect(queue.empty() && !queue.pop());
    expect(queue.push(7) && queue.pop() == 7);  // the next round begins at another place
  }
}

constinit ManyProducerQueue<int, 4> stepped_queue;
constinit unsigned steps = 0, step_to_interrupt = 0;

void push_at_one_step(TrapFrame&) {
  if (++steps == step_to_interrupt) stepped_queue.push(2);
}

// A push is run step by step (RFLAGS.TF), and at each of its instructions in turn a handler pushes as well.
KERNEL_TEST(many_producer_queue, a_push_may_be_interrupted_anywhere_by_another_one) {
  const ExceptionHandler old = set_exception_handler(Exception::debug, push_at_one_step);
  do {
    ++step_to_interrupt;
    steps = 0;
    rflags::write(rflags::read() | rflags::kTrap);
    const bool pushed = stepped_queue.push(1);
    rflags::write(rflags::read() & ~rflags::kTrap);
    const std::optional<int> items[] = {stepped_queue.pop(), stepped_queue.pop(), stepped_queue.pop()};
    const bool both = steps < step_to_interrupt
                          ? items[0] == 1 && !items[1]
                          : items[0].value_or(0) + items[1].value_or(0) == 3 && items[0] != 3 && !items[2];
    if (!pushed || !both) set_exception_handler(Exception::debug, old);
    expect(pushed && both);
  } while (steps >= step_to_interrupt);
  set_exception_handler(Exception::debug, old);
  expect(step_to_interrupt > 20);
}

// Three threads put in at the same time and are interrupted wherever it may be.
KERNEL_TEST(many_producer_queue, nothing_is_lost_between_many_producers) {
  constexpr uint32_t kEach = 3000;
  struct Producer {
    ManyProducerQueue<uint32_t, 64>& queue;
    uint32_t mark;
    static void produce(void* argument) {
      auto& self = *static_cast<Producer*>(argument);
      for (uint32_t i = 0; i < kEach; ++i) {
        while (!self.queue.push(self.mark | i)) yield();
        if (i % 1000 == 999) work_for(1);  // so that the timer finds us here
      }
    }
  };
  static constinit ManyProducerQueue<uint32_t, 64> queue;
  Producer producers[] = {{queue, 1u << 24}, {queue, 2u << 24}, {queue, 3u << 24}};
  Thread* threads_of[3];
  for (unsigned i = 0; i < 3; ++i) threads_of[i] = spawn("produces", Producer::produce, &producers[i]);
  uint32_t next[4] = {};
  for (uint32_t taken = 0; taken < 3 * kEach;) {
    const auto item = queue.pop();
    if (!item) {
      yield();
      continue;
    }
    expect_equal(*item & 0xffffff, next[*item >> 24]);  // each producer's items come in order
    ++next[*item >> 24];
    ++taken;
  }
  for (Thread* thread : threads_of) join(*thread);
  expect(queue.empty());
}

}  // namespace
}  // namespace kernel
