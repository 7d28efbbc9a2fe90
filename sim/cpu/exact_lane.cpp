// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/exact_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ranges>

#include "sim/cpu/corrections.h"
#include "sim/cpu/operand.h"

namespace ringside {
namespace {

constexpr std::uint64_t kNoMark = ~std::uint64_t{0};
constexpr std::size_t kMostBlocks = 1 << 16;

ExactLane* lane(void* self) { return static_cast<ExactLane*>(self); }

}  // namespace

ExactLane::ExactLane(const PhysicalMemory& memory, const ContextLayout& layout, uc_engine* engine,
                     PortClient& client, BlockDecoder& decoder, TablePages& tables, MemoryWatch& watch,
                     std::function<void(PhysAddr, std::uint64_t)> written)
    : Lane(memory, layout, engine),
      client_(client),
      decoder_(decoder),
      tables_(tables),
      memory_watch_(watch),
      written_(std::move(written)),
      probe_(engine),
      watch_(engine) {
  uc_hook hook;
  uc_hook_add(engine_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(&on_block), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(&on_code), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(&on_invalid), this, 1, 0);
  uc_hook_add(engine_, &hook, UC_HOOK_INSN, reinterpret_cast<void*>(&on_in), this, 1, 0, UC_X86_INS_IN);
  uc_hook_add(engine_, &hook, UC_HOOK_INSN, reinterpret_cast<void*>(&on_out), this, 1, 0, UC_X86_INS_OUT);
  uc_hook_add(engine_, &hook, UC_HOOK_MEM_WRITE, reinterpret_cast<void*>(&on_write), this, 1, 0);
}

EngineExit ExactLane::run(const RunRequest& request, const std::vector<std::uint64_t>& addresses,
                          std::uint64_t ticks_before) {
  request_ = request;
  addresses_ = &addresses;
  ticks_before_ = ticks_before;
  begun_ = 0;
  stop_soon_ = after_control_ = translation_changed_ = table_written_ = again_ = half_done_ = false;
  stored_.clear();
  debug_fault_ = 0;
  block_ = nullptr;
  space_ = address_space();
  ports_open_ = open_ports();
  resuming_ = context_.get<std::uint64_t>(layout_.flags) & rflags::rf;
  if (resuming_) request_.ticks = 1;
  watch_.begin_run(space_, memory_);
  last_ = space_.cs_base + rip();
  for (;;) {
    stopped_ = invalid_ = resume_ = entered_stale_ = false;
    stale_bytes_ = 0;
    next_mark_ = kNoMark;
    const uc_err error = start();
    if (resume_) continue;
    if (stale_bytes_ == 0) {
      EngineExit exit = finish(error);
      if (resuming_) end_resume_flag(exit);
      return exit;
    }
    uc_ctl_remove_cache(engine_, stale_from_, stale_from_ + stale_bytes_);
    if (entered_stale_) {
      // Where the jump from the last block was direct, RIP still names the jump, which has been made: with a
      // hook for every instruction the engine leaves it to that hook to set RIP. CS may be another than at
      // the start.
      const AddressSpace now = address_space();
      const std::uint64_t at = stale_from_ - now.cs_base;
      context_.put(layout_.rip, now.bits == 64 ? at : at & 0xFFFF'FFFF);
      context_.restore();
    }
  }
}

// The privilege level cannot change within a run, nor can IOPL where it matters: POPF changes it in ring 0
// alone.
bool ExactLane::open_ports() const {
  CpuState cpu;  // as much of it as the question needs
  cpu.cr0 = context_.get<std::uint64_t>(layout_.control);
  cpu.rflags = context_.get<std::uint64_t>(layout_.flags);
  cpu.cpl = context_.get<std::uint32_t>(layout_.hidden_flags) & 3;
  return ports_are_open(cpu);
}

void ExactLane::stop(ExitKind kind) {
  why_ = kind;
  stopped_ = true;
  uc_emu_stop(engine_);
}

void ExactLane::on_block(uc_engine*, std::uint64_t address, std::uint32_t size, void* self) {
  lane(self)->enter_block(address, size);
}

void ExactLane::enter_block(std::uint64_t address, std::uint32_t size) {
  // A loop's block over and over: on_write() would have seen it change.
  const bool same_again =
      block_ && block_->linear == address && code_.size == size && !overwritten_ && !table_written_;
  if (same_again) {
    again_ = begins_again(address);
    return begin_block(*block_);
  }
  block_ = nullptr;
  look_at_each_ = overwritten_ = false;
  next_mark_ = kNoMark;
  code_.size = code_.on_first_page = 0;
  if (!read_code(address, size, code_))
    return;  // not in RAM: nothing to compare, and only plain instructions
  again_ = begins_again(address);
  if (again_ && !stored_.empty()) take_back();
  if (blocks_.size() >= kMostBlocks) {
    blocks_.clear();
    uc_ctl_flush_tb(engine_);
  }
  const auto [place, is_new] = blocks_.try_emplace(code_.first_page_address.value << 16 | code_.size);
  Block& block = place->second;
  const bool same = block.linear == address && block.bits == space_.bits &&
                    std::memcmp(block.bytes.data(), code_.bytes.data(), code_.size) == 0;
  if (!same) {
    block.linear = address;
    block.bits = space_.bits;
    block.bytes.assign(code_.bytes.begin(), code_.bytes.begin() + static_cast<std::ptrdiff_t>(code_.size));
    BlockContents contents = decoder_.decode(code_.span(), address, space_.bits);
    block.marks = std::move(contents.marks);
    block.complete = contents.complete;
    if (!is_new) {
      stale_from_ = address;
      stale_bytes_ = size;
      entered_stale_ = true;
      stop(ExitKind::deadline);
      return;
    }
  }
  begin_block(block);
}

void ExactLane::begin_block(const Block& block) {
  block_ = &block;
  mark_ = 0;
  look_at_each_ = !block.complete;
  next_mark_ = look_at_each_ || block.marks.empty() ? kNoMark : block.linear + block.marks[0].offset;
}

// Only a branch, or another round of REP, comes back to the instruction just begun; RCX tells a round from a
// repetition. A round may have put another instruction there.
bool ExactLane::begins_again(std::uint64_t address) const {
  if (begun_ == 0 || address != last_) return false;
  if (last_repeats_) {
    std::uint64_t rcx = 0;
    uc_reg_read(engine_, UC_X86_REG_RCX, &rcx);
    return rcx == rcx_;
  }
  const auto op = opcode_of(code_.span(), space_.bits);
  return op && !is_branch(*op) && !repeats(*op);
}

// The engine stores what is not aligned byte by byte, and gives the instruction up when it comes to a byte of
// the block it runs: those in front have been stored, and must not be when it is begun again. It also forgets
// that it is no longer inside of such a store, and calls no hook for another one until it is started again.
void ExactLane::take_back() {
  for (const Stored& s : std::views::reverse(stored_)) memory_.write(s.address, s.before, s.size);
  stored_.clear();
  half_done_ = true;
}

void ExactLane::on_code(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  lane(self)->begin_instruction(address);
}

void ExactLane::begin_instruction(std::uint64_t address) {
  if (stopped_) return;  // a block to be translated again
  if (again_ && address == last_) {
    again_ = false;
    if (address == next_mark_) kind_of(address);  // the block's next mark is due
    return;
  }
  if (half_done_) {
    half_done_ = false;
    resume_ = true;
    return stop(ExitKind::deadline);
  }
  if (overwritten_ && block_) {
    // A store into this block, perhaps through another mapping, which the engine does not see: what follows
    // is stale.
    stale_from_ = block_->linear;
    stale_bytes_ = static_cast<std::uint32_t>(block_->bytes.size());
    return stop(ExitKind::deadline);
  }
  if (table_written_) {
    table_written_ = false;
    tables_.look_again();
    uc_ctl_flush_tlb(engine_);
    if (!still_there(address)) return stop(ExitKind::attention);
  }
  if (watch_.accessed()) return stop(ExitKind::exception);
  if (stop_soon_ || after_control_) return stop(ExitKind::attention);
  if (begun_ >= request_.ticks) return stop(ExitKind::deadline);
  if (request_.watch_interrupts && (begun_ > 0 || !request_.skip_first_address) && interruptible())
    return stop(ExitKind::interruptible);
  if (stops_at(address)) return stop(ExitKind::address);
  if (!resuming_ && (debug_fault_ = watch_.executes(address))) return stop(ExitKind::exception);
  last_repeats_ = false;
  if (address == next_mark_ || look_at_each_) {
    const InsnKind kind = kind_of(address);
    if (kind == InsnKind::ours || refused(kind, address)) return stop(ExitKind::ours);
    if (kind == InsnKind::undefined_flags && address != block_->linear) {
      resume_ = true;
      return stop(ExitKind::deadline);
    }
    if (kind == InsnKind::control || kind == InsnKind::translation || kind == InsnKind::guarded)
      after_control_ = true;
    if (kind == InsnKind::translation) translation_changed_ = true;
    last_repeats_ = kind == InsnKind::repeated;
    if (last_repeats_) uc_reg_read(engine_, UC_X86_REG_RCX, &rcx_);
  }
  last_ = address;
  ++begun_;
  stored_.clear();
}

// Whether fetching this instruction of the block anew would find the same bytes and change nothing in the
// tables.
bool ExactLane::still_there(std::uint64_t address) const {
  if (!block_) return false;
  CpuState cpu;
  space_.put_into(cpu);
  cpu.cpl = context_.get<std::uint32_t>(layout_.hidden_flags) & 3;
  const Walk fetch = walk(cpu, memory_, {address}, {.kind = AccessKind::fetch, .user = cpu.cpl == 3});
  const std::uint64_t offset = address - block_->linear;
  const PhysAddr before = offset < code_.on_first_page
                              ? code_.first_page_address + offset
                              : code_.second_page_address + (offset - code_.on_first_page);
  return fetch.ok() && marked(fetch, AccessKind::fetch) && fetch.physical == before;
}

// Whether the manual forbids what the engine would do: then it is ours to raise the exception.
bool ExactLane::refused(InsnKind kind, std::uint64_t address) {
  if (kind != InsnKind::guarded && kind != InsnKind::translation && (kind != InsnKind::port || ports_open_))
    return false;
  CpuState cpu;
  std::uint64_t flags = 0;
  uc_reg_read(engine_, UC_X86_REG_RFLAGS, &flags);
  probe_.save();
  store_context(probe_, layout_, flags, cpu);
  cpu.rip = address - space_.cs_base;
  return forbidden(cpu, memory_, instruction_at(cpu, memory_).span()).has_value();
}

InsnKind ExactLane::kind_of(std::uint64_t address) {
  if (look_at_each_) return classify(std::span(block_->bytes).subspan(address - block_->linear), space_.bits);
  const InsnKind kind = block_->marks[mark_++].kind;
  next_mark_ = mark_ < block_->marks.size() ? block_->linear + block_->marks[mark_].offset : kNoMark;
  return kind;
}

bool ExactLane::interruptible() const {
  std::uint64_t flags = 0;
  uc_reg_read(engine_, UC_X86_REG_RFLAGS, &flags);
  if (!(flags & rflags::if_)) return false;
  probe_.save();
  return !(probe_.get<std::uint32_t>(layout_.hidden_flags) >> 3 & 1);
}

void ExactLane::on_write(uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t, void* self) {
  ExactLane& l = *lane(self);
  const auto length = static_cast<std::uint64_t>(size);
  l.written_({address}, length);
  if (l.memory_watch_.any()) {
    l.memory_watch_.accessed({address}, length, true);
    l.stop_soon_ |= !l.memory_watch_.hits().empty();
  }
  if (l.tables_.hold({address}, length)) {
    l.tables_.written({address}, length);
    l.table_written_ = l.translation_changed_ = true;
  }
  const auto reaches = [&](PhysAddr start, std::size_t bytes) {
    return bytes > 0 && address + length > start.value && address < start.value + bytes;
  };
  const CodeBytes& code = l.code_;
  if (reaches(code.first_page_address, code.on_first_page) ||
      reaches(code.second_page_address, code.size - code.on_first_page)) {
    l.overwritten_ = true;
    if (length <= 8)
      l.stored_.push_back(
          {{address}, l.memory_.read({address}, static_cast<unsigned>(size)), static_cast<unsigned>(size)});
  }
}

bool ExactLane::stops_at(std::uint64_t address) const {
  return !addresses_->empty() && (begun_ > 0 || !request_.skip_first_address) &&
         std::binary_search(addresses_->begin(), addresses_->end(), address);
}

void ExactLane::watch_loads(bool on) {
  if (on == watches_loads_) return;
  if (on)
    uc_hook_add(engine_, &load_hook_, UC_HOOK_MEM_READ, reinterpret_cast<void*>(&on_read), this, 1, 0);
  else
    uc_hook_del(engine_, load_hook_);
  watches_loads_ = on;
  uc_ctl_flush_tb(engine_);  // whether code calls a hook is decided when it is translated
}

void ExactLane::on_read(uc_engine*, uc_mem_type, std::uint64_t address, int size, std::int64_t, void* self) {
  ExactLane& l = *lane(self);
  l.memory_watch_.accessed({address}, static_cast<std::uint64_t>(size), false);
  l.stop_soon_ |= !l.memory_watch_.hits().empty();
}

bool ExactLane::on_invalid(uc_engine*, void* self) {
  lane(self)->invalid_ = true;
  return false;
}

std::uint32_t ExactLane::on_in(uc_engine*, std::uint32_t port, int size, void* self) {
  ExactLane& l = *lane(self);
  return l.client_.port_read(l.ticks_before_ + l.begun_ - 1, l.last_, static_cast<std::uint16_t>(port),
                             static_cast<unsigned>(size));
}

void ExactLane::on_out(uc_engine*, std::uint32_t port, int size, std::uint32_t value, void* self) {
  ExactLane& l = *lane(self);
  l.client_.port_write(l.ticks_before_ + l.begun_ - 1, l.last_, static_cast<std::uint16_t>(port),
                       static_cast<unsigned>(size), value);
}

EngineExit ExactLane::finish(uc_err error) {
  EngineExit exit{.kind = why_, .ticks = begun_, .last_rip = last_, .exception = {}, .sentence = {}};
  if (vector_ || invalid_) return raised(std::move(exit));
  if (stopped_ && why_ == ExitKind::exception) {
    if (watch_.accessed()) return debug_trap(std::move(exit));
    ++exit.ticks;
    exit.last_rip = space_.cs_base + rip();
    exit.exception = {.vector = 1, .dr6 = debug_fault_};
  }
  if (stopped_) return exit;
  if (error == UC_ERR_OK) {
    std::array<std::byte, 1> opcode{};
    const auto at = space_.translate(memory_, space_.cs_base + rip() - 1);
    if (at) opcode[0] = static_cast<std::byte>(memory_.read(*at, 1));
    // HLT stops the engine behind itself; PAUSE and the like only yield.
    exit.kind = opcode[0] == std::byte{0xF4} ? ExitKind::halt : ExitKind::attention;
    return exit;
  }
  if (error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT) {
    // Nobody drives the bus: ones are fetched, and FF FF is no instruction.
    if (begun_ >= request_.ticks) return exit;
    ++exit.ticks;
    exit.last_rip = space_.cs_base + rip();
    exit.kind = ExitKind::exception;
    exit.exception.vector = 6;
    return exit;
  }
  exit.kind = ExitKind::unsupported;
  exit.sentence = fmt::format("The CPU engine stopped at RIP {:#x}: {}.", rip(), uc_strerror(error));
  return exit;
}

// A data breakpoint is a trap: the instruction that met it has run.
EngineExit ExactLane::debug_trap(EngineExit exit) const {
  exit.kind = ExitKind::exception;
  exit.exception = {.vector = 1, .source = Source::trap, .dr6 = watch_.accessed()};
  return exit;
}

// RF lasts for one instruction (SDM volume 3B 17.3.1.1), all rounds of a REP included. What the engine makes
// of it depends on where its blocks end. IRET has loaded an RF of its own.
void ExactLane::end_resume_flag(const EngineExit& exit) {
  if (begun_ == 0 || (exit.kind == ExitKind::exception && exit.exception.source != Source::trap)) return;
  const auto at = space_.translate(memory_, last_);
  const std::byte* bytes = at ? memory_.host(*at, 1) : nullptr;
  const std::size_t in_page = std::min<std::size_t>(15, 4096 - (last_ & 0xFFF));
  const auto op = bytes ? opcode_of({bytes, in_page}, space_.bits) : std::nullopt;
  if (op && op->map == 0 && op->byte == 0xCF) return;
  const bool another_round = op && (op->rep || op->repne) && space_.cs_base + rip() == last_;
  const auto flags = context_.get<std::uint64_t>(layout_.flags);
  context_.put(layout_.flags, another_round ? flags | rflags::rf : flags & ~rflags::rf);
  context_.restore();
}

EngineExit ExactLane::raised(EngineExit exit) {
  const bool fetch = !invalid_ && raised_by_fetch();
  exit.exception.vector = invalid_ ? 6 : *vector_;
  exit.exception.error_code = invalid_ ? 0 : context_.get<std::uint32_t>(layout_.error_code);
  if (exit.exception.vector == 14) exit.exception.cr2 = context_.get<std::uint64_t>(layout_.control + 16);
  if (exit.exception.vector == 1) {
    exit.exception.source = Source::trap;
    exit.exception.dr6 =
        1 << 14 | watch_.accessed();  // BS: the only debug exception the engine raises by itself
  }
  // Recognised by delivery, not before: CR2 and the engine's own note of an exception go back.
  context_.put(layout_.control + 16, cr2_before_);
  context_.put<std::int32_t>(layout_.error_code, 0);
  context_.put<std::int32_t>(layout_.exception_in_flight, -1);
  context_.restore();
  if (fetch && watch_.accessed()) return debug_trap(std::move(exit));
  if (fetch) {
    if (stop_soon_ || after_control_ || begun_ >= request_.ticks) {
      // The instruction at RIP was looked at but is not due yet.
      exit.kind = stop_soon_ || after_control_ ? ExitKind::attention : ExitKind::deadline;
      return exit;
    }
    if (request_.watch_interrupts && (begun_ > 0 || !request_.skip_first_address) && interruptible()) {
      exit.kind = ExitKind::interruptible;
      return exit;
    }
    // A breakpoint comes before what fetching the instruction raises, as the processor's own do (SDM volume
    // 3A table 6-2).
    if (stops_at(space_.cs_base + rip())) {
      exit.kind = ExitKind::address;
      return exit;
    }
    ++exit.ticks;
    exit.last_rip = space_.cs_base + rip();
  }
  exit.kind = ExitKind::exception;
  return exit;
}

}  // namespace ringside
