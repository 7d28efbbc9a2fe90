// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's own breakpoints on one engine. Memory hooks slow an engine down, so they are there only while a
// data breakpoint is enabled.
//
// Data breakpoints see what instructions access; the pushes of a delivery and the instructions that sim/cpu
// runs itself hit none, nor does the second page of an access that lies in two.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

#include "sim/cpu/debug_registers.h"
#include "sim/cpu/lane.h"

namespace ringside {

class DebugWatch {
 public:
  explicit DebugWatch(uc_engine* engine) : engine_(engine) {}

  void set(const DebugBreakpoints& breakpoints);  // adds or takes away the hooks
  // `space` and `memory` must outlive the run.
  void begin_run(const AddressSpace& space, const PhysicalMemory& memory);

  unsigned executes(std::uint64_t linear) const {
    return on_execution_ ? execution_hits(breakpoints_, linear) : 0;
  }
  unsigned accessed() const { return hits_; }  // DR6 bits of the data breakpoints met in this run

 private:
  static void on_memory(uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t value,
                        void* self);
  bool meets(const DebugBreakpoint& one, std::uint64_t physical, std::uint64_t size) const;

  uc_engine* engine_;
  uc_hook hook_ = 0;
  bool hooked_ = false, on_execution_ = false;
  DebugBreakpoints breakpoints_;
  const AddressSpace* space_ = nullptr;
  const PhysicalMemory* memory_ = nullptr;
  unsigned hits_ = 0;
};

}  // namespace ringside
