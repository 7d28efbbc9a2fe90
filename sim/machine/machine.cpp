// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/machine/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sim/machine/machine_impl.h"
#include "sim/machine/state_hash.h"

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

Result<std::unique_ptr<Machine>> Machine::create(MachineConfig config) {
  if (config.memory_mib < kLeastMib || config.memory_mib > kMostMib)
    return fail(fmt::format("A machine with {} MiB of memory cannot be made: choose {} to {}.", config.memory_mib, kLeastMib, kMostMib));
  auto impl = std::make_unique<Impl>(std::move(config));
  try {
    impl->ram.resize(std::size_t{impl->config.memory_mib} << 20);
  } catch (const std::bad_alloc&) {
    return fail(fmt::format("There is not enough memory for a machine of {} MiB: choose fewer.", impl->config.memory_mib));
  }
  impl->memory = PhysicalMemory(impl->ram);
  auto engine = Engine::create(impl->memory, *impl, impl->config.execution == Execution::fast);
  if (!engine) return std::unexpected(engine.error());
  impl->engine = std::move(*engine);
  if (auto ready = impl->power_on(); !ready) return std::unexpected(ready.error());
  return std::unique_ptr<Machine>(new Machine(std::move(impl)));
}

Machine::Machine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Machine::~Machine() = default;

Result<void> Machine::Impl::power_on() {
  std::ranges::fill(ram, std::byte{0});
  const auto plane = std::span(ram).subspan(kVgaTextStart, kVgaTextBytes);
  for (std::size_t i = 0; i < plane.size(); i += 2) {
    plane[i] = std::byte{' '};
    plane[i + 1] = std::byte{0x07};
  }
  auto loaded = load({.image = config.image, .image_name = config.image_name, .command_line = config.command_line, .modules = config.modules}, ram);
  if (!loaded) return std::unexpected(loaded.error());
  entry = std::move(*loaded);
  const auto start = static_cast<std::int64_t>(config.start_time_unix);
  board = config.power_on == PowerOn::bios ? board_after_bios(ram.size(), start) : board_cold(ram.size(), start);
  engine->memory_written({0}, ram.size());
  engine->translation_changed();
  engine->load(entry_cpu(entry));
  engine->reset_floating_point();
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
  mode_before = mode(engine->state());
  cpl_before = engine->state().cpl;
  return {};
}

// Fills in what the caller left out: an event of now.
void Machine::Impl::record(Event event) {
  if (event.time == 0) event.time = time;
  if (event.instructions == 0) event.instructions = instructions;
  if (event.rip == 0) event.rip = engine->rip();
  if (stop_on.has(event.kind) && !stop_event) stop_event = events.total();
  events.push(event);
}

void Machine::Impl::record_board() {
  for (const BoardRecord& r : effects.records) {
    Event event{.time = r.time, .kind = EventKind::irq_raised, .line = r.line, .value = r.value};
    switch (r.kind) {
      case BoardRecord::Kind::irq_raised: break;
      case BoardRecord::Kind::irq_lowered: event.kind = EventKind::irq_lowered; break;
      case BoardRecord::Kind::eoi: event.kind = EventKind::eoi; break;
      case BoardRecord::Kind::console: debug_console.push_back(r.value); continue;
      case BoardRecord::Kind::serial:
        serial.push_back(r.value);
        event.kind = EventKind::serial_byte;
        if (until_serial && ends_with(serial, *until_serial)) serial_matched = true;
        break;
    }
    record(event);
  }
  effects.records.clear();
}

void Machine::Impl::write_memory(PhysAddr address, std::uint64_t value, unsigned size) {
  memory.write(address, value, size);
  engine->memory_written(address, size);
}

Stop Machine::Impl::ended(Stop s) {
  if (s.final()) final_stop = s;
  return s;
}

Stop Machine::step() { return impl_->run({.ignore_breakpoints = true}, true); }
Stop Machine::run(const RunLimits& limits) { return impl_->run(limits, false); }
// The same image was loaded into the same memory once, so it loads again.
void Machine::reset() { (void)impl_->power_on(); }

Result<void> Machine::apply(const Command& command) {
  Impl& m = *impl_;
  if (m.final_stop) return fail("The machine has stopped for good: reset it first.");
  m.record({.kind = EventKind::command, .value = static_cast<std::uint32_t>(m.commands.size())});
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
    ++m.time;
    ++m.instructions;
    if (auto s = m.deliver_now(e, m.engine->rip())) m.ended(*s);
  } else if (const auto* reg = std::get_if<SetRegister>(&command)) {
    CpuState cpu = m.engine->state();
    if (reg->gpr < 16) cpu.gpr[reg->gpr] = reg->value;
    else if (reg->gpr == 16) cpu.rip = reg->value;
    else if (reg->gpr == 17) cpu.rflags = (reg->value & 0x3F7FD5) | 2;
    else return fail("There is no such register: 0 to 15 are the general ones, 16 is RIP, 17 is RFLAGS.");
    m.engine->load(cpu);
  } else if (const auto* byte = std::get_if<SetMemory>(&command)) {
    m.write_memory(byte->address, byte->value, 1);
  }
  m.record_board();
  m.next_board_event = next_event(m.board);
  return {};
}

const CpuState& Machine::cpu() const {
  impl_->view = impl_->engine->state();
  impl_->view.fp = impl_->engine->read_floating_point();
  impl_->view.halted = impl_->halted;
  impl_->view.nmi_blocked = impl_->nmi_blocked;
  return impl_->view;
}
const Board& Machine::board() const {
  // Chips are brought to now when somebody looks, as they are when the guest does; nothing is due in between.
  advance(impl_->board, impl_->time, impl_->effects);
  impl_->record_board();
  impl_->next_board_event = next_event(impl_->board);
  return impl_->board;
}
const PhysicalMemory& Machine::memory() const { return impl_->memory; }
std::uint64_t Machine::instructions() const { return impl_->instructions; }
Ticks Machine::time() const { return impl_->time; }
const std::optional<Stop>& Machine::final_stop() const { return impl_->final_stop; }
const EventLog& Machine::events() const { return impl_->events; }
const std::deque<DeliveryRecord>& Machine::deliveries() const { return impl_->deliveries; }
const std::vector<LoggedCommand>& Machine::commands() const { return impl_->commands; }
const MachineConfig& Machine::config() const { return impl_->config; }
const EntryState& Machine::entry() const { return impl_->entry; }
std::span<const std::uint8_t> Machine::serial() const { return impl_->serial; }
std::span<const std::uint8_t> Machine::debug_console() const { return impl_->debug_console; }
std::vector<Breakpoint>& Machine::breakpoints() { return impl_->breakpoints; }

std::uint64_t Machine::state_hash() const {
  StateHash hash;
  hash.add(time());
  hash.add(instructions());
  hash.add_value(cpu());
  hash.add_value(board());
  hash.add_value(impl_->nmi_pending);
  hash.add(std::span<const std::byte>(impl_->ram));
  return hash.value();
}

}  // namespace ringside
