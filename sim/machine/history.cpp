// SPDX-License-Identifier: GPL-2.0-or-later
// Checkpoints: the machine put aside, and brought back.
#include <algorithm>
#include <cstring>
#include <new>

#include "sim/machine/machine_impl.h"
#include "sim/machine/state_hash.h"

namespace ringside {
namespace {

// So much of what happened is still there after going back to a checkpoint, whatever happened since.
constexpr std::size_t kEventsKept = 256, kDeliveriesKept = 2;

std::span<const std::byte, kImagePageBytes> page_of(std::span<const std::byte> ram, std::uint32_t page) {
  return ram.subspan(std::size_t{page} * kImagePageBytes).first<kImagePageBytes>();
}

}  // namespace

void Output::clear() {
  bytes_.clear();
  pieces_ = std::make_shared<OutputPieces>();
  in_pieces_ = 0;
}

std::shared_ptr<const OutputPieces> Output::pieces() {
  if (in_pieces_ < bytes_.size()) {
    auto more = std::make_shared<OutputPieces>(*pieces_);
    more->push_back(std::make_shared<const std::vector<std::uint8_t>>(
        bytes_.begin() + static_cast<std::ptrdiff_t>(in_pieces_), bytes_.end()));
    pieces_ = std::move(more);
    in_pieces_ = bytes_.size();
  }
  return pieces_;
}

void Output::restore(const std::shared_ptr<const OutputPieces>& pieces) {
  std::size_t same = 0;  // pieces that both have
  in_pieces_ = 0;
  while (same < pieces->size() && same < pieces_->size() && (*pieces)[same] == (*pieces_)[same])
    in_pieces_ += (*pieces)[same++]->size();
  bytes_.resize(in_pieces_);
  for (; same < pieces->size(); ++same)
    bytes_.insert(bytes_.end(), (*pieces)[same]->begin(), (*pieces)[same]->end());
  in_pieces_ = bytes_.size();
  pieces_ = pieces;
}

void ChangedPages::add(std::uint32_t page, bool stored) {
  if (page >= marks_.size()) marks_.resize(page + 1);
  if (marks_[page] == 0) pages_.push_back(page);
  marks_[page] = std::max<std::uint8_t>(marks_[page], stored ? 2 : 1);
}

void ChangedPages::clear() {
  for (const std::uint32_t page : pages_) marks_[page] = 0;
  pages_.clear();
}

std::shared_ptr<const Checkpoint> Machine::Impl::checkpoint() {
  bring_board_to_now();
  engine->take_written_pages([this](std::uint32_t page, bool stored) { changed.add(page, stored); });
  auto made = std::make_shared<Checkpoint>(base);
  Checkpoint& c = *made;
  for (const std::uint32_t page : changed.pages())
    if (c.memory.set(page, page_of(memory.bytes(), page), account) || changed.stored(page))
      c.written_pages.push_back(page);
  std::ranges::sort(c.written_pages);
  c.time = time;
  c.instructions = instructions;
  c.state_hash = state_hash(c.memory.hash());
  c.cpu = engine->save();
  c.board = board;
  c.halted = halted;
  c.nmi_pending = nmi_pending;
  c.nmi_blocked = nmi_blocked;
  c.final_stop = final_stop;
  c.events = events.total();
  c.newest_events = events.newest(kEventsKept);
  c.deliveries = delivery_count;
  const std::size_t kept = std::min(deliveries.size(), kDeliveriesKept);
  c.newest_deliveries.assign(deliveries.end() - static_cast<std::ptrdiff_t>(kept), deliveries.end());
  if (!base_commands || base_commands->size() != commands.size())
    base_commands = std::make_shared<const std::vector<LoggedCommand>>(commands);
  c.commands = base_commands;
  c.serial = serial.pieces();
  c.debug_console = debug_console.pieces();
  c.unmodelled_ports = unmodelled_ports;
  for (std::size_t port = ports_seen._Find_first(); port < ports_seen.size();
       port = ports_seen._Find_next(port))
    c.ports.push_back(static_cast<std::uint16_t>(port));
  c.event_kinds = kinds_seen;

  base = c.memory;
  forget_changes();
  return made;
}

void Machine::Impl::forget_changes() {
  engine->take_written_pages([](std::uint32_t, bool) {});
  changed.clear();
  ports_seen.reset();
  kinds_seen = {};
}

// Only what differs is written, so that code which did not change need not be translated again.
void Machine::Impl::put_page(std::uint32_t page, const std::byte* bytes) {
  static constexpr std::array<std::byte, kImagePageBytes> kZeros{};
  constexpr std::size_t kLine = 64;
  if (!bytes) bytes = kZeros.data();
  const std::uint64_t start = std::uint64_t{page} * kImagePageBytes;
  std::byte* ram_page = memory.bytes().data() + start;
  if (std::memcmp(ram_page, bytes, kImagePageBytes) == 0) return;
  for (std::size_t at = 0; at < kImagePageBytes; at += kLine) {
    if (std::memcmp(ram_page + at, bytes + at, kLine) == 0) continue;
    std::memcpy(ram_page + at, bytes + at, kLine);
    engine->memory_written({start + at}, kLine);
  }
}

void Machine::Impl::restore(const Checkpoint& c, Ticks same_until) {
  engine->take_written_pages([this](std::uint32_t page, bool) { changed.add(page, false); });
  base.differences(c.memory, [this](std::uint32_t page) { changed.add(page, false); });
  for (const std::uint32_t page : changed.pages()) put_page(page, c.memory.page(page));
  engine->restore(c.cpu);
  board = c.board;
  effects = {};
  time = c.time;
  instructions = c.instructions;
  halted = c.halted;
  nmi_pending = c.nmi_pending;
  nmi_blocked = c.nmi_blocked;
  next_board_event = next_event(board);
  final_stop = c.final_stop;
  events.restore(c.events, c.newest_events, same_until);

  // Of deliveries those still held that were before, or else the newest.
  while (!deliveries.empty() &&
         (deliveries.back().number >= c.deliveries || deliveries.back().time >= same_until))
    deliveries.pop_back();
  if (!c.newest_deliveries.empty()) {
    const std::uint32_t first = c.newest_deliveries.front().number;
    if (deliveries.empty() || deliveries.back().number + 1 < first) deliveries.clear();
    while (!deliveries.empty() && deliveries.back().number >= first) deliveries.pop_back();
    deliveries.insert(deliveries.end(), c.newest_deliveries.begin(), c.newest_deliveries.end());
  }
  delivery_count = c.deliveries;
  commands = *c.commands;
  base_commands = c.commands;
  serial.restore(c.serial);
  debug_console.restore(c.debug_console);
  unmodelled_ports = c.unmodelled_ports;
  unmodelled_seen.reset();
  for (const std::uint16_t port : unmodelled_ports) unmodelled_seen.set(port);
  mode_before = mode(engine->state());
  cpl_before = engine->state().cpl;
  control_before = control_values(engine->state());
  base = c.memory;
  forget_changes();
}

std::uint64_t Machine::Impl::state_hash(std::uint64_t memory_hash) {
  CpuState cpu = engine->state();
  cpu.fp = engine->read_floating_point();
  cpu.halted = halted;
  cpu.nmi_blocked = nmi_blocked;
  StateHash hash;
  hash.add(time);
  hash.add(instructions);
  hash.add_value(cpu);
  hash.add_value(board);
  hash.add_value(nmi_pending);
  hash.add(memory_hash);
  return hash.value();
}

Result<std::shared_ptr<const Checkpoint>> Machine::checkpoint() {
  try {
    return impl_->checkpoint();
  } catch (const std::bad_alloc&) {
    return fail("There is no memory left on this computer for another checkpoint.");
  }
}

void Machine::restore(const Checkpoint& checkpoint, Ticks same_until) {
  impl_->restore(checkpoint, same_until);
}

void Machine::stands_at(const Checkpoint& checkpoint) {
  impl_->base = checkpoint.memory;
  impl_->forget_changes();
}

void Machine::rebase(const Checkpoint& checkpoint) {
  impl_->base.differences(checkpoint.memory, [this](std::uint32_t page) { impl_->changed.add(page, false); });
  impl_->base = checkpoint.memory;
}

std::size_t Machine::checkpoint_bytes() const { return *impl_->account; }

std::uint64_t Machine::state_hash() const {
  impl_->bring_board_to_now();
  const std::span<const std::byte> ram = impl_->memory.bytes();
  std::uint64_t memory_hash = 0;
  for (std::uint32_t page = 0; page < ram.size() / kImagePageBytes; ++page)
    memory_hash += page_hash(page, page_of(ram, page));
  return impl_->state_hash(memory_hash);
}

}  // namespace ringside
