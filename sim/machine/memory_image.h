// SPDX-License-Identifier: GPL-2.0-or-later
// RAM at one instant, as pages that instants share: what did not change between two of them is held once.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ringside {

inline constexpr std::size_t kImagePageBytes = 4096;

// Bytes that all images and checkpoints of a machine hold together.
using MemoryAccount = std::atomic<std::size_t>;

// A hash for the contents of one page at its place; 0 for zeros. The hash of RAM is the sum of its pages'.
std::uint64_t page_hash(std::uint32_t page, std::span<const std::byte, kImagePageBytes> bytes);

class MemoryImage {
 public:
  explicit MemoryImage(std::size_t pages);

  // The bytes of a page; nullptr: all zero.
  const std::byte* page(std::uint32_t page) const;
  // Keeps a copy. False if the page held just that. Throws std::bad_alloc and changes nothing then.
  bool set(std::uint32_t page, std::span<const std::byte, kImagePageBytes> bytes,
           const std::shared_ptr<MemoryAccount>& account);

  std::size_t pages() const { return pages_; }
  std::uint64_t hash() const { return hash_; }
  // Calls `each(page)` where the two images, of one machine, do not share a page.
  template <class Each>
  void differences(const MemoryImage& other, Each&& each) const;

 private:
  struct Page {
    std::array<std::byte, kImagePageBytes> bytes;
    std::uint64_t hash;
  };
  static constexpr std::size_t kChunk = 64;
  using Chunk = std::array<std::shared_ptr<const Page>, kChunk>;

  std::size_t pages_;
  std::uint64_t hash_ = 0;
  std::vector<std::shared_ptr<Chunk>> chunks_;  // none where all is zero; shared ones are never changed
};

template <class Each>
void MemoryImage::differences(const MemoryImage& other, Each&& each) const {
  static const Chunk kZeros{};
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    if (chunks_[c] == other.chunks_[c]) continue;
    const Chunk& a = chunks_[c] ? *chunks_[c] : kZeros;
    const Chunk& b = other.chunks_[c] ? *other.chunks_[c] : kZeros;
    for (std::size_t i = 0; i < kChunk; ++i)
      if (a[i] != b[i]) each(static_cast<std::uint32_t>(c * kChunk + i));
  }
}

}  // namespace ringside
