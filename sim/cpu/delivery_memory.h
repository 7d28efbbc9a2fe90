// SPDX-License-Identifier: GPL-2.0-or-later
// Memory as a delivery sees it: the machine's memory, which is not touched, with the delivery's own writes in
// front. Private to the delivery.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <vector>

#include "sim/base/units.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/paging.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

// Accesses are the processor's own: supervisor whatever the CPL, and implicit (SDM 4.6). One that fails
// writes nothing and yields the walk that stopped it.
class DeliveryMemory {
 public:
  // `writes` collects what is written, in order. Both must outlive this object.
  DeliveryMemory(const PhysicalMemory& memory, std::vector<MemoryWrite>& writes)
      : memory_(memory), writes_(writes) {}

  // 1 to 8 bytes, little endian; may cross a page border.
  std::expected<std::uint64_t, Walk> read(const CpuState&, VirtAddr, unsigned size);
  std::expected<void, Walk> write(const CpuState&, VirtAddr, std::uint64_t value, unsigned size);

 private:
  struct Piece {
    PhysAddr physical;
    VirtAddr linear;
    unsigned offset = 0, size = 0;  // within the access, bytes
  };
  // An access in one or two pages.
  struct Pieces {
    std::array<Piece, 2> piece;
    unsigned count = 0;
  };

  std::expected<Pieces, Walk> translate(const CpuState&, VirtAddr, unsigned size, AccessKind);
  void mark_accessed(const Walk&);
  std::uint64_t read_physical(PhysAddr, unsigned size) const;

  const PhysicalMemory& memory_;
  std::vector<MemoryWrite>& writes_;
};

}  // namespace ringside
