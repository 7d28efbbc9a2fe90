// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/fast_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace ringside {
namespace {

constexpr std::uint32_t kNotHere = 0x4000'0000;   // no run is left that long: see run()
constexpr std::uint64_t kMostTicks = 0x2000'0000;
constexpr std::uint64_t kMostStringBytes = std::uint64_t{4} << 30;

FastLane* lane(void* self) { return static_cast<FastLane*>(self); }

}  // namespace

FastLane::FastLane(const PhysicalMemory& memory, const ContextLayout& layout, uc_engine* engine, BlockDecoder& decoder)
    : Lane(memory, layout, engine), decoder_(decoder), entries_(static_cast<Entry*>(std::calloc(kEntries, sizeof(Entry))), &std::free), code_on_page_(memory.size() / kPageBytes + 1) {
  if (!entries_) throw std::bad_alloc();
  uc_hook hook;
  uc_hook_add(engine_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(&on_block), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_EDGE_GENERATED, reinterpret_cast<void*>(&on_translation), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(&on_invalid), this, 1, 0);
}

void FastLane::forget_blocks() {
  for (Entry* entry : learned_) *entry = {};
  learned_.clear();
}

void FastLane::written(PhysAddr address, std::uint64_t length) {
  const std::uint64_t last = (address.value + length - 1) / kGranule;
  for (std::uint64_t granule = address.value / kGranule; granule <= last && granule / kGranules < code_on_page_.size(); ++granule) {
    const auto& page = code_on_page_[granule / kGranules];
    if (page && page->test(granule % kGranules)) flush_code_ = true;
  }
}

FastRun FastLane::run(std::uint64_t ticks, bool watch_interrupts, const std::vector<std::uint64_t>& addresses) {
  if (flush_code_) {
    uc_ctl_flush_tb(engine_);
    for (auto& page : code_on_page_) page.reset();
    forget_blocks();
    flush_code_ = false;
  }
  has_run_ = true;
  const unsigned bits_before = space_.bits;
  space_ = address_space();
  if (space_.bits != bits_before) forget_blocks();
  addresses_ = &addresses;
  watch_ = watch_interrupts;
  ticks = std::min(ticks, kMostTicks);
  left_ = watch_ ? 0 : ticks;
  set_aside_ = watch_ ? ticks : 0;
  block_ = space_.cs_base + rip();
  shape_ = {};
  wanted_instructions_ = 0;
  stopped_ = invalid_ = leave_ = false;
  slot(block_).shape.size = 0;  // a new translation at the start of a run is not announced
  flush_translations();
  const uc_err error = start();
  return finish(error, ticks);
}

void FastLane::on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* self) {
  FastLane& l = *lane(self);
  const Entry& entry = l.slot(address);
  const auto shape = std::bit_cast<std::uint64_t>(entry.shape);
  if (entry.linear == address && static_cast<std::uint32_t>(shape) == size) [[likely]] {
    const std::uint64_t left = l.left_, cost = shape >> 32;
    if (cost <= left) [[likely]] {
      l.left_ = left - cost;
      l.block_ = address;
      l.shape_ = std::bit_cast<Shape>(shape);
      return;
    }
  }
  l.enter_block(address, size);
}

void FastLane::enter_block(std::uint64_t address, std::uint32_t size) {
  const bool another_round = address == block_ && size == shape_.size;
  if (!another_round) notice_abandoned(address, size);
  block_ = address;
  shape_.size = size;
  Entry& entry = slot(address);
  if (entry.linear != address || entry.shape.size != size) learn(entry, address, size);
  const std::uint32_t cost = entry.alone ? 1 : entry.shape.cost;
  bool here = !leave_ && cost <= left_ + set_aside_;
  if (here && entry.repeats && !another_round) here = !overwrites_itself(address, size);
  if (here && watch_) {
    std::uint64_t flags = 0;
    uc_reg_read(engine_, UC_X86_REG_RFLAGS, &flags);
    here = !(flags & rflags::if_);
  }
  if (!here) {
    wanted_instructions_ = leave_ || entry.alone ? 1 : entry.instructions;
    shape_.cost = 0;
    stopped_ = true;
    uc_emu_stop(engine_);
    return;
  }
  budget() -= cost;
  shape_.cost = cost;
}

void FastLane::learn(Entry& entry, std::uint64_t address, std::uint32_t size) {
  if (learned_.size() >= kEntries) forget_blocks();
  learned_.push_back(&entry);
  entry = {.linear = address, .shape = {size, kNotHere}, .instructions = 0, .alone = false, .repeats = false};
  if (!read_code(address, size, code_) || code_.size != size) return;
  const BlockContents contents = decoder_.decode(code_.span(), address, space_.bits);
  entry.instructions = contents.instructions;
  const auto stop_here = std::ranges::lower_bound(*addresses_, address);
  const bool plain = std::ranges::all_of(contents.marks, [](const Mark& m) { return m.kind == InsnKind::repeated; });
  const bool stops = stop_here != addresses_->end() && *stop_here < address + size;
  if (contents.complete && plain && !stops) {
    entry.alone = contents.instructions == 1;
    entry.repeats = entry.alone && !contents.marks.empty();
    if (!entry.alone) entry.shape.cost = contents.instructions;
  }
  const auto note = [&](PhysAddr at, std::uint64_t bytes) {  // on one page
    if (bytes == 0) return;
    auto& page = code_on_page_[at.value / kPageBytes];
    if (!page) page = std::make_unique<Granules>();
    for (std::uint64_t g = at.value / kGranule; g <= (at.value + bytes - 1) / kGranule; ++g) page->set(g % kGranules);
  };
  note(code_.first_page_address, code_.on_first_page);
  note(code_.second_page_address, size - code_.on_first_page);
}

