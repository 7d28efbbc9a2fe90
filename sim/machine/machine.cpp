// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/machine.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <string_view>

#include "sim/boot/bios_data.h"
#include "sim/boot/memory_map.h"
#include "sim/machine/machine_impl.h"

namespace ringside {
namespace {

constexpr std::uint32_t kLeastMib = 2, kMostMib = 3072;

// The state a Multiboot loader leaves: 32-bit protected mode, flat segments, paging and interrupts off.
// Source: Multiboot Specification 0.6.96 section 3.2; 2.0 section 3.5.
CpuState entry_cpu(const EntryState& entry) {
  CpuState cpu;
  constexpr std::uint16_t kCode32 = 0xC09B, kData32 = 0xC093;
  cpu.cs = {.selector = 0x08, .base = 0, .limit = 0xFFFFFFFF, .attributes = kCode32};
  const Segment data{.selector = 0x10, .base = 0, .limit = 0xFFFFFFFF, .attributes = kData32};
  cpu.ds = cpu.es = cpu.fs = cpu.gs = cpu.ss = data;
  cpu.ldtr = {.selector = 0, .base = 0, .limit = 0xFFFF, .attributes = 0x82};
  cpu.tr = {.selector = 0, .base = 0, .limit = 0xFFFF, .attributes = 0x8B};
  cpu.gdtr = {.base = 0, .limit = 0};
  cpu.idtr = {.base = 0, .limit = 0};
  cpu.cr0 = cr0::pe | cr0::et;
  cpu.rip = entry.eip;
  cpu[Gpr::rax] = entry.eax;
  cpu[Gpr::rbx] = entry.ebx;
  return cpu;
}

bool ends_with(const std::vector<std::uint8_t>& bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.end() - static_cast<std::ptrdiff_t>(text.size()),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace

bool GuestRam::allocate(std::size_t bytes) {
  // On a border of the host's large pages, and asking for them: what the guest reads here and there costs
  // less so.
  constexpr std::size_t kLargePage = 2 << 20;
  const std::size_t reserved = bytes + kLargePage;
  void* pages = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return false;
  mapping_ = pages;
  mapping_size_ = reserved;
  void* aligned = pages;
  std::size_t room = reserved;
  bytes_ = static_cast<std::byte*>(std::align(kLargePage, bytes, aligned, room));
  size_ = bytes;
  (void)madvise(bytes_, size_, MADV_HUGEPAGE);
  return true;
}

void GuestRam::clear() {
  if (madvise(bytes_, size_, MADV_DONTNEED) != 0) std::ranges::fill(bytes(), std::byte{0});
}

GuestRam::~GuestRam() {
  if (mapping_) munmap(mapping_, mapping_size_);
}

Result<std::unique_ptr<Machine>> Machine::create(MachineConfig config) {
  if (config.memory_mib < kLeastMib || config.memory_mib > kMostMib)
    return fail(fmt::format("A machine with {} MiB of memory cannot be made: choose {} to {}.",
                            config.memory_mib, kLeastMib, kMostMib));
  auto impl = std::make_unique<Impl>(std::move(config));
  const std::size_t bytes = std::size_t{impl->config.memory_mib} << 20;
  if (!impl->ram.allocate(bytes))
    return fail(fmt::format("There is not enough memory for a machine of {} MiB: choose fewer.",
                            impl->config.memory_mib));
  impl->memory = PhysicalMemory(impl->ram.bytes());
  auto engine = Engine::create(impl->memory, *impl, impl->config.execution != Execution::exact);
  if (!engine) return std::unexpected(engine.error());
  impl->engine = std::move(*engine);
  if (auto ready = impl->power_on(); !ready) return std::unexpected(ready.error());
  return std::unique_ptr<Machine>(new Machine(std::move(impl)));
}

Machine::Machine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Machine::~Machine() = default;

Result<void> Machine::Impl::power_on() {
  const auto plane = memory.bytes().subspan(kVgaTextStart, kVgaTextBytes);
  for (std::size_t i = 0; i < plane.size(); i += 2) {
    plane[i] = std::byte{' '};
    plane[i + 1] = std::byte{0x07};
  }
  auto loaded = load({.image = config.image,
                      .image_name = config.image_name,
                      .command_line = config.command_line,
                      .modules = config.modules},
                     memory.bytes());
  if (!loaded) return std::unexpected(loaded.error());
  entry = std::move(*loaded);
  const auto start = static_cast<std::int64_t>(config.start_time_unix);
  board = config.power_on == PowerOn::bios ? board_after_bios(memory.size(), start)
                                           : board_cold(memory.size(), start);
  engine->memory_replaced();
  forget_changes();
  base = MemoryImage(memory.size() / kImagePageBytes);
  base_commands.reset();
  // What is not zero now.
  engine->memory_written({kBiosDataArea}, kBiosDataEnd - kBiosDataArea);
  engine->memory_written({kLowMemoryEnd}, 1);  // EBDA
  engine->memory_written({kVgaTextStart}, kVgaTextBytes);
  engine->memory_written({entry.image_start}, entry.image_end - entry.image_start);
  for (const PlacedRange& range : entry.placed)
    engine->memory_written({range.start}, range.end - range.start);
  engine->load(entry_cpu(entry));
  engine->load_floating_point({});
  effects = {};
  time = instructions = 0;
  halted = nmi_pending = nmi_blocked = false;
  next_board_event = next_event(board);
  events.clear();
  deliveries.clear();
  delivery_count = 0;
  commands.clear();
  serial.clear();
  debug_console.clear();
  final_stop.reset();
  unmodelled_seen.reset();
  unmodelled_ports.clear();
  mode_before = mode(engine->state());
  cpl_before = engine->state().cpl;
  control_before = control_values(engine->state());
  return {};
}

Event Machine::Impl::at(Ticks when, std::uint64_t count, std::uint64_t rip, EventKind kind) const {
  return {.time = when, .instructions = count, .rip = rip, .kind = kind};
}

void Machine::Impl::record(const Event& event) {
  if (stop_on.has(event.kind) && !stop_event) stop_event = events.total();
  kinds_seen.add(event.kind);
  ++incidents;
  if (breaks_on_events && !event_breakpoint)
    for (std::uint32_t n = 0; n < active->size() && !event_breakpoint; ++n) {
      const Breakpoint& b = (*active)[n];
      if (b.enabled && b.kind == BreakKind::event && b.event.matches(event) && counts(n)) {
        event_breakpoint = n;
        stop_event = events.total();
      }
    }
  events.push(event);
}

// What happened in the chips is laid at the door of the instruction at `rip`, at the time it happened.
void Machine::Impl::record_board(std::uint64_t rip) {
  for (const BoardRecord& r : effects.records) {
    Event event =
        at(r.time, instructions + (halted ? 0 : r.time - std::min(r.time, time)), rip, EventKind::irq_raised);
    event.line = r.line;
    event.value = r.value;
    switch (r.kind) {
      case BoardRecord::Kind::irq_raised: break;
      case BoardRecord::Kind::irq_lowered: event.kind = EventKind::irq_lowered; break;
      case BoardRecord::Kind::eoi: event.kind = EventKind::eoi; break;
      case BoardRecord::Kind::console: debug_console.push_back(r.value); continue;
      case BoardRecord::Kind::serial:
        serial.push_back(r.value);
        event.kind = EventKind::serial_byte;
        if (until_serial && ends_with(serial.bytes(), *until_serial)) serial_matched = true;
        break;
    }
    record(event);
  }
  effects.records.clear();
}

void Machine::Impl::write_memory(PhysAddr address, std::uint64_t value, unsigned size) {
  engine->accessed(address, size, true);
  memory.write(address, value, size);
  engine->memory_written(address, size);
}

Stop Machine::Impl::ended(Stop s) {
  if (s.final()) final_stop = s;
  return s;
}

Stop Machine::step() { return impl_->run({.ignore_breakpoints = true}, true); }
Stop Machine::run(const RunLimits& limits) { return impl_->run(limits, false); }
void Machine::reset() {
  impl_->ram.clear();
  // The same image was loaded into the same memory once, so it loads again.
  (void)impl_->power_on();
}

Result<void> Machine::apply(const Command& command) {
  Impl& m = *impl_;
  if (m.final_stop) return fail("The machine has stopped for good: reset it first.");
  Event noted = m.now(EventKind::command);
  noted.value = static_cast<std::uint32_t>(m.commands.size());
  m.record(noted);
  m.commands.push_back({m.time, m.instructions, command});
  advance(m.board, m.time, m.effects);
  if (const auto* key = std::get_if<TypeKey>(&command)) {
    press_key(m.board, key->stroke.key, key->stroke.pressed, m.time, m.effects);
  } else if (const auto* input = std::get_if<SerialInput>(&command)) {
    receive_serial(m.board, input->byte, m.time, m.effects);
  } else if (std::holds_alternative<RaiseNmi>(command)) {
    m.nmi_pending = true;
  } else if (const auto* injected = std::get_if<InjectException>(&command)) {
    Exception e{.vector = injected->vector, .error_code = injected->error_code};
    if (e.vector == 14) e.cr2 = injected->cr2;
    if (injected->external) e = {.vector = injected->vector, .source = Source::external};
    ++m.time;
    ++m.instructions;
    if (auto s = m.deliver_now(e, m.engine->linear_rip())) m.ended(*s);
  } else if (const auto* reg = std::get_if<SetRegister>(&command)) {
    CpuState cpu = m.engine->state();
    if (reg->gpr < 16)
      cpu.gpr[reg->gpr] = reg->value;
    else if (reg->gpr == 16)
      cpu.rip = reg->value;
    else if (reg->gpr == 17)
      cpu.rflags = (reg->value & 0x3F7FD5) | 2;
    else
      return fail("There is no such register: 0 to 15 are the general ones, 16 is RIP, 17 is RFLAGS.");
    m.engine->load(cpu);
  } else if (const auto* byte = std::get_if<SetMemory>(&command)) {
    m.write_memory(byte->address, byte->value, 1);
  }
  m.record_board(m.engine->linear_rip());
  m.next_board_event = next_event(m.board);
  return {};
}

void Machine::adopt(const CpuState& cpu) {
  Impl& m = *impl_;
  const CpuState& now = m.engine->state();
  const bool translated_anew =
      now.cr0 != cpu.cr0 || now.cr3 != cpu.cr3 || now.cr4 != cpu.cr4 || now.efer != cpu.efer;
  m.engine->load(cpu);
  if (translated_anew) m.engine->translation_changed();
  m.engine->load_floating_point(cpu.fp);
  m.nmi_blocked = cpu.nmi_blocked;
  m.halted = cpu.halted;
}

const CpuState& Machine::cpu() const {
  impl_->view = impl_->engine->state();
  impl_->view.fp = impl_->engine->read_floating_point();
  impl_->view.halted = impl_->halted;
  impl_->view.nmi_blocked = impl_->nmi_blocked;
  return impl_->view;
}
const CpuState& Machine::registers() const { return impl_->engine->state(); }
// Chips are brought to now when somebody looks, as they are when the guest does; nothing is due in between.
void Machine::Impl::bring_board_to_now() {
  advance(board, time, effects);
  record_board(engine->linear_rip());
  next_board_event = next_event(board);
}
const Board& Machine::board() const {
  impl_->bring_board_to_now();
  return impl_->board;
}
const PhysicalMemory& Machine::memory() const { return impl_->memory; }
std::uint64_t Machine::instructions() const { return impl_->instructions; }
Ticks Machine::time() const { return impl_->time; }
// An instruction in the exact lane costs as much as so many in the fast one: measured.
std::uint64_t Machine::incidents() const { return impl_->all_incidents(); }
std::uint64_t Machine::effort() const { return impl_->effort + 32 * impl_->engine->exact_ticks(); }
const std::optional<Stop>& Machine::final_stop() const { return impl_->final_stop; }
const EventLog& Machine::events() const { return impl_->events; }
const std::deque<DeliveryRecord>& Machine::deliveries() const { return impl_->deliveries; }
const std::vector<LoggedCommand>& Machine::commands() const { return impl_->commands; }
const MachineConfig& Machine::config() const { return impl_->config; }
const EntryState& Machine::entry() const { return impl_->entry; }
std::span<const std::uint8_t> Machine::serial() const { return impl_->serial.bytes(); }
std::span<const std::uint8_t> Machine::debug_console() const { return impl_->debug_console.bytes(); }
std::vector<Breakpoint>& Machine::breakpoints() { return impl_->breakpoints; }

}  // namespace ringside
