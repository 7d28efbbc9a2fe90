// SPDX-License-Identifier: GPL-2.0-or-later
// 2.0, section 3.6. The total size and a reserved word, then tags at multiples of 8 bytes: 32-bit type,
// 32-bit size without the padding, fields. A tag of type 0 and size 8 ends the list.
#include "sim/boot/byte_writer.h"
#include "sim/boot/memory_map.h"
#include "sim/boot/multiboot_information.h"

namespace ringside {
namespace {

enum InformationTag : std::uint32_t {
  kEnd = 0,
  kCommandLine = 1,
  kLoaderName = 2,
  kModule = 3,
  kBasicMemory = 4,
  kMemoryMap = 6,
  kFramebuffer = 8,
  kElfSections = 9,
  kImageBase = 21,
};
constexpr std::uint32_t kMapEntry = 24;
constexpr std::uint8_t kEgaText = 2;

template <class WriteFields>
void add_tag(ByteWriter& out, InformationTag type, WriteFields write_fields) {
  const std::size_t start = out.align(8).size();
  out.u32(type).u32(0);
  write_fields();
  out.patch_u32(start + 4, static_cast<std::uint32_t>(out.size() - start));
}

}  // namespace

std::vector<std::byte> multiboot2_information(const BootFacts& facts) {
  ByteWriter out;
  out.u32(0).u32(0);
  add_tag(out, kCommandLine, [&] { out.text(facts.command_line); });
  add_tag(out, kLoaderName, [&] { out.text(kBootLoaderName); });
  for (const PlacedModule& module : facts.modules) {
    add_tag(out, kModule, [&] { out.u32(module.start).u32(module.end).text(module.command_line); });
  }
  add_tag(out, kBasicMemory, [&] { out.u32(lower_memory_kib()).u32(upper_memory_kib(facts.ram_bytes)); });
  add_tag(out, kMemoryMap, [&] {
    out.u32(kMapEntry).u32(0);  // entry size, entry version
    for (const MemoryRange& range : memory_map(facts.ram_bytes)) {
      out.u64(range.base).u64(range.length).u32(static_cast<std::uint32_t>(range.type)).u32(0);
    }
  });
  // Address, pitch, width, height in cells, bits of a cell, type, reserved.
  add_tag(out, kFramebuffer, [&] { out.u64(0xB8000).u32(160).u32(80).u32(25).u8(16).u8(kEgaText).u16(0); });
  if (const SectionTable& table = facts.sections; !table.headers.empty()) {
    add_tag(out, kElfSections,
            [&] { out.u32(table.count).u32(table.header_size).u32(table.names_index).bytes(table.headers); });
  }
  add_tag(out, kImageBase, [&] { out.u32(facts.image_base); });
  add_tag(out, kEnd, [] {});
  out.patch_u32(0, static_cast<std::uint32_t>(out.size()));
  return std::move(out).take();
}

}  // namespace ringside
