// SPDX-License-Identifier: MIT
// Lab 10: the heap's pages and frames, what it hands out, and what it does when it cannot.
#include <fmt/format.h>

#include <algorithm>

#include "labs/kit/kit.h"
#include "sim/inspect/memory_tables.h"

using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kStart = 0xFFFFA00000000000, kMost = 256 << 20, kGrowth = 64 << 10, kPage = 4096;
constexpr std::uint64_t kInterruptFlag = 0x200;

// The student's kernel in front of its first use of the heap.
class Machine {
 public:
  explicit Machine(Boot boot = {.budget = 20'000'000}) : pc(std::move(boot)) { pc.run_until("lab::ready"); }
  HeapUser user() { return {pc, {"lab::Heap::allocate", "lab::Heap::release", pc.address("lab::heap")}}; }
  std::uint64_t end() { return pc.number("lab::heap.end_"); }
  bool map_pages(std::uint64_t address, std::uint64_t pages) {
    return (pc.call("lab::map_pages", {address, pages}).rax & 0xFF) != 0;
  }
  Pc pc;
};

std::uint64_t physical_of(const Pc& pc, std::uint64_t address) {
  const auto physical = pc.context().guest().translate({address});
  return physical ? physical->value : ~std::uint64_t{0};
}

// Blocks of many sizes that come and go.
void come_and_go(HeapUser& user, unsigned times) {
  for (unsigned i = 0; i < times; ++i) {
    if (user.blocks().size() > 12 && dice().below(2) == 0) {
      user.release(
          std::next(user.blocks().begin(), static_cast<long>(dice().below(user.blocks().size())))->first);
    } else {
      user.allocate(8 + dice().below(dice().below(4) == 0 ? 9000 : 300),
                    std::uint64_t{16} << dice().below(4));
    }
  }
}

}  // namespace

STEP(1) {
  Machine m;
  const std::uint64_t pages = 3 + dice().below(6), first = kStart + kPage * (600 + dice().below(4000));
  expect(m.pc, fmt::format("lab::map_pages({:#x}, {})", first, pages), m.map_pages(first, pages), IsTrue(),
         "There are thousands of free frames.");
  std::vector<std::uint64_t> frames;
  for (std::uint64_t i = 0; i < pages; ++i) {
    expect(m.pc, Mapped(first + i * kPage, AllOf(Writable(), NoExecute(), ForKernel(), PageOf(kPage))),
           "Data is written and never executed: with no_execute a jump into it is a page fault, and not the "
           "start of "
           "somebody else's program.");
    frames.push_back(physical_of(m.pc, first + i * kPage));
    expect(m.pc, FrameIs(frames.back(), "heap page"),
           "The frame allocator must know that the frame is taken, or it hands it out again.");
  }
  std::ranges::sort(frames);
  for (std::size_t i = 1; i < frames.size(); ++i)
    expect(m.pc, "the frame behind one of the pages", Hex{frames[i]}, Ne(Hex{frames[i - 1]}),
           "Each page needs a frame of its own: two that share one are one.");
  expect(m.pc, NotMapped(first - kPage), "The page in front of the range was not asked for.");
  expect(m.pc, NotMapped(first + pages * kPage), "The range ends after so many pages.");
}

