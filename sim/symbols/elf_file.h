// SPDX-License-Identifier: GPL-2.0-or-later
// An ELF image opened with elfutils. The only header of this layer that shows libelf and libdw, for its .cpp
// files. libdw keeps caches behind its handles and is not thread safe (elfutils 0.188): whoever calls it
// holds `lock`.
#pragma once

#include <elfutils/libdw.h>
#include <gelf.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/base/units.h"

namespace ringside {

struct ElfFile {
  // Keeps a copy of `image`. An error when it is no ELF file; DWARF may be missing.
  static Result<std::unique_ptr<ElfFile>> open(std::span<const std::byte> image);
  ElfFile() = default;
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile();

  // Inside a section that is loaded and executed.
  bool executable(VirtAddr address) const;

  struct Section {
    std::uint64_t start = 0, size = 0, flags = 0;  // flags: SHF_...
    bool holds(std::uint64_t address) const { return address - start < size; }
  };

  std::vector<std::byte> bytes;
  Elf* elf = nullptr;
  Dwarf* dwarf = nullptr;  // null without debug information
  bool is_64_bit = true;
  GElf_Half machine = EM_NONE;    // EM_X86_64, EM_386
  std::vector<Section> sections;  // by section number; those that are not loaded have size 0
  mutable std::mutex lock;
};

}  // namespace ringside
