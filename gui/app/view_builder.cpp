// SPDX-License-Identifier: GPL-2.0-or-later
#include "gui/app/view_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "sim/inspect/thread_tables.h"
#include "sim/inspect/topics.h"
#include "sim/inspect/words.h"
#include "sim/session/condition.h"

namespace ringside {
namespace {

constexpr std::size_t kDeliveries = 64;       // in a view
constexpr std::uint64_t kMemoryBytes = 1024;  // in the memory panel
constexpr std::size_t kHeapSamples = 1024;    // of the heap's past

bool is_exception(const DeliveryRecord& record) {
  return record.delivery.attempts.front().exception.vector < 32;
}

MemoryView bytes_at(const GuestMemory& guest, std::uint64_t address) {
  MemoryView view{.address = address & ~std::uint64_t{15}, .bytes = {}};
  view.bytes.reserve(kMemoryBytes);
  while (view.bytes.size() < kMemoryBytes) {
    // Page by page: what cannot be read cannot be read to the page's end.
    const std::uint64_t at = view.address + view.bytes.size();
    const std::uint64_t room = std::min(kMemoryBytes - view.bytes.size(), 0x1000 - (at & 0xFFF));
    const std::vector<std::byte> bytes = guest.readable({at}, room);
    for (std::uint64_t i = 0; i < room; ++i)
      view.bytes.push_back(i < bytes.size() ? std::to_integer<std::uint16_t>(bytes[i]) : kUnmappedByte);
  }
  return view;
}

}  // namespace

void ViewBuilder::forget() {
  deliveries_.clear();
  marks_ = {};
  marks_seen_ = 0;
  commands_.reset();
  listing_around_ = 0;
  heap_samples_.reset();
  session_.sources().forget();
}

DeliveryText ViewBuilder::describe(const DeliveryRecord& record) {
  const Symbols& symbols = session_.symbols();
  DeliveryText words;
  if (record.code_bytes > 0) {
    const Disassembler disassembler(code_width(record.delivery.before));
    words.instruction = text(
        disassembler.decode(std::as_bytes(std::span(record.code)).first(record.code_bytes), {record.rip}));
  }
  words.place = symbols.name({record.rip});
  words.source = source_words(symbols, record.rip);
  if (const auto place = symbols.source({record.rip}))
    if (const auto line = session_.sources().line(place->file, place->line)) {
      std::string_view trimmed = *line;
      trimmed.remove_prefix(std::min(trimmed.find_first_not_of(" \t"), trimmed.size()));
      words.source += fmt::format("  {}", trimmed);
    }
  return words;
}

BreakpointText ViewBuilder::describe(const Breakpoint& b) const {
  constexpr const char* kKinds[] = {"execute", "store", "load", "access", "change", "event"};
  BreakpointText words{
      .kind = kKinds[static_cast<unsigned>(b.kind)], .where = {}, .condition = text(b.condition)};
  if (b.kind == BreakKind::event)
    words.where = text(b.event);
  else if (b.kind == BreakKind::execute)
    words.where = place_words(session_.symbols(), b.address.value);
  else
    words.where =
        fmt::format("{} at {}{:#x}", bytes_words(b.length), b.physical ? "physical " : "", b.address.value);
  return words;
}

void ViewBuilder::copy_deliveries(MachineView& view) {
  const auto& all = session_.machine().deliveries();
  // Those of the future have not happened; on another branch they may never.
  std::erase_if(deliveries_,
                [&](const auto& known) { return all.empty() || known.first > all.back().number; });
  if (all.empty()) {
    deliveries_.clear();
    return;
  }
  // Interrupts come a hundred times a second, exceptions are rare and asked about long after: those are kept.
  const std::uint32_t oldest =
      all.size() > kDeliveries ? (all.end() - kDeliveries)->number : all.front().number;
  std::erase_if(deliveries_, [&](const auto& known) {
    return known.first < oldest && !is_exception(*known.second.record);
  });
  for (const DeliveryRecord& record : all)
    if ((record.number >= oldest || is_exception(record)) && !deliveries_.contains(record.number))
      deliveries_[record.number] = {std::make_shared<const DeliveryRecord>(record), describe(record)};
  while (deliveries_.size() > 2 * kDeliveries) deliveries_.erase(deliveries_.begin());
  for (const auto& [number, known] : deliveries_) {
    view.deliveries.push_back(known.record);
    view.delivery_texts.push_back(known.text);
  }
}

void ViewBuilder::copy_history(HistoryView& view) {
  const Timeline& timeline = session_.timeline();
  view.kept = timeline.keeps();
  view.now = timeline.now();
  view.end = timeline.end();
  view.in_past = timeline.in_past();
  view.branch = timeline.branch();
  view.branches = timeline.branches();
  for (const Position& p : timeline.checkpoints()) view.checkpoints.push_back(p.instructions);
  view.memory_used = timeline.memory_used();
  view.memory_limit = timeline.memory_limit();
  view.trouble = timeline.trouble();
  // What has been copied stays, unless the timeline has thinned out its marks.
  const std::vector<TimelineMark>& all = timeline.marks();
  const bool same =
      marks_seen_ == 0 || (marks_seen_ <= all.size() && all[marks_seen_ - 1].time == last_time_ &&
                           all[marks_seen_ - 1].kind == last_kind_);
  if (!same) {
    marks_ = {};
    marks_seen_ = 0;
  }
  for (; marks_seen_ < all.size(); ++marks_seen_)
    marks_[static_cast<std::size_t>(lane_of(all[marks_seen_].kind))].push_back(all[marks_seen_]);
  if (marks_seen_ > 0) {
    last_time_ = all.back().time;
    last_kind_ = all.back().kind;
  }
  view.marks = marks_;
  if (const auto& commands = timeline.commands(); !commands_ || commands_->size() != commands.size()) {
    auto words = std::make_shared<std::vector<std::string>>();
    for (const LoggedCommand& c : commands) words->push_back(ringside::describe(c.command));
    commands_ = std::move(words);
  }
  view.commands = commands_;
}

void ViewBuilder::copy_listing(const ViewRequest& request, MachineView& view) {
  const CpuState& cpu = view.cpu;
  // While the guest is busy its place changes faster than anybody reads; when it is idle it stays.
  if (view.state == RunState::running && !cpu.halted) return;
  const std::uint64_t rip = linear_rip(cpu), around = request.code_address ? request.code_address : rip;
  if (around != listing_around_) {
    const Symbols& symbols = session_.symbols();
    const ListingInputs inputs{.symbols = symbols,
                               .sources = &session_.sources(),
                               .read = session_.context().guest().reader(),
                               .width = code_width(cpu),
                               .registers = around == rip ? &cpu : nullptr};
    listing_ = {};
    listing_.rows = listing(inputs, {.around = {around}, .before = 40, .after = 80});
    if (const auto place = symbols.source({around}))
      listing_.file = std::filesystem::path(place->file).filename().string();
    const auto frames = symbols.source_frames({around});
    if (!frames.empty()) listing_.function = frames.front().function;
    listing_around_ = around;
  }
  view.listing = listing_;
}

// Where the machine is at a count that was seen before, on this branch, the heap is what it was: one sample a
// count. When there are many, every second one goes.
void ViewBuilder::copy_heap(MachineView& view) {
  view.heap = std::make_shared<const HeapMap>(heap_map(session_.context()));
  auto samples = heap_samples_ ? *heap_samples_ : std::vector<HeapSample>{};
  if (view.heap->trouble.empty() && view.heap->bytes() > 0) {
    const auto at = std::ranges::lower_bound(samples, view.instructions, {}, &HeapSample::instructions);
    if (at == samples.end() || at->instructions != view.instructions)
      samples.insert(at, {view.instructions, view.heap->fragmentation()});
    if (samples.size() > kHeapSamples) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < samples.size(); i += 2) samples[kept++] = samples[i];
      samples.resize(kept);
    }
  }
  heap_samples_ = std::make_shared<const std::vector<HeapSample>>(std::move(samples));
  view.heap_history = heap_samples_;
}

