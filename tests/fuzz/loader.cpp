// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a kernel's file, with a command line and modules made of the same bytes. What loads must lie
// in the RAM, what does not must leave the RAM alone and say why; both must agree with what examine() said.
//
// Input: a byte of options, then the file. Options: modules (bits 0-1), a command line (2), checksums of
// Multiboot headers are put right (4: a mutation rarely does), a machine is made and runs a little (5-7 all
// set).
#include <algorithm>
#include <cstring>
#include <vector>

#include "sim/machine/machine.h"
#include "tests/fuzz/input.h"

namespace ringside::fuzz {
namespace {

constexpr std::size_t kRam = kLeastRam;
constexpr std::byte kFill{0xA5};  // what RAM holds before

using Image = std::vector<std::byte>;

std::uint32_t word(const Image& image, std::size_t at) {
  std::uint32_t value;
  std::memcpy(&value, image.data() + at, sizeof value);
  return value;
}

void mend_checksums(Image& image) {
  for (std::size_t at = 0; at + 16 <= image.size(); at += 4) {
    const std::uint32_t magic = word(image, at);
    const std::uint32_t sum1 = 0 - (magic + word(image, at + 4)), sum2 = sum1 - word(image, at + 8);
    if (magic == 0x1BADB002) std::memcpy(image.data() + at + 8, &sum1, sizeof sum1);
    if (magic == 0xE85250D6) std::memcpy(image.data() + at + 12, &sum2, sizeof sum2);
  }
}

void require_ranges(const std::vector<PlacedRange>& ranges, std::uint64_t end) {
  std::uint64_t last = 0;
  for (const PlacedRange& range : ranges) {
    require(range.start <= range.end && range.end <= end, "something was placed outside of the RAM");
    require(range.start >= last, "two things were placed over each other");
    last = range.end;
  }
}

void run_a_little(const BootRequest& request) {
  auto machine = Machine::create({.image = Image(request.image.begin(), request.image.end()),
                                  .image_name = request.image_name,
                                  .command_line = request.command_line,
                                  .modules = request.modules,
                                  .memory_mib = kRam >> 20});
  require(machine.has_value(), "what load() accepts, a machine refuses");
  (void)(*machine)->run({.instructions = 100});
}

}  // namespace
}  // namespace ringside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  Input input(data, size);
  const std::uint8_t options = input.byte();
  const auto rest = std::as_bytes(input.rest());
  Image image(rest.begin(), rest.end());
  if (options & 1 << 4) mend_checksums(image);

  BootRequest request{.image = image, .image_name = "fuzz.elf", .command_line = {}, .modules = {}};
  const std::size_t some = std::min<std::size_t>(image.size(), 300);
  if (options & 1 << 2) request.command_line.assign(reinterpret_cast<const char*>(image.data()), some);
  for (unsigned i = 0; i < (options & 3u); ++i)
    request.modules.push_back({request.command_line, Image(image.begin(), image.begin() + some / (i + 1))});

  static const std::vector<std::byte> untouched(kRam, kFill);
  static std::vector<std::byte> ram = untouched;
  const auto summary = examine(image);
  const auto loaded = load(request, ram);
  if (!summary) require_sentence(summary.error().sentence);
  if (loaded) {
    require(summary.has_value(), "an image loads that cannot be examined");
    require(summary->format == ImageFormat::flat || summary->by_address_fields || image.size() > 52,
            "an ELF file without a header");
    require(loaded->image_start < loaded->image_end && loaded->image_end <= kRam,
            "the image lies outside of the RAM");
    require(loaded->eip >= loaded->image_start && loaded->eip < loaded->image_end,
            "the entry lies outside of the image");
    require(loaded->information.value < kRam, "the boot information lies outside of the RAM");
    require_ranges(loaded->placed, kRam);
    std::memcpy(ram.data(), untouched.data(), kRam);
    if (options >> 5 == 7) run_a_little(request);
  } else {
    require_sentence(loaded.error().sentence);
    require(std::memcmp(ram.data(), untouched.data(), kRam) == 0, "a refused image was written all the same");
  }
  return 0;
}