STEP(2) {
  Machine m;
  HeapUser user = m.user();
  const std::uint64_t one =
      user.allocate(40 + dice().below(100), 16, "The heap starts without a page: it must grow.");
  expect(m.pc, "the heap's end_ after its first block", Hex{m.end()}, Eq(Hex{kStart + kGrowth}),
         "The heap starts at kHeapStart, and grows by kGrowthBytes: one growth for many blocks.");
  user.within(kStart, kStart + kMost);
  user.release(one);
  come_and_go(user, 60);
  expect(m.pc, HeapInOrder(),
         "Walk over the blocks by their headers: each must start where the last one ends.");
  const std::uint64_t before = m.end(), large = 100'000 + dice().below(200'000);
  const std::uint64_t block =
      user.allocate(large, 16, "One growth must be large enough for what is asked for.");
  expect(m.pc, "the heap's end_, as an offset in its page", m.end() % kPage, Eq(0u),
         "The heap gets whole pages.");
  expect(m.pc, "the heap's end_ behind a block of 100 KB and more", Hex{m.end()}, Ge(Hex{block + large}),
         "All memory of the heap lies in front of end_.");
  expect(m.pc, "the bytes that the heap grew by for this block", m.end() - before,
         Le(large + 2 * kPage + kGrowth), "Frames that nobody needs are missing elsewhere.");
  expect(m.pc, Mapped(m.end() - kPage, Writable()), "All pages up to end_ are there.");
  expect(m.pc, NotMapped(m.end()),
         "The first byte behind the heap is a page fault: that is how an overrun shows.");
  user.release_all();
  expect(m.pc, HeapInOrder(), "Each block must start where the one before it ends.");
  expect(m.pc, BlocksInUse(Eq(0u)), "What is released goes back to the allocator.");
  expect(m.pc, FreePieces(Eq(1u)),
         "When everything is released the heap is one free block: all growths lie one behind the other.");
  const std::uint64_t full = m.end();
  user.allocate(large);
  expect(m.pc, "the heap's end_ when there is room enough", Hex{m.end()}, Eq(Hex{full}),
         "First ask the allocator; grow if it has no room.");
}

STEP(3) {
  Machine m;
  const auto make = [&](std::uint64_t bytes, std::uint64_t alignment, bool array) {
    const std::uint64_t at = m.pc.call("lab::make", {bytes, alignment, array}).rax;
    m.pc.about(alignment != 0 ? (array ? "_ZnamSt11align_val_t" : "_ZnwmSt11align_val_t")
               : array        ? "_Znam"
                              : "_Znwm");
    return at;
  };
  const auto destroy = [&](std::uint64_t at, std::uint64_t bytes, std::uint64_t alignment, bool array) {
    m.pc.call("lab::destroy", {at, bytes, alignment, array});
    m.pc.about(alignment != 0 ? (array ? "_ZdaPvmSt11align_val_t" : "_ZdlPvmSt11align_val_t")
               : array        ? "_ZdaPvm"
                              : "_ZdlPvm");
  };
  std::vector<std::uint64_t> empty;
  for (const bool array : {false, true}) {
    empty.push_back(make(0, 0, array));
    expect(m.pc, fmt::format("new{} of 0 bytes", array ? "[]" : ""), Hex{empty.back()}, Ne(Hex{0}),
           "`new char[0]` gives an address, by the rules of the language.");
  }
  expect(m.pc, "the second `new` of 0 bytes", Hex{empty[1]}, Ne(Hex{empty[0]}),
         "Two objects have two addresses, even if they are empty.");
  for (const bool array : {false, true}) destroy(empty[array], 0, 0, array);

  struct Made {
    std::uint64_t at, bytes, alignment;
    bool array;
  };
  std::vector<Made> made;
  for (unsigned i = 0; i < 12; ++i) {
    const std::uint64_t bytes = 1 + dice().below(400),
                        alignment = i < 4 ? 0 : std::uint64_t{8} << dice().below(7);
    const Made one{make(bytes, alignment, i % 2 != 0), bytes, alignment, i % 2 != 0};
    expect(m.pc,
           fmt::format("the place of a new{} object, modulo {},", one.array ? "[]" : "",
                       std::max<std::uint64_t>(alignment, 16)),
           one.at % std::max<std::uint64_t>(alignment, 16), Eq(0u),
           "An object with alignas(64) comes from `operator new(size_t, align_val_t)`, and lies where it was "
           "told to; "
           "all others lie at multiples of 16.");
    for (const Made& other : made)
      expect(m.pc, "the start of a new object", Hex{one.at},
             AnyOf(Ge(Hex{other.at + other.bytes}), Le(Hex{other.at - std::min(other.at, one.bytes)})),
             "Two objects never share memory.");
    made.push_back(one);
  }
  expect(m.pc, BlocksInUse(Eq(12u)),
         "Each `new` takes one block of lab::heap, and each `delete` gives one back.");
  expect(m.pc, BytesInUse(Ge(12u)), "The blocks come from lab::heap.");
  for (const Made& one : made) destroy(one.at, one.bytes, one.alignment, one.array);
  expect(m.pc, HeapInOrder(), "`delete` gives back what `new` gave, and nothing else.");
  expect(m.pc, BlocksInUse(Eq(0u)),
         "All eight forms of `delete` give the block back to the heap, or memory is lost for good.");
  for (const bool array : {false, true}) {
    destroy(0, 0, 0, array);
    destroy(0, 64, 64, array);
  }
  expect(m.pc, HeapInOrder(), "`delete` of a null pointer does nothing.");

  m.pc.run_until("lab::done");
  Pc reference({.reference = true});
  reference.run_until("lab::done");
  expect(m.pc, SameSerialAs(reference),
         "The same program on the same allocator: its objects lie where they lie with the reference.");
}

