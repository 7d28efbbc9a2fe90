// SPDX-License-Identifier: GPL-2.0-or-later
// One Unicorn engine over the guest's memory, and what both lanes share: the saved context, the way an
// exception shows itself, and the translation of code addresses.
#pragma once

#include <unicorn/unicorn.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/cpu/block.h"
#include "sim/cpu/context_layout.h"
#include "sim/cpu/physical_memory.h"

namespace ringside {

// What translates code addresses while nothing may change it: taken at the start of a run.
struct AddressSpace {
  std::uint64_t cr0 = 0, cr3 = 0, cr4 = 0, efer = 0, cs_base = 0;
  unsigned bits = 64;  // of the code that runs
  bool operator==(const AddressSpace&) const = default;

  void put_into(CpuState& cpu) const {
    cpu.cr0 = cr0;
    cpu.cr3 = cr3;
    cpu.cr4 = cr4;
    cpu.efer = efer;
  }
  // Physical address of a linear one by the tables alone: no rights are checked, as the engine has done that.
  std::optional<PhysAddr> translate(const PhysicalMemory& memory, std::uint64_t linear) const;
};

// The bytes of a block: contiguous unless it crosses into a second page.
struct CodeBytes {
  std::array<std::byte, 4096 + 16> bytes;
  std::size_t size = 0;
  PhysAddr first_page_address;   // of the first byte
  PhysAddr second_page_address;  // of the first byte on the second page; 0 = none
  std::size_t on_first_page = 0;
  std::span<const std::byte> span() const { return {bytes.data(), size}; }
};

class Lane {
 public:
  Lane(const PhysicalMemory& memory, const ContextLayout& layout, uc_engine* engine);
  virtual ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  uc_engine* engine() const { return engine_; }
  Context& context() { return context_; }
  const Context& context() const { return context_; }

  void flush_translations() { flush_tlb_ = true; }
  std::uint64_t rip() const { return context_.get<std::uint64_t>(layout_.rip); }
  AddressSpace address_space() const;

 protected:
  // Runs from RIP until something stops it; afterwards the context holds the state. Returns Unicorn's error.
  uc_err start();
  bool read_code(std::uint64_t linear, std::size_t size, CodeBytes& out) const;
  // Whether the exception was raised by fetching the instruction at RIP, so that it was never begun.
  bool raised_by_fetch() const;

  const PhysicalMemory& memory_;
  const ContextLayout& layout_;
  uc_engine* engine_;
  Context context_;
  AddressSpace space_;
  std::optional<std::uint8_t> vector_;  // an exception was raised in this start()
  std::uint64_t cr2_before_ = 0;

 private:
  static void on_interrupt(uc_engine*, std::uint32_t vector, void* self);
  bool flush_tlb_ = false;
};

}  // namespace ringside
