// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/symbols/elf_file.h"

#include <algorithm>

namespace ringside {
namespace {

constexpr std::size_t kLargestImage = std::size_t{512} << 20;
// Sections of compressed debug information say themselves how large they will be.
constexpr std::uint64_t kLargestSection = std::uint64_t{256} << 20;
// Each row of the line table is looked for in all of them; kernels have some dozen.
constexpr std::size_t kMostSections = 4096;

bool compressed_too_large(Elf_Scn* section, const GElf_Shdr& header) {
  if (!(header.sh_flags & SHF_COMPRESSED)) return false;
  GElf_Chdr compression;
  return !gelf_getchdr(section, &compression) || compression.ch_size > kLargestSection;
}

}  // namespace

Result<std::unique_ptr<ElfFile>> ElfFile::open(std::span<const std::byte> image) {
  if (elf_version(EV_CURRENT) == EV_NONE)
    return fail("The ELF library does not know the current ELF version.");
  if (image.size() > kLargestImage)
    return fail("The image is larger than 512 MiB and is not read for symbols.");
  auto file = std::make_unique<ElfFile>();
  file->bytes.assign(image.begin(), image.end());
  file->elf = elf_memory(reinterpret_cast<char*>(file->bytes.data()), file->bytes.size());
  GElf_Ehdr header;
  if (!file->elf || elf_kind(file->elf) != ELF_K_ELF || !gelf_getehdr(file->elf, &header)) {
    return fail("The image is not an ELF file, so it has no symbols to read.");
  }
  file->is_64_bit = gelf_getclass(file->elf) == ELFCLASS64;
  file->machine = header.e_machine;

  bool dwarf_is_usable = true;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(file->elf, section));) {
    GElf_Shdr shdr;
    Section entry;
    if (gelf_getshdr(section, &shdr)) {
      if (shdr.sh_flags & SHF_ALLOC) entry = {shdr.sh_addr, shdr.sh_size, shdr.sh_flags};
      if (compressed_too_large(section, shdr)) dwarf_is_usable = false;
    }
    const std::size_t number = elf_ndxscn(section);
    if (number >= kMostSections) continue;
    if (file->sections.size() <= number) file->sections.resize(number + 1);
    file->sections[number] = entry;
  }
  if (dwarf_is_usable) file->dwarf = dwarf_begin_elf(file->elf, DWARF_C_READ, nullptr);
  return file;
}

ElfFile::~ElfFile() {
  if (dwarf) dwarf_end(dwarf);
  if (elf) elf_end(elf);
}

bool ElfFile::executable(VirtAddr address) const {
  return std::ranges::any_of(sections, [&](const Section& section) {
    return (section.flags & SHF_EXECINSTR) && section.holds(address.value);
  });
}

}  // namespace ringside
