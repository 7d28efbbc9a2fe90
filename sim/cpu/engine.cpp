// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/engine.h"

#include <algorithm>
#include <cstring>

#include "sim/cpu/debug_registers.h"
#include "sim/cpu/exact_lane.h"
#include "sim/cpu/fast_lane.h"
#include "sim/cpu/memory_watch.h"
#include "sim/cpu/open_engine.h"
#include "sim/cpu/table_pages.h"

namespace ringside {
namespace {

// Translated code: the fast lane keeps a whole kernel's, the exact lane what it meets on the way.
// Opening an engine writes all of its buffer, but for a last page that it keeps closed: the rest can be large
// pages of the host's.
constexpr std::uint32_t kFastBuffer = (4u << 20) + 4096, kExactBuffer = (2u << 20) + 4096;

// Fewer ticks than this are not worth a change of lanes.
constexpr std::uint64_t kWorthwhile = 8;

// What needs the exact lane once, such as a loop that polls a port, mostly needs it again soon, and a change
// of lanes costs as much as 20 instructions or so there. So as long as the fast lane does not get far, the
// exact lane takes more than the block that needs it: twice as much each time. To begin with a long stretch
// would translate code for the exact lane that runs but once.
constexpr std::uint64_t kFar = 64, kLongestStretch = 256;

}  // namespace

struct Engine::Impl {
  const ContextLayout& layout;
  BlockDecoder decoder;
  WrittenPages written;
  TablePages tables;
  MemoryWatch watch;
  CpuState paging;  // as much of it as says where the tables are
  std::unique_ptr<ExactLane> exact;
  std::unique_ptr<FastLane> fast;
  Lane* here = nullptr;                  // the lane that holds the state
  std::vector<std::uint64_t> addresses;  // sorted
  CpuState state;                        // as of the last time it was asked for
  bool state_is_old = true;
  std::uint64_t stretch = 1;
  std::uint64_t exact_ticks = 0;

  Impl(const ContextLayout& l, const PhysicalMemory& memory)
      : layout(l), written(memory.size()), tables(memory, written), watch(memory) {}

