// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/boot/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "sim/boot/bios_data.h"
#include "sim/boot/multiboot_information.h"

namespace ringside {
namespace {

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kOurLowMemory = 0x10000;  // below it nothing of ours
constexpr std::uint64_t kFourGiB = std::uint64_t{1} << 32;

struct Write {
  std::uint64_t address;
  Bytes content;
  std::uint64_t size;  // zeros follow the content up to here
};

// One boot in the making. Every step either claims a place and notes what to write there, or fails.
class Boot {
 public:
  Boot(const BootRequest& request, std::uint64_t ram_bytes, KernelImage kernel)
      : request_(request), kernel_(std::move(kernel)), placement_(ram_bytes) {
    facts_.command_line = request.command_line;
    facts_.ram_bytes = ram_bytes;
  }

  Result<EntryState> place() {
    if (auto done = place_image(); !done) return std::unexpected(done.error());
    if (auto done = place_modules(); !done) return std::unexpected(done.error());
    place_sections();
    if (auto done = place_information(); !done) return std::unexpected(done.error());
    return EntryState{.protocol = kernel_.header.protocol,
                      .eip = static_cast<std::uint32_t>(kernel_.entry),
                      .eax = version_2() ? kMultiboot2Magic : kMultiboot1Magic,
                      .ebx = static_cast<std::uint32_t>(information_at_),
                      .information = {information_at_},
                      .image_start = kernel_.start(),
                      .image_end = kernel_.end(),
                      .placed = placement_.placed()};
  }

  void write(std::span<std::byte> ram) const {
    write_bios_data(ram);
    for (const Write& w : writes_) {
      const auto target = ram.subspan(w.address, w.size);
      std::copy_n(w.content.data(), w.content.size(), target.data());  // as one block
      std::ranges::fill(target.subspan(w.content.size()), std::byte{0});
    }
  }

 private:
  bool version_2() const { return kernel_.header.protocol == BootProtocol::multiboot2; }

  Result<void> place_image() {
    if (kernel_.header.relocatable) {
      if (auto done = choose_base(*kernel_.header.relocatable); !done) return done;
    }
    for (const Piece& piece : kernel_.pieces) {
      if (auto done = placement_.claim(piece.name, piece.address, piece.size); !done) return done;
      writes_.push_back({piece.address, piece.content, piece.size});
    }
    facts_.image_base = static_cast<std::uint32_t>(kernel_.start());
    return {};
  }

  // Without a preference the image stays where it was linked if that is allowed and free.
  Result<void> choose_base(const Relocatable& wish) {
    const std::uint64_t size = kernel_.end() - kernel_.start(), linked = kernel_.start();
    const std::uint64_t from = std::max<std::uint64_t>(wish.min_addr, kPage), to = wish.max_addr;
    auto base = wish.preference == Relocatable::Preference::highest
                    ? placement_.highest(size, wish.align, from, to)
                    : placement_.lowest(size, wish.align, from, to);
    if (wish.preference == Relocatable::Preference::none && linked % wish.align == 0 &&
        linked >= wish.min_addr && placement_.lowest(size, 1, linked, to) == linked) {
      base = linked;
    }
    if (!base) {
      return fail(fmt::format(
          "the relocatable image needs {:#x} bytes between {:#x} and {:#x} at a multiple of {:#x}, and there "
          "is no such room in RAM; widen the header's limits or give the machine more RAM.",
          size, wish.min_addr, wish.max_addr, wish.align));
    }
    kernel_.move_to(*base);
    return {};
  }

  // Above the image if possible: kernels map their first megabytes and read modules there.
  std::optional<std::uint64_t> above_image(std::uint64_t size, std::uint64_t alignment) const {
    const std::uint64_t from = std::max(kernel_.end(), kHighMemory);
    if (const auto above = placement_.lowest(size, alignment, from, kFourGiB)) return above;
    return placement_.lowest(size, alignment, kHighMemory, kFourGiB);
  }

