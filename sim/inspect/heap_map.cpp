// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/heap_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/inspect/guest_objects.h"
#include "sim/inspect/heap_walk.h"
#include "sim/inspect/memory_tables.h"

namespace ringside {
namespace {

struct Design {
  const char* type;  // its name without namespace and arguments
  void (*walk)(HeapWalk&, const Value& allocator);
};
constexpr Design kDesigns[] = {{"BumpAllocator", walk_bump},
                               {"LinkedListAllocator", walk_linked_list},
                               {"FixedBlockAllocator", walk_fixed_blocks},
                               {"BuddyAllocator", walk_buddy},
                               {"SlabAllocator", walk_slab},
                               {"RedZones", walk_red_zones}};

std::string short_name(const Type& type) {
  const std::string whole = type.name.substr(0, type.name.find('<'));
  const std::size_t colons = whole.rfind("::");
  return colons == std::string::npos ? whole : whole.substr(colons + 2);
}

const Design* design_of(const Type* type) {
  if (!type) return nullptr;
  const std::string wanted = short_name(*type);
  const auto found = std::ranges::find_if(kDesigns, [&](const Design& d) { return d.type == wanted; });
  return found == std::end(kDesigns) ? nullptr : &*found;
}

// The allocator that is in use: the member that the policy is called after, "list" -> "list_"; in a heap that
// has but one it is that.
std::optional<Value> allocator_of(KernelMemory& m, const Value& heap, HeapMap& map) {
  std::vector<Value> candidates;
  for (const Member& member : heap.type->members)
    if (design_of(member.type)) {
      auto value = m.values.member(heap, member.name);
      if (value) candidates.push_back(std::move(*value));
    }
  const auto policy = m.values.member(heap, "policy_");
  if (policy) {
    map.policy = m.values.text(*policy);
    if (const std::size_t colons = map.policy.rfind("::"); colons != std::string::npos)
      map.policy = map.policy.substr(colons + 2);
    for (const Value& candidate : candidates)
      if (candidate.name.ends_with("." + map.policy + "_")) return candidate;
  }
  if (candidates.size() == 1) return candidates.front();
  m.trouble = candidates.empty()
                  ? fmt::format("{} has no allocator of a kind that is known here.", heap.name)
                  : fmt::format("{} does not say which of its {} allocators is in use: its policy is {}.",
                                heap.name, candidates.size(), policy ? map.policy : "unknown");
  return std::nullopt;
}

// Where the memory of the heap starts and ends, as its allocator knows it.
void find_extent(KernelMemory& m, const Value& heap, const Value& allocator, HeapMap& map) {
  Value inner = allocator;
  for (const char* name : {"inner_", "fallback_"})
    if (const auto below = part(m.values, inner, name)) inner = *below;
  auto start = part_number(m.values, inner, "start_"), end = part_number(m.values, inner, "end_");
  if (!start || !end) {
    // The buddy allocator does not keep them: its zones follow on each other up to the heap's end.
    const auto memory = part_number(m.values, inner, "counts_.memory");
    end = part_number(m.values, heap, "end_");
    if (end && memory) start = *end - *memory;
  }
  if (!start || !end) {
    m.trouble = fmt::format("{} does not say where its memory starts and ends.", allocator.name);
    return;
  }
  if (*end < *start || *end - *start > 1ull << 40) {
    m.trouble = fmt::format("{} says that its memory goes from {:#x} to {:#x}, which makes no sense.",
                            allocator.name, *start, *end);
    return;
  }
  map.start = *start;
  map.end = *end;
}

void count(HeapMap& map) {
  for (const HeapBlock& block : map.blocks) switch (block.state) {
      case BlockState::used:
        map.used += block.bytes;
        ++map.used_blocks;
        break;
      case BlockState::free:
      case BlockState::kept:
        map.free += block.bytes;
        ++map.free_blocks;
        map.largest_free = std::max(map.largest_free, block.bytes);
        break;
      default: break;
    }
}

void read_counters(const ValueReader& values, const Value& allocator, HeapMap& map) {
  const Value owner = part(values, allocator, "inner_").value_or(allocator);
  map.live = part_or_0(values, owner, "counts_.live");
  map.allocations = part_or_0(values, owner, "counts_.allocations");
  map.releases = part_or_0(values, owner, "counts_.releases");
  map.failures = part_or_0(values, owner, "counts_.failures");
}

// Whether the processor is in a function of the heap or of its allocator: what it has begun may look broken.
bool in_heap_code(const InspectContext& c, const std::string& heap, const std::string& allocator) {
  for (const StackFrame& frame : c.symbols.backtrace(unwind_registers(c.cpu), c.guest().reader())) {
    const std::string& function = frame.function;
    if (function.find(heap + "::") != std::string::npos ||
        function.find("Allocator::") != std::string::npos ||
        function.find(allocator + "<") != std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

void HeapWalk::defect(std::uint64_t at, std::string what, std::uint64_t bytes) {
  if (map.defects.size() < kMostHeapDefects) map.defects.push_back({at, bytes, std::move(what)});
}

bool HeapWalk::add(HeapBlock block) {
  if (map.blocks.size() == kMostHeapBlocks) {
    map.complete = false;
    return false;
  }
  map.blocks.push_back(std::move(block));
  return true;
}

HeapBlock* HeapWalk::with_memory(std::uint64_t address) {
  const auto block = std::ranges::lower_bound(map.blocks, address, {}, &HeapBlock::memory);
  return block != map.blocks.end() && block->memory == address ? &*block : nullptr;
}

void HeapWalk::circle(const HeapList& list, std::uint64_t node, std::uint64_t link_at) {
  defect(link_at, fmt::format("the list \"{}\" runs in a circle: it comes back to {:#x}", list.name, node));
}

void HeapWalk::leads_astray(const HeapList& list, std::uint64_t node, std::uint64_t link_at) {
  defect(link_at, fmt::format("the list \"{}\" leads to {:#x}, {}", list.name, node,
                              in_heap(node) ? "where none of its blocks can be" : "outside of the heap"));
}

void HeapWalk::compare(const Value& owner, std::string_view member, std::uint64_t counted,
                       std::string_view of_what) {
  // Where a header is lost so is its block: the difference would say nothing new.
  const auto is_unknown = [](const HeapBlock& b) { return b.state == BlockState::unknown; };
  if (!map.complete || std::ranges::any_of(map.blocks, is_unknown)) return;
  const auto counter = memory.values.member(owner, member);
  const auto kernel = counter ? memory.values.number(*counter) : std::nullopt;
  if (kernel && *kernel != counted)
    defect(counter->address.value,
           fmt::format("the kernel counts {} {}, but there are {}", *kernel, of_what, counted));
}

const char* name(BlockState state) {
  constexpr const char* kNames[] = {"used", "free", "kept", "released", "table", "unknown"};
  return kNames[static_cast<std::size_t>(state)];
}

const char* name(HeapPart part) {
  constexpr const char* kNames[kHeapParts] = {"header",   "used",    "free",  "kept",   "released",
                                              "red zone", "padding", "table", "unknown"};
  return kNames[static_cast<std::size_t>(part)];
}

char letter(HeapPart part) { return "h#.kx!-t?"[static_cast<std::size_t>(part)]; }

std::vector<HeapPiece> pieces(const HeapBlock& block) {
  constexpr HeapPart kParts[] = {HeapPart::used,     HeapPart::free,  HeapPart::kept,
                                 HeapPart::released, HeapPart::table, HeapPart::unknown};
  std::vector<HeapPiece> all;
  std::uint64_t at = block.start;
  const auto up_to = [&](std::uint64_t end, HeapPart part) {
    if (end > at) all.push_back({at, end, part});
    at = std::max(at, end);
  };
  up_to(block.memory - block.red, HeapPart::header);
  up_to(block.memory, HeapPart::red_zone);
  up_to(block.memory + block.bytes, kParts[static_cast<std::size_t>(block.state)]);
  up_to(block.memory + block.bytes + block.red, HeapPart::red_zone);
  up_to(block.end, HeapPart::padding);
  return all;
}

const HeapBlock* HeapMap::find(std::uint64_t address) const {
  const auto after = std::ranges::upper_bound(blocks, address, {}, &HeapBlock::start);
  if (after == blocks.begin()) return nullptr;
  const HeapBlock& block = *std::prev(after);
  return address < block.end ? &block : nullptr;
}

HeapMap heap_map(const InspectContext& c) {
  HeapMap map;
  KernelMemory memory(c);
  // A student's own heap, in the image of a lab, is called lab::heap.
  const bool students = c.symbols.types().variable("lab::heap").has_value();
  const auto heap = memory.global(students ? "lab::heap" : "kernel::heap");
  const auto allocator = heap ? allocator_of(memory, *heap, map) : std::nullopt;
  if (allocator) find_extent(memory, *heap, *allocator, map);
  if (allocator && memory.trouble.empty()) {
    map.allocator = short_name(*allocator->type);
    if (map.policy.empty()) map.policy = map.allocator;
    HeapWalk walk(memory, map);
    if (map.start < map.end) design_of(allocator->type)->walk(walk, *allocator);
    count(map);
    read_counters(memory.values, *allocator, map);
  }
  if (!memory.trouble.empty()) {
    map = {};
    map.trouble = memory.trouble;
  }
  if (!map.defects.empty()) map.busy = in_heap_code(c, short_name(*heap->type), map.allocator);
  return map;
}

}  // namespace ringside
