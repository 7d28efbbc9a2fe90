// SPDX-License-Identifier: MIT
//
// Physical memory, handed out in frames of 4 KiB. A frame is the place, a page is what is put there.
//
// One byte for every frame says what the frame is used for, in the order of their addresses: the whole of
// physical memory can be seen at a glance. (One bit would do to tell free from taken; the byte also tells who
// took it.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "arch/address.h"
#include "boot/boot_information.h"
#include "memory/layout.h"

namespace kernel {

enum class FrameUse : uint8_t {
  reserved,  // no memory, or not ours: BIOS, devices, what the boot loader left
  free,      // may be handed out
  image,     // the kernel itself, and the map of frames
  page_table,
  heap_page,
  stack_page,
  demand_page,
  other,
};
inline constexpr size_t kFrameUses = 8;
inline constexpr std::array<std::string_view, kFrameUses> kFrameUseNames = {
    "reserved", "free", "image", "page tables", "heap", "stacks", "demand zero", "other"};

class FrameAllocator {
 public:
  // Starts with `count` reserved frames from physical address 0 on. `map` has a byte for each.
  void initialize(FrameUse* map, size_t count);

  // For the time before the first allocation. Whole frames inside the range become free; every frame that the
  // range touches, even with a single byte, becomes `use`. What lies behind the last frame is ignored.
  void add(PhysicalAddress start, uint64_t bytes);
  void claim(PhysicalAddress start, uint64_t bytes, FrameUse use);

  // The free frame with the lowest address. Its contents are whatever was there before. None if all are
  // taken. REQUIRES: use is none of reserved, free, image.
  std::optional<PhysicalAddress> allocate(FrameUse use);

  // `count` frames in a row, the first one's address a multiple of `alignment` frames: for a page of 2 MiB,
  // 512 and 512. REQUIRES: alignment is a power of two.
  std::optional<PhysicalAddress> allocate_run(size_t count, size_t alignment, FrameUse use);

  // Takes a frame back. Panics if it is free already, or was never handed out.
  void release(PhysicalAddress frame);
  void release_run(PhysicalAddress first, size_t count);

  // reserved for an address without memory.
  FrameUse use_of(PhysicalAddress address) const;

  size_t count(FrameUse use) const { return counts_[static_cast<size_t>(use)]; }
  size_t free() const { return count(FrameUse::free); }
  size_t total() const { return count_ - count(FrameUse::reserved); }
  size_t used() const { return total() - free(); }

 private:
  static PhysicalAddress address_of(size_t frame) { return PhysicalAddress(frame * kPageBytes); }
  size_t end_of_run(size_t first, size_t end) const;
  void set(size_t frame, FrameUse use);
  void set_all(size_t first, size_t end, FrameUse use);

  FrameUse* map_ = nullptr;
  size_t count_ = 0;                         // frames in the map
  size_t lowest_free_ = 0;                   // no frame below this one is free
  std::array<size_t, kFrameUses> counts_{};  // frames of each use
};

extern FrameAllocator frames;

// Finds room for the map, and gives `frames` what the boot loader calls usable, but for the first MiB, the
// image, the loader's reports and modules, and the map. Panics if there is no room for the map.
void initialize_frames(const BootInformation& information);

}  // namespace kernel