  void move_to(Lane& lane) {
    if (here == &lane) return;
    const std::size_t from = layout.registers;
    std::memcpy(lane.context().bytes() + from, here->context().bytes() + from, lane.context().size() - from);
    lane.context().restore();
    here = &lane;
  }
  void flush_translations() {
    exact->flush_translations();
    if (fast) {
      fast->flush_translations();
      fast->forget_blocks();
    }
  }
  // The tables that translate from now on, and where watched linear addresses lie by them.
  void follow_translation() {
    const AddressSpace space = here->address_space();
    space.put_into(paging);
    tables.follow(paging);
    if (watch.any() && watch.follow(space) && fast) fast->flush_translations();
  }
  EngineExit run(const RunRequest& request);
};

EngineExit Engine::Impl::run(const RunRequest& request) {
  follow_translation();
  watch.clear_hits();
  EngineExit total;
  RunRequest rest = request;
  while (rest.ticks > 0) {
    // RF lasts for one instruction, and debug registers want each looked at.
    const bool resuming = here->context().get<std::uint64_t>(layout.flags) & rflags::rf;
    const bool exactly =
        request.exact || !fast || rest.ticks < kWorthwhile || resuming || any_debug_breakpoint(state.dr7);
    RunRequest part = rest;
    if (!exactly) {
      move_to(*fast);
      FastRun run = fast->run(rest.ticks, rest.watch_interrupts, addresses);
      total.ticks += run.ticks;
      rest.ticks -= run.ticks;
      if (run.ticks > 0) rest.skip_first_address = false;
      if (run.kind != FastExit::block) {
        run.exit.ticks = total.ticks;
        run.exit.kind = run.kind == FastExit::exception ? ExitKind::exception
                        : run.kind == FastExit::halt    ? ExitKind::halt
                                                        : ExitKind::unsupported;
        return run.exit;
      }
      if (rest.ticks == 0) break;
      part = rest;
      stretch = run.ticks >= kFar ? 1 : std::min(stretch * 2, kLongestStretch);
      const std::uint64_t least = request.restless ? 1 : stretch;
      part.ticks = std::min(rest.ticks, std::max(run.block_instructions, least));
    }
    move_to(*exact);
    EngineExit exit = exact->run(part, addresses, total.ticks);
    exact_ticks += exit.ticks;
    total.ticks += exit.ticks;
    rest.ticks -= exit.ticks;
    if (exit.ticks > 0) rest.skip_first_address = false;
    if (exact->translation_changed()) {
      flush_translations();
      follow_translation();
    }
    if (exit.kind != ExitKind::deadline) {
      exit.ticks = total.ticks;
      return exit;
    }
    total.last_rip = exit.last_rip;
  }
  total.kind = ExitKind::deadline;
  return total;
}

Result<std::unique_ptr<Engine>> Engine::create(const PhysicalMemory& memory, PortClient& client, bool fast) {
  const auto& layout = context_layout();
  if (!layout) return std::unexpected(layout.error());
  auto impl = std::make_unique<Impl>(*layout, memory);
  auto exact = open_engine(kExactBuffer);
  if (!exact) return std::unexpected(exact.error());
  book_buffer(*exact);
  auto written = [i = impl.get()](PhysAddr address, std::uint64_t length) {
    i->written.add(address, length);
    if (i->fast) i->fast->written(address, length);
  };
  impl->exact = std::make_unique<ExactLane>(memory, *layout, *exact, client, impl->decoder, impl->tables,
                                            impl->watch, std::move(written));
  if (fast) {
    auto engine = open_engine(kFastBuffer);
    if (!engine) return std::unexpected(engine.error());
    book_buffer(*engine);
    impl->fast = std::make_unique<FastLane>(memory, *layout, *engine, impl->decoder, impl->tables,
                                            impl->watch, impl->written);
  }
  impl->here = impl->exact.get();
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

EngineExit Engine::run(const RunRequest& request) {
  impl_->state_is_old = true;
  return impl_->run(request);
}

std::uint64_t Engine::exact_ticks() const { return impl_->exact_ticks; }
std::uint64_t Engine::decoded() const { return impl_->decoder.decoded(); }
std::uint64_t Engine::stores_to_code() const { return impl_->fast ? impl_->fast->stores_to_code() : 0; }
void Engine::stop_soon() { impl_->exact->stop_soon(); }

const CpuState& Engine::state() {
  if (impl_->state_is_old) {
    std::uint64_t flags = 0;
    uc_reg_read(impl_->here->engine(), UC_X86_REG_RFLAGS, &flags);
    store_context(impl_->here->context(), impl_->layout, flags, impl_->state);
    uc_reg_read(impl_->here->engine(), UC_X86_REG_CR8, &impl_->state.cr8);
    impl_->state_is_old = false;
  }
  return impl_->state;
}

void Engine::load(const CpuState& state) {
  impl_->state = state;
  impl_->state_is_old = false;
  load_context(impl_->here->context(), impl_->layout, state);
  impl_->here->context().restore();
  impl_->exact->set_breakpoints(debug_breakpoints(state.dr, state.dr7));
}

FloatingPoint Engine::read_floating_point() {
  FloatingPoint fp;
  uc_engine* engine = impl_->here->engine();
  uc_reg_read(engine, UC_X86_REG_FPCW, &fp.fcw);
  uc_reg_read(engine, UC_X86_REG_FPSW, &fp.fsw);
  uc_reg_read(engine, UC_X86_REG_FPTAG, &fp.ftw);
  uc_reg_read(engine, UC_X86_REG_MXCSR, &fp.mxcsr);
  for (int i = 0; i < 8; ++i) {
    std::uint8_t raw[16] = {};
    uc_reg_read(engine, UC_X86_REG_ST0 + i, raw);
    std::memcpy(&fp.st[static_cast<std::size_t>(i)].significand, raw, 8);
    std::memcpy(&fp.st[static_cast<std::size_t>(i)].sign_exponent, raw + 8, 2);
  }
  for (int i = 0; i < 16; ++i) uc_reg_read(engine, UC_X86_REG_XMM0 + i, &fp.xmm[static_cast<std::size_t>(i)]);
  return fp;
}

void Engine::load_floating_point(const FloatingPoint& fp) {
  uc_engine* engine = impl_->here->engine();
  uc_reg_write(engine, UC_X86_REG_FPCW, &fp.fcw);
  uc_reg_write(engine, UC_X86_REG_FPSW, &fp.fsw);
  uc_reg_write(engine, UC_X86_REG_FPTAG, &fp.ftw);
  uc_reg_write(engine, UC_X86_REG_MXCSR, &fp.mxcsr);
  for (int i = 0; i < 8; ++i) {
    const X87& st = fp.st[static_cast<std::size_t>(i)];
    std::uint8_t raw[16] = {};
    std::memcpy(raw, &st.significand, 8);
    std::memcpy(raw + 8, &st.sign_exponent, 2);
    uc_reg_write(engine, UC_X86_REG_ST0 + i, raw);
  }
  for (int i = 0; i < 16; ++i)
    uc_reg_write(engine, UC_X86_REG_XMM0 + i, &fp.xmm[static_cast<std::size_t>(i)]);
  impl_->here->context().save();
}

bool Engine::interrupts_on() const {
  return impl_->here->context().get<std::uint64_t>(impl_->layout.flags) & rflags::if_;
}
bool Engine::interrupt_shadow() const {
  return impl_->here->context().get<std::uint32_t>(impl_->layout.hidden_flags) >> 3 & 1;
}
std::uint64_t Engine::linear_rip() const { return impl_->here->address_space().cs_base + impl_->here->rip(); }

void Engine::stop_at(std::vector<std::uint64_t> addresses) {
  std::ranges::sort(addresses);
  if (addresses == impl_->addresses) return;
  impl_->addresses = std::move(addresses);
  if (impl_->fast) impl_->fast->forget_blocks();
}

EngineSnapshot Engine::save() {
  EngineSnapshot snapshot;
  snapshot.state = state();
  const Context& context = impl_->here->context();
  snapshot.context.assign(context.bytes() + impl_->layout.registers, context.bytes() + context.size());
  return snapshot;
}

void Engine::restore(const EngineSnapshot& snapshot) {
  const AddressSpace translates = impl_->here->address_space();
  Context& context = impl_->here->context();
  std::memcpy(context.bytes() + impl_->layout.registers, snapshot.context.data(), snapshot.context.size());
  context.restore();
  impl_->state = snapshot.state;
  impl_->state_is_old = false;
  impl_->exact->set_breakpoints(debug_breakpoints(snapshot.state.dr, snapshot.state.dr7));
  impl_->stretch = 1;
  if (translates == impl_->here->address_space()) {
    impl_->exact->flush_translations();
    if (impl_->fast) impl_->fast->flush_translations();
  } else {
    impl_->flush_translations();
  }
}

void Engine::take_written_pages(const std::function<void(std::uint32_t, bool)>& each) {
  for (const std::uint32_t page : impl_->written.pages()) each(page, true);
  for (const std::uint32_t page : impl_->tables.pages()) each(page, false);
  if (impl_->tables.too_many())  // nobody knows which: any
    for (std::uint32_t page = 0; page < impl_->written.pages_of_ram(); ++page) each(page, false);
  impl_->written.clear();
  if (impl_->fast) impl_->fast->flush_translations();
}

void Engine::watch_memory(std::vector<WatchedMemory> ranges) {
  if (!impl_->watch.set(std::move(ranges))) return;
  impl_->exact->watch_loads(impl_->watch.any_loads());
  impl_->watch.follow(impl_->here->address_space());
  if (impl_->fast) impl_->fast->flush_translations();
}

const std::vector<MemoryAccess>& Engine::watch_hits() const { return impl_->watch.hits(); }
void Engine::accessed(PhysAddr address, std::uint64_t length, bool store) {
  impl_->watch.accessed(address, length, store);
}
void Engine::clear_watch_hits() { impl_->watch.clear_hits(); }

void Engine::memory_written(PhysAddr address, std::uint64_t length) {
  impl_->written.add(address, length);
  if (impl_->fast) impl_->fast->written(address, length);
  if (impl_->tables.hold(address, length)) {
    impl_->tables.written(address, length);
    impl_->flush_translations();
  }
}

void Engine::memory_replaced() {
  if (impl_->fast) impl_->fast->forget_code();
  impl_->tables.forget();
  impl_->flush_translations();
}

void Engine::translation_changed() { impl_->flush_translations(); }

}  // namespace ringside