void FastLane::on_translation(uc_engine*, uc_tb* now, uc_tb*, void* self) {
  FastLane& l = *lane(self);
  Entry& entry = l.slot(now->pc);
  if (entry.linear == now->pc) entry.shape.size = 0;
  // Unicorn watches for stores to a page of new code only through the address the code runs at. With the TLB empty, the
  // first store through any other mapping is noticed too.
  uc_ctl_flush_tlb(l.engine_);
}

// A block of one instruction is entered that lies inside the block being run. Either that block ended by going there, or
// it was abandoned because the instruction there is about to overwrite it; then what was counted from there on has not
// run and will be counted again.
void FastLane::notice_abandoned(std::uint64_t address, std::uint32_t size) {
  if (address - block_ >= shape_.size || shape_.cost == 0) return;
  if (!read_code(block_, shape_.size, code_)) return;
  const BlockContents contents = decoder_.decode(code_.span(), block_, space_.bits);
  const auto at = std::ranges::find(contents.starts, address - block_);
  if (at == contents.starts.end() || size >= 16) return;
  const bool last = at + 1 == contents.starts.end();
  if (size != (last ? shape_.size : at[1]) - *at) return;
  const auto index = static_cast<std::uint32_t>(at - contents.starts.begin());
  const auto op = opcode_of(code_.span().subspan(*at), space_.bits);
  if (!op || is_branch(*op) || (repeats(*op) && !string_store_hits(*op, code_))) return;
  budget() += shape_.cost - index;
  shape_.cost = 0;
  set_aside_ += left_;
  left_ = 0;
  leave_ = true;
}

bool FastLane::overwrites_itself(std::uint64_t address, std::uint32_t size) {
  if (!read_code(address, size, code_)) return true;
  const auto op = opcode_of(code_.span(), space_.bits);
  if (!op) return true;
  std::uint64_t rdi = 0, rcx = 0, flags = 0;
  uc_reg_read(engine_, UC_X86_REG_RDI, &rdi);
  uc_reg_read(engine_, UC_X86_REG_RCX, &rcx);
  uc_reg_read(engine_, UC_X86_REG_RFLAGS, &flags);
  const std::uint64_t bytes = rcx > kMostStringBytes / 8 ? kMostStringBytes : rcx * store_width(*op, space_.bits);
  const bool down = flags & rflags::df;
  const std::uint64_t to = down ? rdi + 8 : rdi + bytes;
  // Page by page, as far as it is mapped: where it is not, the instruction faults before it gets further.
  for (std::uint64_t from = (down ? to - bytes : rdi) & ~std::uint64_t{0xFFF}; from < to; from += 0x1000) {
    const auto page = space_.translate(memory_, from);
    if (!page && !down) return false;
    if (!page) continue;
    if (page->value >> 12 == code_.first_page_address.value >> 12) return true;
    if (code_.size > code_.on_first_page && page->value >> 12 == code_.second_page_address.value >> 12) return true;
  }
  return false;
}

bool FastLane::on_invalid(uc_engine*, void* self) {
  lane(self)->invalid_ = true;
  return false;
}

std::uint32_t FastLane::before(std::uint64_t linear) {
  if (linear - block_ >= shape_.size || !read_code(block_, shape_.size, code_)) return shape_.cost;
  const BlockContents contents = decoder_.decode(code_.span(), block_, space_.bits);
  const auto at = std::ranges::lower_bound(contents.starts, linear - block_);
  return static_cast<std::uint32_t>(at - contents.starts.begin());
}

FastRun FastLane::finish(uc_err error, std::uint64_t ticks) {
  FastRun run;
  const auto used = [&] { return ticks - left_ - set_aside_; };
  const std::uint64_t linear = space_.cs_base + rip();
  run.ticks = used();
  run.exit.last_rip = linear;
  if (vector_ || invalid_) {
    const bool fetch = !invalid_ && raised_by_fetch();
    run.kind = FastExit::exception;
    Exception& e = run.exit.exception;
    e.vector = invalid_ ? 6 : *vector_;
    e.error_code = invalid_ ? 0 : context_.get<std::uint32_t>(layout_.error_code);
    if (e.vector == 14) e.cr2 = context_.get<std::uint64_t>(layout_.control + 16);
    if (e.vector == 1) {
      e.source = Source::trap;
      e.dr6 = 1 << 14;
    }
    context_.put(layout_.control + 16, cr2_before_);
    context_.put<std::int32_t>(layout_.error_code, 0);
    context_.put<std::int32_t>(layout_.exception_in_flight, -1);
    context_.restore();
    if (fetch) {
      // Left to the exact lane, which knows whether the instruction at RIP is due.
      run.kind = FastExit::block;
      run.block_instructions = 1;
      return run;
    }
    if (e.source != Source::trap && shape_.cost > 0) run.ticks -= shape_.cost - std::min(before(linear) + 1, shape_.cost);
    return run;
  }
  if (stopped_) {
    run.block_instructions = wanted_instructions_;
    return run;
  }
  if (error == UC_ERR_OK) {
    if (shape_.cost > 0) run.ticks -= shape_.cost - std::min(before(linear), shape_.cost);
    const auto opcode = space_.translate(memory_, linear - 1);
    run.kind = opcode && memory_.read(*opcode, 1) == 0xF4 ? FastExit::halt : FastExit::block;
    return run;
  }
  if (error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT) return run;  // the exact lane says what it is
  run.kind = FastExit::unsupported;
  run.exit.sentence = fmt::format("The CPU engine stopped at RIP {:#x}: {}.", rip(), uc_strerror(error));
  return run;
}

}  // namespace ringside
