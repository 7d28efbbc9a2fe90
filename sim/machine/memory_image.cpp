// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/memory_image.h"

#include <algorithm>
#include <cstring>

#include "sim/machine/state_hash.h"

namespace ringside {
namespace {

bool all_zero(std::span<const std::byte, kImagePageBytes> bytes) {
  return bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

std::uint64_t page_hash(std::uint32_t page, std::span<const std::byte, kImagePageBytes> bytes) {
  if (all_zero(bytes)) return 0;
  StateHash hash;
  hash.add(page);
  hash.add(std::span<const std::byte>(bytes));
  return hash.value();
}

MemoryImage::MemoryImage(std::size_t pages) : pages_(pages), chunks_((pages + kChunk - 1) / kChunk) {}

const std::byte* MemoryImage::page(std::uint32_t page) const {
  const auto& chunk = chunks_[page / kChunk];
  if (!chunk || !(*chunk)[page % kChunk]) return nullptr;
  return (*chunk)[page % kChunk]->bytes.data();
}

bool MemoryImage::set(std::uint32_t page, std::span<const std::byte, kImagePageBytes> bytes,
                      const std::shared_ptr<MemoryAccount>& account) {
  const std::byte* old = this->page(page);
  if (old ? std::memcmp(old, bytes.data(), kImagePageBytes) == 0 : all_zero(bytes)) return false;

  std::shared_ptr<const Page> kept;
  const std::uint64_t hash = page_hash(page, bytes);
  if (hash != 0) {
    auto fresh = std::make_unique<Page>();
    std::ranges::copy(bytes, fresh->bytes.begin());
    fresh->hash = hash;
    *account += sizeof(Page);  // before: where there is no memory for the pointer, it deletes already
    kept = std::shared_ptr<const Page>(fresh.release(), [account](const Page* p) {
      *account -= sizeof *p;
      delete p;
    });
  }
  auto& chunk = chunks_[page / kChunk];
  if (!chunk || chunk.use_count() > 1) {
    auto fresh = chunk ? std::make_unique<Chunk>(*chunk) : std::make_unique<Chunk>();
    *account += sizeof(Chunk);
    auto own = std::shared_ptr<Chunk>(fresh.release(), [account](Chunk* c) {
      *account -= sizeof *c;
      delete c;
    });
    chunk = std::move(own);
  }
  auto& place = (*chunk)[page % kChunk];
  hash_ += hash - (place ? place->hash : 0);
  place = std::move(kept);
  return true;
}

}  // namespace ringside
