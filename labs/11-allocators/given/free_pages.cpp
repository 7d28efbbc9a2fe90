// SPDX-License-Identifier: MIT
//
// What the slab allocator cuts up: free pages.
#include "slab.h"

namespace lab {

void SlabAllocator::extend(std::byte* start, size_t bytes) {
  start_ = start;
  end_ = start + bytes;
  free_runs_ = reinterpret_cast<PageRun*>(start);
  *free_runs_ = {nullptr, bytes / kPage};
}

// The first page of the first run.
std::byte* SlabAllocator::take_page() {
  PageRun* run = free_runs_;
  if (run == nullptr) return nullptr;
  free_runs_ = run->next;
  if (run->pages > 1) {
    auto* rest = reinterpret_cast<PageRun*>(reinterpret_cast<std::byte*>(run) + kPage);
    *rest = {run->next, run->pages - 1};
    free_runs_ = rest;
  }
  return reinterpret_cast<std::byte*>(run);
}

void SlabAllocator::give_page(std::byte* page) {
  PageRun* before = nullptr;
  PageRun* after = free_runs_;
  for (; after != nullptr && reinterpret_cast<std::byte*>(after) < page; after = after->next) before = after;
  auto* run = reinterpret_cast<PageRun*>(page);
  *run = {after, 1};
  (before != nullptr ? before->next : free_runs_) = run;
  const auto join_with_next = [](PageRun* left) {
    PageRun* right = left->next;
    if (right == nullptr ||
        reinterpret_cast<std::byte*>(left) + left->pages * kPage != reinterpret_cast<std::byte*>(right))
      return;
    left->pages += right->pages;
    left->next = right->next;
  };
  join_with_next(run);
  if (before != nullptr) join_with_next(before);
}

}  // namespace lab