STEP(4) {
  Machine m({.budget = 20'000'000, .memory_mib = 2});
  const std::uint64_t free = free_frames(m.pc), far = kStart + (64 << 20);
  expect(m.pc, fmt::format("lab::map_pages of {} pages, with {} free frames", free + 5, free),
         m.map_pages(far, free + 5), IsFalse(), "There are not so many frames.");
  expect(m.pc, FreeFrames(Eq(free)),
         "Who fails leaves everything as it was. Frames that are mapped and in no heap are lost.");
  expect(m.pc, NotMapped(far),
         "The pages that were mapped before the frames ran out must be taken away again.");

  HeapUser user = m.user();
  const std::uint64_t one = user.allocate(1000);
  const std::uint64_t end = m.end(), left = free_frames(m.pc);
  const std::uint64_t sizes[] = {left * kPage + 1, kMost + kPage, ~std::uint64_t{0} - dice().below(100)};
  for (const std::uint64_t bytes : sizes) {
    expect(
        m.pc, fmt::format("what lab::Heap::allocate({:#x}, 16) gives", bytes),
        Hex{m.pc.call("lab::Heap::allocate", {m.pc.address("lab::heap"), bytes, 16}).rax}, Eq(Hex{0}),
        "There is no memory for it. A size near to 2 to the 64th becomes a small one when it is rounded up.");
    expect(m.pc, "the heap's end_ after a failure", Hex{m.end()}, Eq(Hex{end}), "A failure changes nothing.");
    expect(m.pc, FreeFrames(Eq(left)), "The frames of a growth that failed must go back.");
    expect(m.pc, "what new (std::nothrow) gives for it",
           Hex{m.pc.call("lab::try_to_make", {bytes, 0, 0}).rax}, Eq(Hex{0}),
           "Who says std::nothrow looks for a null pointer, and can go on without the memory.");
  }
  expect(m.pc, HeapInOrder(), "The heap is as good as before.");
  user.release(one);
  user.allocate(2000, 16, "One failure is no reason to refuse what can be had.");

  Machine exhausted({.command_line = "exhaust", .budget = 3'000'000, .memory_mib = 2});
  const std::uint64_t at_first = free_frames(exhausted.pc);
  exhausted.pc.run_until(
      "kernel::panic_at",
      "Plain `new` never gives a null pointer, and nobody looks for one: without memory it must end "
      "in kernel::panic().");
  bool from_new = false;
  const auto context = exhausted.pc.context();
  for (const auto& frame :
       context.symbols.backtrace(ringside::unwind_registers(context.cpu), context.guest().reader()))
    from_new = from_new || frame.function.find("operator new") != std::string::npos;
  expect(exhausted.pc, "that `operator new` panicked", from_new, IsTrue(),
         "It must be `new` that says so, and not some place that met a null pointer later.");
  expect(exhausted.pc, "the frames that are free at the end", free_frames(exhausted.pc), Lt(at_first / 10),
         "As long as there are frames the heap can grow.");
}