std::shared_ptr<MachineView> ViewBuilder::build(const ViewRequest& request, RunState state) {
  Machine& machine = session_.machine();
  if (const unsigned branch = session_.timeline().branch(); std::exchange(branch_, branch) != branch)
    forget();
  auto view = std::make_shared<MachineView>();
  view->state = state;
  view->cpu = machine.cpu();
  view->rip = linear_rip(view->cpu);
  view->instructions = machine.instructions();
  view->time = machine.time();
  view->image_name = machine.config().image_name;
  view->stop = session_.last_stop();
  view->screen = screen(machine.board().vga, machine.memory().vga_text());
  view->palette = palette(machine.board().vga);
  view->symbols = session_.shared_symbols();
  view->breakpoints = machine.breakpoints();
  for (const Breakpoint& b : view->breakpoints) view->breakpoint_texts.push_back(describe(b));
  view->pic = machine.board().pic;
  copy_deliveries(*view);
  copy_history(view->history);
  if (request.listing) copy_listing(request, *view);
  if (request.walk) {
    std::uint64_t address = view->rip;
    if (!request.walk_text.empty())
      address = view->symbols->resolve(request.walk_text).value_or(VirtAddr{address}).value;
    view->walk = walk(machine.cpu(), machine.memory(), {address}, request.walk_access);
  }
  const InspectContext context = session_.context();
  if (request.memory)
    view->memory = bytes_at(context.guest(), request.memory_address.value_or(view->cpu[Gpr::rsp]));
  view->thread = current_thread(context);
  if (request.threads) {
    view->threads = std::make_shared<const ThreadsView>(threads_view(context));
    view->tables.push_back(threads_table(context, view->threads->all));
    view->tables.push_back(ready_table(view->threads->all));
  }
  if (request.heap) copy_heap(*view);
  if (request.frames) view->frames = std::make_shared<const FrameMap>(frame_map(context));
  if (request.page_tree) view->page_tree = std::make_shared<const PageTree>(page_tree(context));
  for (const TableRequest& wanted : request.tables)
    if (auto table = inspect(context, wanted.name, wanted.argument))
      view->tables.push_back(std::move(*table));
  if (state != RunState::running) view->happened = session_.what_just_happened();
  return view;
}

}  // namespace ringside
