// SPDX-License-Identifier: MIT
//
// A queue of fixed size for many producers and one consumer, without a lock: threads and the handlers that
// interrupt them may put in at the same time.
//
// Pushes are numbered, and number n goes to place n % N. Each place carries a turn: round(n) when push n may
// fill it, one more when the item is there. A producer claims the next number by compare-and-swap, fills its
// place, and then raises the turn, which publishes it. A producer interrupted
// between the two holds up only the sight of later items, not their producers; whoever rings a bell after
// each push (see task/coroutine/executor.h) loses nothing. After Dmitry Vyukov's bounded queue.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace kernel {

template <typename T, uint32_t N>
class ManyProducerQueue {
  static_assert((N & (N - 1)) == 0, "a power of two, so that the numbers may wrap around");

 public:
  // False if the queue is full: the item was not taken.
  bool push(T item) {
    uint32_t number = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[number % N];
      const auto ahead = static_cast<int32_t>(place.turn.load(std::memory_order_acquire) - round(number));
      if (ahead < 0) return false;  // still holds what was pushed N items ago
      if (ahead > 0) {              // somebody else was faster
        number = tail_.load(std::memory_order_relaxed);
        continue;
      }
      if (!tail_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) continue;
      place.item = item;
      place.turn.store(round(number) + 1, std::memory_order_release);
      return true;
    }
  }

  // For the one consumer. None if the queue is empty, or if the oldest item is not complete yet.
  std::optional<T> pop() {
    Place& place = places_[head_ % N];
    if (empty()) return std::nullopt;
    const T item = place.item;
    place.turn.store(round(head_) + N, std::memory_order_release);
    ++head_;
    return item;
  }

  // For the consumer.
  bool empty() const { return places_[head_ % N].turn.load(std::memory_order_acquire) != round(head_) + 1; }

 private:
  static constexpr uint32_t round(uint32_t number) { return number - number % N; }
  struct Place {
    std::atomic<uint32_t> turn = 0;
    T item{};
  };
  std::array<Place, N> places_{};
  std::atomic<uint32_t> tail_ = 0;  // number of the next push
  uint32_t head_ = 0;               // number of the next pop
};

}  // namespace kernel
