// SPDX-License-Identifier: MIT
//
// The part of the slab allocator that deals in whole pages: for slabs, and for everything larger than an
// object.
#include "lib/panic.h"
#include "memory/allocators/slab.h"

namespace kernel {
namespace {
constexpr size_t kPage = 4096;
constexpr size_t kDescriptionClass = 1;  // 32 bytes
static_assert(sizeof(PagesInUse) <= 32);

std::byte* end_of(PageRun* run) { return reinterpret_cast<std::byte*>(run) + run->pages * kPage; }
}  // namespace

// From the end of the first run that is long enough: so the run's own description stays where it is.
std::byte* SlabAllocator::take_pages(size_t pages) {
  PageRun** link = &free_runs_;
  while (*link != nullptr && (*link)->pages < pages) link = &(*link)->next;
  PageRun* run = *link;
  if (run == nullptr) return nullptr;
  std::byte* taken = end_of(run) - pages * kPage;
  run->pages -= pages;
  if (run->pages == 0) *link = run->next;
  counts_.free -= pages * kPage;
  return taken;
}

void SlabAllocator::give_pages(std::byte* start, size_t pages) {
  PageRun* before = nullptr;
  PageRun* after = free_runs_;
  for (; after != nullptr && reinterpret_cast<std::byte*>(after) < start; after = after->next) before = after;
  auto* run = reinterpret_cast<PageRun*>(start);
  *run = {after, pages};
  (before != nullptr ? before->next : free_runs_) = run;
  counts_.free += pages * kPage;
  const auto join_with_next = [](PageRun* left) {
    PageRun* right = left->next;
    if (right == nullptr || end_of(left) != reinterpret_cast<std::byte*>(right)) return;
    left->pages += right->pages;
    left->next = right->next;
  };
  join_with_next(run);
  if (before != nullptr) join_with_next(before);
}

std::byte* SlabAllocator::take_large(size_t pages) {
  auto* description = reinterpret_cast<PagesInUse*>(take_object(kDescriptionClass));
  if (description == nullptr) return nullptr;
  std::byte* start = take_pages(pages);
  if (start == nullptr) {
    give_object(reinterpret_cast<std::byte*>(description));
    return nullptr;
  }
  *description = {large_, start, pages};
  large_ = description;
  return start;
}

void SlabAllocator::give_large(std::byte* start) {
  PagesInUse** link = &large_;
  while (*link != nullptr && (*link)->start != start) link = &(*link)->next;
  PagesInUse* block = *link;
  if (block == nullptr) panic("released {}, but no block starts there, or it was released already", start);
  *link = block->next;
  counts_.used -= block->pages * kPage;
  give_pages(start, block->pages);
  give_object(reinterpret_cast<std::byte*>(block));
}

}  // namespace kernel
