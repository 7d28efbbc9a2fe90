// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/debug_watch.h"

#include <algorithm>

namespace ringside {

void DebugWatch::set(const DebugBreakpoints& breakpoints) {
  if (breakpoints == breakpoints_) return;
  breakpoints_ = breakpoints;
  const auto any = [&](auto... kinds) {
    return std::ranges::any_of(breakpoints_,
                               [&](const DebugBreakpoint& b) { return ((b.on == kinds) || ...); });
  };
  on_execution_ = any(DebugBreakpoint::On::execution);
  const bool on_data = any(DebugBreakpoint::On::write, DebugBreakpoint::On::access);
  if (on_data == hooked_) return;
  if (on_data) {
    uc_hook_add(engine_, &hook_, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, reinterpret_cast<void*>(&on_memory),
                this, 1, 0);
  } else {
    uc_hook_del(engine_, hook_);
  }
  hooked_ = on_data;
  uc_ctl_flush_tb(engine_);  // whether code calls a hook is decided when it is translated
}

void DebugWatch::begin_run(const AddressSpace& space, const PhysicalMemory& memory) {
  hits_ = 0;
  space_ = &space;
  memory_ = &memory;
}

// The engine tells physical addresses. Within a page they are those of the linear address, so that few
// accesses need a walk.
bool DebugWatch::meets(const DebugBreakpoint& one, std::uint64_t physical, std::uint64_t size) const {
  constexpr std::uint64_t kInPage = 0xFFF;
  const std::uint64_t first = one.address.value & kInPage, from = physical & kInPage;
  if (from + size <= first || first + one.bytes <= from) return false;
  const auto watched = space_->translate(*memory_, one.address.value);
  return watched && (watched->value & ~kInPage) == (physical & ~kInPage);
}

void DebugWatch::on_memory(uc_engine*, uc_mem_type type, std::uint64_t address, int size, std::int64_t,
                           void* self) {
  DebugWatch& watch = *static_cast<DebugWatch*>(self);
  for (unsigned n = 0; n < watch.breakpoints_.size(); ++n) {
    const DebugBreakpoint& one = watch.breakpoints_[n];
    const bool wanted = one.on == DebugBreakpoint::On::access ||
                        (one.on == DebugBreakpoint::On::write && type == UC_MEM_WRITE);
    if (wanted && watch.meets(one, address, static_cast<std::uint64_t>(size))) watch.hits_ |= 1u << n;
  }
}

}  // namespace ringside
