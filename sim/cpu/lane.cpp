// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/lane.h"

#include <algorithm>

#include "sim/cpu/paging.h"

namespace ringside {
namespace {

constexpr std::uint64_t kPageMask = 0xFFF;
constexpr std::uint64_t kFrame = 0x000F'FFFF'FFFF'F000;
constexpr std::uint64_t kPhysicalTop = std::uint64_t{1} << 40;  // CPUID says 40 bits

std::uint64_t unassigned_read(uc_engine*, std::uint64_t, unsigned size, void*) {
  return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
}
void unassigned_write(uc_engine*, std::uint64_t, unsigned, std::uint64_t, void*) {}

}  // namespace

std::optional<PhysAddr> AddressSpace::translate(const PhysicalMemory& memory, std::uint64_t linear) const {
  if (!(cr0 & cr0::pg)) return PhysAddr{linear & 0xFFFF'FFFF};
  if (!(cr4 & cr4::pae)) {
    linear &= 0xFFFF'FFFF;
    const std::uint64_t pde = memory.read({(cr3 & 0xFFFFF000) + (linear >> 22) * 4}, 4);
    if (!(pde & 1)) return std::nullopt;
    if ((pde & 0x80) && (cr4 & cr4::pse))
      return PhysAddr{(pde & 0xFFC00000) | ((pde >> 13 & 0xFF) << 32) | (linear & 0x3FFFFF)};
    const std::uint64_t pte = memory.read({(pde & 0xFFFFF000) + (linear >> 12 & 0x3FF) * 4}, 4);
    if (!(pte & 1)) return std::nullopt;
    return PhysAddr{(pte & 0xFFFFF000) | (linear & kPageMask)};
  }
  const bool long_mode = efer & efer::lma;
  std::uint64_t table = long_mode ? cr3 & kFrame : cr3 & 0xFFFFFFE0;
  if (!long_mode) linear &= 0xFFFF'FFFF;
  for (unsigned level = long_mode ? 4 : 3; level >= 1; --level) {
    const unsigned shift = 12 + 9 * (level - 1);
    const std::uint64_t entry = memory.read({table + (linear >> shift & 0x1FF) * 8}, 8);
    if (!(entry & 1)) return std::nullopt;
    const std::uint64_t below = (std::uint64_t{1} << shift) - 1;
    if (level == 1 || (level <= 3 && (entry & 0x80) && (long_mode || level == 2)))
      return PhysAddr{(entry & kFrame & ~below) | (linear & below)};
    table = entry & kFrame;
  }
  return std::nullopt;
}

Lane::Lane(const PhysicalMemory& memory, const ContextLayout& layout, uc_engine* engine)
    : memory_(memory), layout_(layout), engine_(engine), context_(engine) {
  std::byte* ram = memory.bytes().data();
  uc_mem_map_ptr(engine_, 0, kVgaHoleStart, UC_PROT_ALL, ram);
  uc_mem_map_ptr(engine_, kVgaTextStart, memory.size() - kVgaTextStart, UC_PROT_ALL, ram + kVgaTextStart);
  const auto nobody = [&](std::uint64_t from, std::uint64_t to) {
    uc_mmio_map(engine_, from, to - from, unassigned_read, nullptr, unassigned_write, nullptr);
  };
  nobody(kVgaHoleStart, kVgaTextStart);
  nobody(memory.size(), std::uint64_t{1} << 32);
  nobody(std::uint64_t{1} << 32, kPhysicalTop);
  uc_hook hook;
  uc_hook_add(engine_, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(&Lane::on_interrupt), this, 1, 0);
}

Lane::~Lane() { uc_close(engine_); }

void Lane::on_interrupt(uc_engine* engine, std::uint32_t vector, void* self) {
  static_cast<Lane*>(self)->vector_ = static_cast<std::uint8_t>(vector);
  uc_emu_stop(engine);
}

AddressSpace Lane::address_space() const {
  const auto control = [&](std::size_t n) { return context_.get<std::uint64_t>(layout_.control + 8 * n); };
  const std::size_t cs = layout_.segments + 24;
  const auto cs_flags = context_.get<std::uint32_t>(cs + 20);
  AddressSpace space{control(0), control(3), control(4), context_.get<std::uint64_t>(layout_.efer), 0, 64};
  if (!(space.efer & efer::lma) || !(cs_flags >> 21 & 1)) {
    space.bits = cs_flags >> 22 & 1 ? 32 : 16;
    space.cs_base = context_.get<std::uint64_t>(cs + 8);
  }
  return space;
}

uc_err Lane::start() {
  vector_.reset();
  cr2_before_ = context_.get<std::uint64_t>(layout_.control + 16);
  if (flush_tlb_) {
    uc_ctl_flush_tlb(engine_);
    flush_tlb_ = false;
  }
  const uc_err error = uc_emu_start(engine_, rip(), 0, 0, 0);
  context_.save();
  return error;
}

bool Lane::read_code(std::uint64_t linear, std::size_t size, CodeBytes& out) const {
  size = std::min(size, out.bytes.size());
  const auto first = space_.translate(memory_, linear);
  if (!first) return false;
  const std::size_t on_first = std::min<std::size_t>(size, 4096 - (linear & kPageMask));
  const std::byte* bytes = memory_.host(*first, on_first);
  if (!bytes) return false;
  std::copy_n(bytes, on_first, out.bytes.begin());
  out.first_page_address = *first;
  out.second_page_address = {};
  out.on_first_page = out.size = on_first;
  if (on_first == size) return true;
  const auto second = space_.translate(memory_, linear + on_first);
  if (!second) return true;  // what lies on the second page is not there to be fetched
  if (const std::byte* more = memory_.host(*second, size - on_first)) {
    std::copy_n(more, size - on_first, out.bytes.begin() + static_cast<std::ptrdiff_t>(on_first));
    out.second_page_address = *second;
    out.size = size;
  }
  return true;
}

bool Lane::raised_by_fetch() const {
  const std::uint64_t linear = space_.cs_base + rip();
  if (vector_ == 13) return space_.bits == 64 && !canonical(linear);
  if (vector_ != 14) return false;
  const std::uint64_t cr2 = context_.get<std::uint64_t>(layout_.control + 16);
  if (cr2 - linear >= 15) return false;
  CpuState cpu;
  store_context(context_, layout_, 2, cpu);
  return !walk(cpu, memory_, {cr2}, {.kind = AccessKind::fetch, .user = cpu.cpl == 3, .implicit = false})
              .ok();
}

}  // namespace ringside
