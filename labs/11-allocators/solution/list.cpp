// SPDX-License-Identifier: MIT
#include "list.h"

#include "lib/panic.h"

namespace lab {
namespace {

void join_with_next(FreeBlock* left) {
  FreeBlock* right = left->next;
  if (right == nullptr || left->end() != reinterpret_cast<std::byte*>(right)) return;
  left->bytes += sizeof(Block) + right->bytes;
  left->next = right->next;
}

}  // namespace

void LinkedListAllocator::insert(Block* block) {
  FreeBlock* before = nullptr;
  FreeBlock* after = first_free_;
  for (; after != nullptr && after < block; after = after->next) before = after;
  auto* freed = static_cast<FreeBlock*>(block);
  freed->state = BlockState::free;
  freed->next = after;
  (before != nullptr ? before->next : first_free_) = freed;
  join_with_next(freed);
  if (before != nullptr) join_with_next(before);
}

void* LinkedListAllocator::allocate(size_t bytes) {
  if (bytes > static_cast<size_t>(end_ - start_)) return nullptr;
  bytes = align_up(bytes, kSmallest);
  for (FreeBlock** link = &first_free_; *link != nullptr; link = &(*link)->next) {
    FreeBlock* block = *link;
    if (block->bytes < bytes) continue;
    *link = block->next;
    if (block->bytes >= bytes + sizeof(Block) + kSmallest) {
      auto* rest = reinterpret_cast<FreeBlock*>(block->memory() + bytes);
      rest->bytes = block->bytes - bytes - sizeof(Block);
      rest->state = BlockState::free;
      rest->next = block->next;
      *link = rest;
      block->bytes = bytes;
    }
    block->state = BlockState::used;
    ++counts_.live;
    return block->memory();
  }
  return nullptr;
}

void LinkedListAllocator::release(void* memory) {
  Block* block = static_cast<Block*>(memory) - 1;
  if (block->state != BlockState::used) kernel::panic("released {}, but there is no block in use", memory);
  --counts_.live;
  insert(block);
}

}  // namespace lab
