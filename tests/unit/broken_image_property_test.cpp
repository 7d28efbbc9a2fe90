// SPDX-License-Identifier: GPL-2.0-or-later
// Every cut and thousands of changes of good images: none may crash the loader or put anything outside the
// RAM.
#include <gtest/gtest.h>

#include <random>

#include "sim/boot/loader.h"
#include "tests/unit/support/good_images.h"

namespace ringside {
namespace {

using namespace testing;

constexpr std::size_t kRam = kGoodImagesRam;

// Loads if it can; either way nothing crashes, and what was loaded lies in RAM.
void try_to_load(const ByteVector& image, ByteVector& ram) {
  const auto result = load({image, "", "", {{"m", filled(3, 3)}}}, ram);
  if (!result) {
    expect_one_sentence(result.error().sentence);
    return;
  }
  EXPECT_LE(result->image_end, ram.size());
  EXPECT_LT(result->image_start, result->image_end);
  EXPECT_GE(result->eip, result->image_start);
  EXPECT_LT(result->eip, result->image_end);
}

TEST(BrokenImageProperty, EveryGoodImageLoads) {
  ByteVector ram(kRam);
  for (const ByteVector& image : good_images()) {
    const auto result = load({image, "", "", {}}, ram);
    EXPECT_TRUE(result) << result.error().sentence;
  }
}

TEST(BrokenImageProperty, EveryCutOfAnElfIsRefused) {
  ByteVector ram(kRam);
  for (const ByteVector& image : good_images()) {
    for (std::size_t size = 0; size < image.size(); ++size) {
      const ByteVector part = cut(image, size);
      try_to_load(part, ram);
      if (u32_at(image, 0) == 0x464C457F) {
        EXPECT_FALSE(load({part, "", "", {}}, ram)) << size;
      }
    }
  }
}

TEST(BrokenImageProperty, NoChangeOfAnyByteCrashes) {
  ByteVector ram(kRam);
  for (const ByteVector& image : good_images()) {
    for (std::size_t at = 0; at < image.size(); ++at) {
      for (const unsigned value : {0x00u, 0x01u, 0x7Fu, 0x80u, 0xFFu}) {
        ByteVector other = image;
        overwrite(other, at, value, 1);
        try_to_load(other, ram);
      }
    }
  }
}

TEST(BrokenImageProperty, NoHeapOfRandomChangesCrashes) {
  std::mt19937 random(20240229);
  ByteVector ram(kRam);
  const std::vector<ByteVector> images = good_images();
  constexpr std::uint64_t kNasty[] = {
      0, 1, 8, 0x1000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFF00000000, ~0ull, ~0ull - 0xFFF};
  for (int round = 0; round < 5000; ++round) {
    ByteVector image = images[random() % images.size()];
    for (unsigned n = 1 + random() % 6; n > 0; --n) {
      const int bytes = 1 << random() % 4;
      const std::size_t at = random() % (image.size() - bytes);
      const std::uint64_t value = random() % 2 ? kNasty[random() % std::size(kNasty)] : random();
      // Near a header, on its natural boundary, is where a change hurts most.
      overwrite(image, random() % 2 ? at : at / bytes * bytes, value, bytes);
    }
    // A changed Multiboot header is only read if its checksum agrees: mend it half of the time.
    for (std::size_t at = 0; random() % 2 && at + 16 < image.size(); at += 4) {
      if (u32_at(image, at) == 0xE85250D6)
        overwrite(image, at + 12, 0u - (u32_at(image, at) + u32_at(image, at + 4) + u32_at(image, at + 8)),
                  4);
      if (u32_at(image, at) == 0x1BADB002)
        overwrite(image, at + 8, 0u - (u32_at(image, at) + u32_at(image, at + 4)), 4);
    }
    try_to_load(image, ram);
  }
}

}  // namespace
}  // namespace ringside