  Result<void> place_modules() {
    for (std::size_t i = 0; i < request_.modules.size(); ++i) {
      const BootModule& module = request_.modules[i];
      const std::uint64_t size = module.bytes.size();
      const auto at = above_image(std::max<std::uint64_t>(size, 1), kPage);
      if (!at) {
        return fail(fmt::format(
            "there is no room in {} KiB of RAM for module {} ('{}', {} bytes); give the machine more RAM.",
            facts_.ram_bytes / 1024, i, module.name, size));
      }
      if (auto done = placement_.claim(fmt::format("module {} ({})", i, module.name), *at, size); !done)
        return done;
      writes_.push_back({*at, module.bytes, size});
      facts_.modules.push_back(
          {module.name, static_cast<std::uint32_t>(*at), static_cast<std::uint32_t>(*at + size)});
    }
    return {};
  }

  // The section table tells where each section lies. Those that no segment loads have the address 0 in the
  // file; GRUB loads them for the kernel and fills the address in. Without room they keep their 0.
  void place_sections() {
    if (!kernel_.elf || kernel_.elf->sections.empty()) return;
    const ElfImage& elf = *kernel_.elf;
    SectionTable& table = facts_.sections;
    table = {{elf.section_table.begin(), elf.section_table.end()},
             static_cast<std::uint32_t>(elf.sections.size()),
             elf.section_header_size,
             elf.section_names_index};
    std::uint64_t from = std::max(kernel_.end(), kHighMemory);
    for (std::size_t i = 0; i < elf.sections.size(); ++i) {
      const ElfSection& section = elf.sections[i];
      if (section.address != 0 || section.size == 0 || !section.in_file()) continue;
      const bool sane = std::has_single_bit(section.alignment) && section.alignment <= kPage;
      const auto at = placement_.lowest(section.size, sane ? section.alignment : 1, from, kFourGiB);
      if (!at || !placement_.claim("section " + section.name, *at, section.size)) continue;
      from = *at + section.size;
      writes_.push_back({*at, request_.image.subspan(section.offset, section.size), section.size});
      const std::size_t field = i * elf.section_header_size + (elf.is_64 ? 16 : 12);  // sh_addr
      for (std::size_t b = 0; b < 4; ++b) table.headers[field + b] = static_cast<std::byte>(*at >> 8 * b);
    }
  }

  Result<void> place_information() {
    const auto build = [&](std::uint64_t base) {
      return version_2() ? multiboot2_information(facts_)
                         : multiboot1_information(facts_, static_cast<std::uint32_t>(base));
    };
    const std::uint64_t size = build(0).size();
    auto at = placement_.lowest(size, kPage, kOurLowMemory, kLowMemoryEnd);
    if (!at) at = above_image(size, kPage);
    if (!at) {
      return fail(fmt::format(
          "there is no room in {} KiB of RAM for {} bytes of boot information; shorten the command line or "
          "give the machine more RAM.",
          facts_.ram_bytes / 1024, size));
    }
    if (auto done = placement_.claim("boot information", *at, size); !done) return done;
    information_at_ = *at;
    information_ = build(*at);
    writes_.push_back({*at, information_, size});
    return {};
  }

  const BootRequest& request_;
  KernelImage kernel_;
  Placement placement_;
  BootFacts facts_;
  std::vector<std::byte> information_;
  std::uint64_t information_at_ = 0;
  std::vector<Write> writes_;
};

Result<EntryState> load_unnamed(const BootRequest& request, std::span<std::byte> ram) {
  if (ram.size() < kLeastRam) {
    return fail(fmt::format("a PC with {} KiB of RAM cannot boot it; give the machine at least {} KiB.",
                            ram.size() / 1024, kLeastRam / 1024));
  }
  auto kernel = read_kernel(request.image);
  if (!kernel) return std::unexpected(kernel.error());
  Boot boot(request, ram.size(), *std::move(kernel));
  auto entry = boot.place();
  if (entry) boot.write(ram);
  return entry;
}

}  // namespace

Result<EntryState> load(const BootRequest& request, std::span<std::byte> ram) {
  auto entry = load_unnamed(request, ram);
  if (!entry && !request.image_name.empty()) return fail(request.image_name + ": " + entry.error().sentence);
  return entry;
}

}  // namespace ringside
