// SPDX-License-Identifier: MIT
//
// A queue of fixed size for one producer and one consumer that need no lock: an interrupt handler puts in,
// the main program takes out.
//
// Each side writes one index only. Indices run on and on and are cut to a place by % N, so that "empty"
// (equal) and "full" (N apart) never look the same. Release and acquire say: who sees the index sees the item
// as well.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace kernel {

template <typename T, uint32_t N>
class RingBuffer {
  static_assert((N & (N - 1)) == 0, "a power of two, so that the indices may wrap around");

 public:
  // For the producer. False if the queue is full: the item is lost.
  bool push(T item) {
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == N) return false;
    items_[tail % N] = item;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // For the consumer. None if the queue is empty.
  std::optional<T> pop() {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    const T item = items_[head % N];
    head_.store(head + 1, std::memory_order_release);
    return item;
  }

  bool empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }
  uint32_t size() const {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }

 private:
  std::array<T, N> items_{};
  std::atomic<uint32_t> head_ = 0;  // next to take; written by the consumer
  std::atomic<uint32_t> tail_ = 0;  // next to fill; written by the producer
};

}  // namespace kernel
