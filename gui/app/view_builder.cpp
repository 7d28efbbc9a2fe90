// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/view_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "gui/app/view_tables.h"

namespace ringside {
namespace {

constexpr std::size_t kMarks = 4096;        // of the time line
constexpr std::size_t kDeliveries = 64;     // in a view
constexpr std::size_t kMemoryBytes = 1024;  // in the memory panel

std::string short_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

bool is_trap(std::uint8_t vector) { return vector == 1 || vector == 3 || vector == 4; }

MemoryView bytes_at(const Machine& machine, std::uint64_t address) {
  MemoryView view{.address = address & ~std::uint64_t{15}, .bytes = {}};
  view.bytes.reserve(kMemoryBytes);
  while (view.bytes.size() < kMemoryBytes) {
    // Page by page: one walk serves all its bytes.
    const std::uint64_t at = view.address + view.bytes.size();
    const std::size_t room = std::min<std::size_t>(kMemoryBytes - view.bytes.size(), 0x1000 - (at & 0xFFF));
    const Walk w = walk(machine.cpu(), machine.memory(), {at}, {.kind = AccessKind::read});
    for (std::size_t i = 0; i < room; ++i)
      view.bytes.push_back(w.ok() ? static_cast<std::uint16_t>(machine.memory().read(w.physical + i, 1))
                                  : 0x100);
  }
  return view;
}

}  // namespace

ReadMemory linear_reader(const Machine& machine) {
  return [&machine](VirtAddr from, std::span<std::byte> into) {
    for (std::size_t done = 0; done < into.size();) {
      const std::uint64_t at = from.value + done;
      const std::size_t room = std::min<std::size_t>(into.size() - done, 0x1000 - (at & 0xFFF));
      const Walk w = walk(machine.cpu(), machine.memory(), {at}, {.kind = AccessKind::read});
      if (!w.ok() || !machine.memory().assigned(w.physical, room)) return false;
      for (std::size_t i = 0; i < room; ++i)
        into[done + i] = static_cast<std::byte>(machine.memory().read(w.physical + i, 1));
      done += room;
    }
    return true;
  };
}

ViewBuilder::ViewBuilder(std::shared_ptr<const Symbols> symbols) : symbols_(std::move(symbols)) {}

void ViewBuilder::forget() {
  deliveries_.clear();
  marks_.clear();
  events_seen_ = 0;
  sources_.forget();
}

DeliveryText ViewBuilder::describe(const DeliveryRecord& record) {
  DeliveryText words;
  if (record.code_bytes > 0) {
    const Disassembler disassembler(code_width(record.delivery.before));
    words.instruction = text(
        disassembler.decode(std::as_bytes(std::span(record.code)).first(record.code_bytes), {record.rip}));
  }
  words.place = symbols_->name({record.rip});
  if (const auto place = symbols_->source({record.rip})) {
    words.source = fmt::format("{}:{}", short_name(place->file), place->line);
    if (const auto line = sources_.line(place->file, place->line)) {
      std::string_view trimmed = *line;
      trimmed.remove_prefix(std::min(trimmed.find_first_not_of(" \t"), trimmed.size()));
      words.source += fmt::format("  {}", trimmed);
    }
  }
  return words;
}

void ViewBuilder::copy_deliveries(const Machine& machine, MachineView& view) {
  const auto& all = machine.deliveries();
  if (all.empty()) {
    deliveries_.clear();
    return;
  }
  const std::uint32_t oldest =
      all.size() > kDeliveries ? (all.end() - kDeliveries)->number : all.front().number;
  // Exceptions are rare and asked about long after; interrupts come a hundred times a second.
  std::erase_if(deliveries_, [&](const auto& known) {
    return known.first < oldest && known.second.record->delivery.attempts.front().exception.vector >= 32;
  });
  for (const DeliveryRecord& record : all) {
    const bool exception = record.delivery.attempts.front().exception.vector < 32;
    if (record.number < oldest && !exception) continue;
    if (!deliveries_.contains(record.number))
      deliveries_[record.number] = {std::make_shared<const DeliveryRecord>(record), describe(record)};
  }
  while (deliveries_.size() > 2 * kDeliveries) deliveries_.erase(deliveries_.begin());
  for (const auto& [number, known] : deliveries_) {
    view.deliveries.push_back(known.record);
    view.delivery_texts.push_back(known.text);
  }
}

void ViewBuilder::copy_marks(const Machine& machine, MachineView& view) {
  const EventLog& log = machine.events();
  if (log.total() < events_seen_) forget();
  for (std::uint64_t n = std::max(events_seen_, log.first()); n < log.total(); ++n) {
    const Event& e = log[n];
    TimeMark mark{.time = e.time, .instructions = e.instructions, .vector = e.vector, .delivery = e.delivery};
    if (e.kind == EventKind::interrupt)
      mark.kind = MarkKind::interrupt;
    else if (e.kind == EventKind::exception)
      mark.kind = is_trap(e.vector) ? MarkKind::trap : MarkKind::fault;
    else if (e.kind == EventKind::serial_byte)
      mark.kind = MarkKind::output;
    else if (e.kind == EventKind::command)
      mark.kind = MarkKind::key;
    else
      continue;
    // Neighbours of one kind that no screen could keep apart count as one.
    if (!marks_.empty() && marks_.back().kind == mark.kind && mark.kind != MarkKind::fault &&
        marks_.back().instructions + log.total() / 64 > mark.instructions && marks_.size() > kMarks / 2)
      continue;
    marks_.push_back(mark);
  }
  events_seen_ = log.total();
  if (marks_.size() > kMarks) {
    // Every second one goes, but never a fault.
    std::vector<TimeMark> fewer;
    bool keep = false;
    for (const TimeMark& mark : marks_)
      if (mark.kind == MarkKind::fault || (keep = !keep)) fewer.push_back(mark);
    marks_ = std::move(fewer);
  }
  view.marks = marks_;
}

Listing ViewBuilder::code(const Machine& machine, const ViewRequest& request) {
  const CpuState& cpu = machine.cpu();
  const bool flat = (cpu.efer & efer::lma) && cpu.cs.long_mode();
  const std::uint64_t rip = flat ? cpu.rip : cpu.cs.base + cpu.rip;
  const VirtAddr around{request.code_address ? request.code_address : rip};
  Listing listing;
  const ListingInputs inputs{.symbols = *symbols_,
                             .sources = &sources_,
                             .read = linear_reader(machine),
                             .width = code_width(cpu),
                             .registers = around.value == rip ? &cpu : nullptr};
  listing.rows = ringside::listing(inputs, {.around = around, .before = 40, .after = 80});
  if (const auto place = symbols_->source(around)) listing.file = short_name(place->file);
  const auto frames = symbols_->source_frames(around);
  if (!frames.empty()) listing.function = frames.front().function;
  return listing;
}

std::shared_ptr<MachineView> ViewBuilder::build(Machine& machine, const ViewRequest& request,
                                                RunState state) {
  auto view = std::make_shared<MachineView>();
  view->state = state;
  view->cpu = machine.cpu();
  view->instructions = machine.instructions();
  view->time = machine.time();
  view->image_name = machine.config().image_name;
  view->screen = screen(machine.board().vga, machine.memory().vga_text());
  view->palette = palette(machine.board().vga);
  view->symbols = symbols_;
  view->breakpoints = machine.breakpoints();
  view->pic = machine.board().pic;
  view->pit = machine.board().pit;
  copy_deliveries(machine, *view);
  copy_marks(machine, *view);
  // A listing that changes sixty times a second tells nobody anything.
  if (request.listing && state != RunState::running) view->listing = code(machine, request);
  if (request.walk) {
    std::uint64_t address = view->cpu.rip;
    if (!request.walk_text.empty())
      address = symbols_->resolve(request.walk_text).value_or(VirtAddr{address}).value;
    view->walk = walk(machine.cpu(), machine.memory(), {address}, request.walk_access);
  }
  if (request.memory) view->memory = bytes_at(machine, request.memory_address.value_or(view->cpu[Gpr::rsp]));
  for (const std::string& name : request.tables)
    if (auto table = view_table(name, machine, *symbols_, request)) view->tables.push_back(std::move(*table));
  return view;
}

}  // namespace ringside
