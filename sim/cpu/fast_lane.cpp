// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/fast_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace ringside {
namespace {

constexpr std::uint32_t kNotHere = 0x4000'0000;  // no run is left that long: see run()
constexpr std::uint64_t kMostTicks = 0x2000'0000;

FastLane* lane(void* self) { return static_cast<FastLane*>(self); }

}  // namespace

FastLane::FastLane(const PhysicalMemory& memory, const ContextLayout& layout, uc_engine* engine,
                   BlockDecoder& decoder, const TablePages& tables, const MemoryWatch& watched,
                   WrittenPages& written)
    : Lane(memory, layout, engine),
      decoder_(decoder),
      tables_(tables),
      watched_(watched),
      written_pages_(written),
      entries_(static_cast<Entry*>(std::calloc(kEntries, sizeof(Entry))), &std::free),
      code_on_page_(memory.size() / kPageBytes + 1) {
  if (!entries_) throw std::bad_alloc();
  uc_ctl_tlb_mode(engine_, UC_TLB_VIRTUAL);
  uc_hook hook;
  uc_hook_add(engine_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(&on_block), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_TLB_FILL, reinterpret_cast<void*>(&on_tlb_fill), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(&on_invalid), this, 1, 0);
}

void FastLane::forget_blocks() {
  for (Entry* entry : learned_) *entry = {};
  learned_.clear();
}

void FastLane::written(PhysAddr address, std::uint64_t length) {
  const std::uint64_t last = (address.value + length - 1) / kGranule;
  for (std::uint64_t granule = address.value / kGranule;
       granule <= last && granule / kGranules < code_on_page_.size(); ++granule) {
    const auto& page = code_on_page_[granule / kGranules];
    if (!page || !page->test(granule % kGranules)) continue;
    flush_code_ = true;
    ++stores_to_code_;
  }
}

FastRun FastLane::run(std::uint64_t ticks, bool watch_interrupts,
                      const std::vector<std::uint64_t>& addresses) {
  if (flush_code_) {
    uc_ctl_flush_tb(engine_);
    for (auto& page : code_on_page_) page.reset();
    decoded_.clear();
    forget_blocks();
    flush_code_ = false;
  }
  has_run_ = true;
  const unsigned bits_before = space_.bits;
  space_ = address_space();
  if (space_.bits != bits_before) forget_blocks();
  space_.put_into(paging_);
  paging_.cpl = context_.get<std::uint32_t>(layout_.hidden_flags) & 3;
  addresses_ = &addresses;
  watch_ = watch_interrupts;
  ticks = std::min(ticks, kMostTicks);
  left_ = watch_ ? 0 : ticks;
  set_aside_ = watch_ ? ticks : 0;
  block_ = nullptr;
  wanted_instructions_ = 0;
  stopped_ = invalid_ = false;
  const uc_err error = start();
  return finish(error, ticks);
}

void FastLane::on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* self) {
  FastLane& l = *lane(self);
  const Entry& entry = l.slot(address);
  if (entry.linear == address && entry.size == static_cast<std::uint16_t>(size) && entry.cost <= l.left_)
      [[likely]] {
    l.left_ -= entry.cost;
    l.block_ = &entry;
    return;
  }
  l.enter_block(address, size);
}

void FastLane::enter_block(std::uint64_t address, std::uint32_t size) {
  Entry& entry = slot(address);
  if (entry.linear != address || entry.size != size) learn(entry, address, size);
  bool here = entry.cost <= left_ + set_aside_;
  if (here && watch_) {
    std::uint64_t flags = 0;
    uc_reg_read(engine_, UC_X86_REG_RFLAGS, &flags);
    here = !(flags & rflags::if_);
  }
  if (!here) {
    wanted_instructions_ = entry.instructions;
    stopped_ = true;
    uc_emu_stop(engine_);
    return;
  }
  block_ = &entry;
  budget() -= entry.cost;
}

void FastLane::learn(Entry& entry, std::uint64_t address, std::uint32_t size) {
  if (learned_.size() >= kEntries) forget_blocks();
  learned_.push_back(&entry);
  entry = {.linear = address, .cost = kNotHere, .size = static_cast<std::uint16_t>(size), .instructions = 0};
  if (!read_code(address, size, code_) || code_.size != size) return;
  const Contents contents = contents_of(address);
  entry.instructions = contents.instructions;
  const auto stop_here = std::ranges::lower_bound(*addresses_, address);
  const bool stops = stop_here != addresses_->end() && *stop_here < address + size;
  if (contents.plain && !stops) entry.cost = contents.instructions;
}

FastLane::Contents FastLane::contents_of(std::uint64_t address) {
  const bool on_one_page = code_.on_first_page == code_.size;
  const std::uint64_t place = code_.first_page_address.value << 16 | space_.bits / 16 << 13 | code_.size;
  if (const auto known = decoded_.find(place); on_one_page && known != decoded_.end()) return known->second;
  const BlockContents block = decoder_.decode(code_.span(), address, space_.bits);
  note_code(code_.first_page_address, code_.on_first_page);
  note_code(code_.second_page_address, code_.size - code_.on_first_page);
  const bool plain =
      std::ranges::all_of(block.marks, [](const Mark& m) { return m.kind == InsnKind::repeated; });
  const Contents contents{static_cast<std::uint16_t>(block.instructions), plain && block.complete};
  if (decoded_.size() >= kMostDecoded) decoded_.clear();
  if (on_one_page) decoded_.emplace(place, contents);
  return contents;
}