STEP(5) {
  Machine m({.command_line = "busy", .budget = 30'000'000});
  m.pc.run_until("lab::busy");
  const auto interrupts = [&] { return (m.pc.cpu().rflags & kInterruptFlag) != 0 ? "on" : "off"; };
  for (const char* function : {"allocate", "release"}) {
    const std::string place = fmt::format("kernel::LinkedListAllocator::{}", function);
    m.pc.run_until(place, "lab::heap must use its allocator.");
    expect(m.pc, fmt::format("the interrupts while {} changes the list", place), std::string(interrupts()),
           StrEq("off"),
           "A handler that comes between two of its instructions finds the list half changed, and changes it "
           "too.");
  }
  m.pc.run_until("irq0");
  expect(m.pc, "RFLAGS.IF behind Heap::allocate()",
         m.pc.number("lab::flags_behind_allocate") & kInterruptFlag, Eq(kInterruptFlag),
         "Who switches interrupts off puts back what was there: kernel::InterruptGuard does.");
  expect(m.pc, "RFLAGS.IF behind Heap::release()", m.pc.number("lab::flags_behind_release") & kInterruptFlag,
         Eq(kInterruptFlag),
         "Who switches interrupts off puts back what was there: kernel::InterruptGuard does.");
  m.pc.run_until("lab::done", "200 ticks come while a loop allocates and releases.");
  expect(m.pc, "RFLAGS.IF in the timer's handler, behind Heap::allocate()",
         m.pc.number("lab::flags_in_handler") & kInterruptFlag, Eq(0u),
         "In a handler interrupts were off before, and must be off after.");
  expect(m.pc, HeapInOrder(),
         "The loop and the handler have both used the heap, 200 times in the middle of each other.");
  expect(m.pc, BlocksInUse(Ge(8u)), "The blocks of the loop, and of the handler, are still in use.");
}

QUESTION(1) {
  Machine m;
  const std::uint64_t bytes = 17 + 16 * dice().below(20) + dice().below(15);
  m.pc.call("lab::make", {bytes, 0, 0});
  return {
      .text =
          fmt::format("Your kernel calls `new char[{}]`, and nothing else is in the heap. How many bytes may "
                      "the caller really use, without coming to another block?",
                      bytes),
      .answer = fmt::format("{}", ringside::heap_map(m.pc.context()).used),
      .because =
          "The allocator gives multiples of 16: so the next block's header, and the block behind it, lie at "
          "a multiple of 16 too."};
}

QUESTION(2) {
  Machine m;
  const std::uint64_t count = 3 + dice().below(6), each = 20'000 + 1'000 * dice().below(10);
  for (std::uint64_t i = 0; i < count; ++i) m.pc.call("lab::make", {each, 0, 0});
  return {.text = fmt::format(
              "Your kernel calls `new char[{}]` {} times. How many KiB does the heap have then? Mind by "
              "how much it grows at a time.",
              each, count),
          .answer = fmt::format("{}", (m.end() - kStart) / 1024),
          .because =
              "It grows by 64 KiB whenever the last free piece is too short for a block and its header of 16 "
              "bytes; what is left of a growth is joined with the next one."};
}

QUESTION(3) {
  Machine m;
  const std::uint64_t bytes = 32 + 16 * dice().below(10);
  const auto make = [&](std::uint64_t size) { return m.pc.call("lab::make", {size, 0, 0}).rax; };
  const std::uint64_t a = make(bytes), b = make(bytes);
  make(bytes);
  m.pc.call("lab::destroy", {a, bytes, 0, 0});
  m.pc.call("lab::destroy", {b, bytes, 0, 0});
  return {
      .text = fmt::format(
          "Your kernel makes three objects of {} bytes, a, b and c, and deletes a, then b. Now it "
          "makes one of {} bytes. How many bytes behind the place of a does it lie?",
          bytes, 2 * bytes),
      .answer = fmt::format("{}", make(2 * bytes) - a),
      .because =
          "a and b lie side by side, and were joined to one free block with the bytes of b's header too. It "
          "is the first one that is large enough."};
}
