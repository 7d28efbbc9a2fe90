// SPDX-License-Identifier: GPL-2.0-or-later
// 0.6.96, section 3.3. A fixed part of 116 bytes whose flags say which fields count, then what its pointers
// lead to:
//   0 flags   4 mem_lower  8 mem_upper   12 boot_device   16 cmdline   20 mods_count  24 mods_addr
//   28 ELF sections: num, size, addr, shndx   44 mmap_length  48 mmap_addr   52 drives   60 config_table
//   64 boot_loader_name   68 apm_table   72 VBE (16 bytes)   88 framebuffer (28 bytes)
#include "sim/boot/byte_writer.h"
#include "sim/boot/memory_map.h"
#include "sim/boot/multiboot_information.h"

namespace ringside {
namespace {

constexpr std::uint32_t kFixedPart = 116;
constexpr std::uint32_t kHasMemory = 1 << 0, kHasCommandLine = 1 << 2, kHasModules = 1 << 3,
                        kHasSections = 1 << 5, kHasMemoryMap = 1 << 6, kHasLoaderName = 1 << 9,
                        kHasFramebuffer = 1 << 12;
constexpr std::uint32_t kMapEntryRest = 20;  // what an entry's own size field counts: all but itself

}  // namespace

std::vector<std::byte> multiboot1_information(const BootFacts& facts, std::uint32_t base) {
  ByteWriter out;
  for (std::uint32_t i = 0; i < kFixedPart; ++i) out.u8(0);
  const auto here = [&] { return base + static_cast<std::uint32_t>(out.align(4).size()); };
  std::uint32_t flags = kHasMemory | kHasCommandLine | kHasMemoryMap | kHasLoaderName | kHasFramebuffer;

  out.patch_u32(4, lower_memory_kib());
  out.patch_u32(8, upper_memory_kib(facts.ram_bytes));
  out.patch_u32(16, here());
  out.text(facts.command_line);
  out.patch_u32(64, here());
  out.text(kBootLoaderName);

  if (!facts.modules.empty()) {
    flags |= kHasModules;
    std::vector<std::uint32_t> names;
    for (const PlacedModule& module : facts.modules) {
      names.push_back(here());
      out.text(module.command_line);
    }
    out.patch_u32(20, static_cast<std::uint32_t>(facts.modules.size()));
    out.patch_u32(24, here());
    for (std::size_t i = 0; i < facts.modules.size(); ++i) {
      out.u32(facts.modules[i].start).u32(facts.modules[i].end).u32(names[i]).u32(0);
    }
  }

  const std::uint32_t map = here();
  for (const MemoryRange& range : memory_map(facts.ram_bytes)) {
    out.u32(kMapEntryRest).u64(range.base).u64(range.length).u32(static_cast<std::uint32_t>(range.type));
  }
  out.patch_u32(44, base + static_cast<std::uint32_t>(out.size()) - map);
  out.patch_u32(48, map);

  if (!facts.sections.headers.empty()) {
    flags |= kHasSections;
    out.patch_u32(28, facts.sections.count);
    out.patch_u32(32, facts.sections.header_size);
    out.patch_u32(36, here());
    out.patch_u32(40, facts.sections.names_index);
    out.bytes(facts.sections.headers);
  }

  // 80 x 25 cells of 16 bits at 0xB8000, 160 bytes a row, type 2: EGA text.
  out.patch_u32(88, 0xB8000);
  out.patch_u32(96, 160);
  out.patch_u32(100, 80);
  out.patch_u32(104, 25);
  out.patch_u32(108, 16 | 2 << 8);
  out.patch_u32(0, flags);
  return std::move(out).take();
}

}  // namespace ringside