void FastLane::note_code(PhysAddr at, std::uint64_t bytes) {
  if (bytes == 0) return;
  auto& page = code_on_page_[at.value / kPageBytes];
  if (!page) {
    page = std::make_unique<Granules>();
    uc_ctl_flush_tlb(engine_);  // it may have been writable up to now
  }
  for (std::uint64_t g = at.value / kGranule; g <= (at.value + bytes - 1) / kGranule; ++g)
    page->set(g % kGranules);
}

bool FastLane::on_tlb_fill(uc_engine*, std::uint64_t linear, uc_mem_type type, uc_tlb_entry* result,
                           void* self) {
  const AccessKind kind = type == UC_MEM_WRITE   ? AccessKind::write
                          : type == UC_MEM_FETCH ? AccessKind::fetch
                                                 : AccessKind::read;
  return lane(self)->fill(linear, kind, *result);
}

// False: the exact lane has to see what this access does.
bool FastLane::fill(std::uint64_t linear, AccessKind kind, uc_tlb_entry& result) {
  if (paging_.cr4 & cr4::smap) uc_reg_read(engine_, UC_X86_REG_RFLAGS, &paging_.rflags);
  const Walk way = walk(paging_, memory_, {linear}, {.kind = kind, .user = paging_.cpl == 3});
  if (!way.ok() || !marked(way, kind)) return false;
  const auto may = [&](AccessKind other) { return allows(paging_, way, other) && marked(way, other); };
  const std::uint64_t page = way.physical.value / kPageBytes;
  const auto withheld = [&](AccessKind access) {
    if (access == AccessKind::write &&
        ((page < code_on_page_.size() && code_on_page_[page]) || tables_.hold(way.physical)))
      return true;
    return watched_.any() && access != AccessKind::fetch &&
           watched_.watches_page(way.physical, access == AccessKind::write);
  };
  if (withheld(kind)) return false;
  unsigned rights = UC_PROT_NONE;
  if (may(AccessKind::read) && !withheld(AccessKind::read)) rights |= UC_PROT_READ;
  if (kind == AccessKind::write) {
    rights |= UC_PROT_WRITE;
    written_pages_.add_page(page);
  }
  if (may(AccessKind::fetch)) rights |= UC_PROT_EXEC;
  result.paddr = way.physical.value;
  result.perms = static_cast<uc_prot>(rights);
  return true;
}

bool FastLane::on_invalid(uc_engine*, void* self) {
  lane(self)->invalid_ = true;
  return false;
}

std::uint32_t FastLane::before(std::uint64_t linear) {
  const auto [start, cost, size, instructions] = *block_;
  if (linear - start >= size || !read_code(start, size, code_)) return cost;
  const auto code = code_.span();
  if (cut_bits_ != space_.bits || !std::ranges::equal(cut_code_, code)) {
    cut_starts_ = decoder_.decode(code, start, space_.bits).starts;
    cut_code_.assign(code.begin(), code.end());
    cut_bits_ = space_.bits;
  }
  const auto at = std::ranges::lower_bound(cut_starts_, linear - start);
  return static_cast<std::uint32_t>(at - cut_starts_.begin());
}

FastRun FastLane::finish(uc_err error, std::uint64_t ticks) {
  FastRun run;
  const auto used = [&] { return ticks - left_ - set_aside_; };
  const std::uint64_t linear = space_.cs_base + rip();
  run.ticks = used();
  run.exit.last_rip = linear;
  if (vector_ || invalid_) {
    run.kind = FastExit::exception;
    Exception& e = run.exit.exception;
    e.vector = invalid_ ? 6 : *vector_;
    e.error_code = invalid_ ? 0 : context_.get<std::uint32_t>(layout_.error_code);
    if (e.vector == 1) {
      e.source = Source::trap;
      e.dr6 = 1 << 14;
    }
    context_.put(layout_.control + 16, cr2_before_);
    context_.put<std::int32_t>(layout_.error_code, 0);
    context_.put<std::int32_t>(layout_.exception_in_flight, -1);
    context_.restore();
    if (e.source != Source::trap && block_)
      run.ticks -= block_->cost - std::min(before(linear) + 1, block_->cost);
    return run;
  }
  if (stopped_) {
    run.block_instructions = wanted_instructions_;
    return run;
  }
  if (block_) run.ticks -= block_->cost - std::min(before(linear), block_->cost);
  if (error == UC_ERR_EXCEPTION) return run;  // refused by fill()
  // Nobody answers where RIP leads: the exact lane knows what is fetched there.
  if (error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT) return run;
  if (error == UC_ERR_OK) {
    const auto opcode = space_.translate(memory_, linear - 1);
    run.kind = opcode && memory_.read(*opcode, 1) == 0xF4 ? FastExit::halt : FastExit::block;
    return run;
  }
  run.kind = FastExit::unsupported;
  run.exit.sentence = fmt::format("The CPU engine stopped at RIP {:#x}: {}.", rip(), uc_strerror(error));
  return run;
}

}  // namespace ringside
