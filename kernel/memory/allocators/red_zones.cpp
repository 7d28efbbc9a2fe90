// SPDX-License-Identifier: MIT
#include "memory/allocators/red_zones.h"

#include <cstring>

namespace kernel {
namespace {

// The first byte that is not `filling`. Null if all are.
const uint8_t* first_other(const void* start, size_t bytes, uint8_t filling) {
  const auto* byte = static_cast<const uint8_t*>(start);
  for (size_t i = 0; i < bytes; ++i)
    if (byte[i] != filling) return byte + i;
  return nullptr;
}

}  // namespace

void GuardedBlock::mark_live() {
  red_zone.fill(kRedZone);
  memset(memory(), kFresh, bytes);
  memset(memory() + bytes, kRedZone, kRedZoneBytes);
  state = kLive;
}

void GuardedBlock::mark_dead() {
  memset(memory(), kReleased, bytes);
  state = kDead;
}

Defect GuardedBlock::check() const {
  const auto* start = reinterpret_cast<const std::byte*>(this + 1);
  if (const auto* byte = first_other(red_zone.data(), kRedZoneBytes, kRedZone))
    return {"something was written in front of the block", byte};
  if (state != kLive && state != kDead) return {"there is no block, or its header is overwritten", this};
  if (const auto* byte = first_other(start + bytes, kRedZoneBytes, kRedZone))
    return {"something was written behind the end of the block", byte};
  if (state == kDead)
    if (const auto* byte = first_other(start, bytes, kReleased))
      return {"something was written to the block after its release", byte};
  return {};
}

}  // namespace kernel
