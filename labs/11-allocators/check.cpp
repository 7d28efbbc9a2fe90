// SPDX-License-Identifier: MIT
// Lab 11: five allocators, each by what it makes of its memory, block by block.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;

namespace {

constexpr std::uint64_t kArena = 64 << 10, kPage = 4096;

struct Design {
  std::uint64_t policy;
  std::string name, type, object;
};
const std::vector<Design> kDesigns{{0, "bump", "BumpAllocator", "bump_"},
                                   {1, "list", "LinkedListAllocator", "list_"},
                                   {2, "blocks", "FixedBlockAllocator", "blocks_"},
                                   {3, "buddy", "BuddyAllocator", "buddy_"},
                                   {4, "slab", "SlabAllocator", "slab_"}};

// One of the student's designs with an arena of its own, and somebody who uses it.
class Bench {
 public:
  explicit Bench(unsigned policy) : design(kDesigns.at(policy)) {
    pc.run_until("lab::ready");
    pc.call("lab::begin", {policy});
    const ringside::HeapMap map = ringside::heap_map(pc.context());
    start = map.start;
    object = pc.reader().look_up("lab::heap." + design.object)->address.value;
    user = std::make_unique<HeapUser>(pc, HeapCalls{function("allocate"), function("release"), object});
    user->within(map.start, map.end);
  }
  std::string function(const char* name) const { return fmt::format("lab::{}::{}", design.type, name); }
  std::uint64_t number(const std::string& member) const {
    return pc.number(fmt::format("lab::heap.{}.{}", design.object, member));
  }
  // How many blocks of so many bytes there are until a null pointer comes.
  unsigned fill(std::uint64_t bytes) {
    unsigned count = 0;
    while (count < 5000 && user->try_allocate(bytes)) ++count;
    return count;
  }
  // Blocks of many sizes come and go; the heap is looked at again and again.
  void come_and_go(unsigned times, std::uint64_t most_bytes, const char* why) {
    for (unsigned i = 0; i < times; ++i) {
      const auto& blocks = user->blocks();
      if (blocks.size() > 8 && dice().below(2) == 0)
        user->release(std::next(blocks.begin(), static_cast<long>(dice().below(blocks.size())))->first);
      else
        user->allocate(1 + dice().below(dice().below(3) == 0 ? most_bytes : 100));
      if (i % 6 == 0) expect(pc, HeapInOrder(), why);
    }
  }
  // Everything back, in an order that nobody knows.
  void release_all() {
    while (!user->blocks().empty())
      user->release(
          std::next(user->blocks().begin(), static_cast<long>(dice().below(user->blocks().size())))->first);
  }
  // What allocate() gives for sizes that no memory has: each must be a null pointer.
  void refuse(std::vector<std::uint64_t> sizes) {
    for (const std::uint64_t bytes : sizes)
      expect(pc, fmt::format("what {}({:#x}) gives", function("allocate"), bytes),
             Hex{pc.call(function("allocate"), {object, bytes, 16}).rax}, Eq(Hex{0}),
             "There is no room for it. Near to 2 to the 64th a sum or a size that is rounded up begins at 0 "
             "again.");
  }

  Design design;
  Pc pc{{.budget = 20'000'000}};
  std::uint64_t object = 0, start = 0;
  std::unique_ptr<HeapUser> user;
};

std::uint64_t block_of(std::uint64_t bytes) { return std::bit_ceil(std::max<std::uint64_t>(bytes, 32)); }

}  // namespace

STEP(1) {
  Bench b(0);
  std::uint64_t end = b.start;
  std::vector<std::uint64_t> blocks;
  for (unsigned i = 0; i < 12; ++i) {
    const std::uint64_t bytes = 1 + dice().below(700), alignment = std::uint64_t{16} << dice().below(6);
    blocks.push_back(b.user->allocate(bytes, alignment));
    expect(b.pc, "the place of the next block", Hex{blocks.back()},
           Eq(Hex{(end + alignment - 1) & ~(alignment - 1)}),
           "It is the first address behind the block before that is aligned as it should be.");
    end = blocks.back() + bytes;
  }
  for (std::size_t i = 1; i < blocks.size(); ++i) b.user->release(blocks[i]);
  const std::uint64_t next = b.user->allocate(100);
  expect(b.pc, "the place of a block while another one is in use", Hex{next}, Ge(Hex{end}),
         "Nothing is reused as long as one block is in use: nobody knows which memory is free.");
  b.refuse({kArena, ~std::uint64_t{0} - dice().below(5000)});
  expect(b.pc, HeapInOrder(), "What was refused has taken nothing.");
  b.user->release(next);
  b.user->release(blocks[0]);
  expect(b.pc, "the place of a block after everything was released", Hex{b.user->allocate(100)},
         Eq(Hex{b.start}), "With the last block all of the memory is free again.");
  b.user->release_all();
  const std::uint64_t each = 1000 + 16 * dice().below(20);
  expect(b.pc, fmt::format("the number of blocks of {} bytes in {} KiB", each, kArena / 1024), b.fill(each),
         Eq(1 + (kArena - each) / ((each + 15) & ~std::uint64_t{15})),
         "The memory can be used to its end, and no further.");
}

STEP(2) {
  Bench b(1);
  const std::uint64_t whole = kArena - 16;
  b.pc.about("lab::LinkedListAllocator::insert");
  expect(b.pc, LargestFree(Eq(whole)),
         "At first all of the memory is one free block behind one header, by insert().");
  const std::uint64_t bytes = 20 + dice().below(200), rounded = (bytes + 15) & ~std::uint64_t{15};
  std::vector<std::uint64_t> five;
  five.push_back(b.user->allocate(bytes));
  expect(b.pc, LargestFree(Eq(whole - rounded - 16)),
         "What is left behind the caller's bytes becomes a free block, with a header of its own.");
  for (unsigned i = 1; i < 5; ++i) five.push_back(b.user->allocate(bytes));
  expect(b.pc, HeapInOrder(),
         "The rest of a block that was split needs a header of its own, and its place in the list.");
  expect(b.pc, BytesInUse(Eq(5 * rounded)), "A block has a multiple of 16 bytes, and no more than it needs.");
  expect(b.pc, FreePieces(Eq(1u)), "What is left behind the fifth block is one free block.");

  b.user->release(five[1]);
  b.user->release(five[3]);
  expect(b.pc, FreePieces(Eq(3u)),
         "Two free blocks that do not touch stay two, beside the rest of the memory.");
  expect(b.pc, HeapInOrder(), "The list goes by address, in whatever order the blocks are released.");
  expect(b.pc, "the place of a block of the same size", Hex{b.user->allocate(bytes)}, Eq(Hex{five[1]}),
         "First fit: the first block in the list that is large enough, and the list goes by address.");
  b.user->release(five[1]);
  b.user->release(five[2]);
  expect(b.pc, HeapInOrder(),
         "A block between two free ones is joined with both, and the headers between them are "
         "part of its memory.");
  expect(b.pc, FreePieces(Eq(2u)),
         "A block between two free ones is joined with both: what touches is one block.");
  expect(b.pc, "the place of a block as large as three with their headers",
         Hex{b.user->allocate(3 * rounded + 2 * 16)}, Eq(Hex{five[1]}), "Joined blocks serve a larger wish.");
  b.user->release_all();
  expect(b.pc, LargestFree(Eq(whole)), "With the last block all of the memory is one free block again.");

  b.come_and_go(60, 2500,
                "After each call blocks lie one behind the other, and the list names exactly the free ones.");
  b.release_all();
  expect(b.pc, HeapInOrder(), "Blocks may be released in any order.");
  expect(b.pc, LargestFree(Eq(whole)), "With the last block all of the memory is one free block again.");
  b.refuse({kArena, ~std::uint64_t{0} - dice().below(15)});
  const std::uint64_t each = 512 + 16 * dice().below(60);
  expect(b.pc, fmt::format("the number of blocks of {} bytes in {} KiB", each, kArena / 1024), b.fill(each),
         Eq(kArena / (each + 16)),
         "The memory can be used to its end: a last block that leaves too little takes it all.");
}

STEP(3) {
  Bench b(2);
  const std::uint64_t bytes = 65 + dice().below(60), first = b.user->allocate(bytes);
  expect(b.pc, BytesInUse(Eq(128u)), "The smallest of kSizes that is large enough.");
  const std::uint64_t second = b.user->allocate(128), other = b.user->allocate(200);
  b.user->release(first);
  b.user->release(second);
  expect(b.pc, HeapInOrder(),
         "A block in a list of its size has the state `kept`, and lies in the list of that size.");
  b.user->release(other);
  const std::uint64_t cut = b.number("fallback_.counts_.allocations");
  expect(b.pc, BlocksInUse(Eq(0u)), "Nobody uses a block that is kept.");
  expect(b.pc, FreePieces(Eq(4u)), "Three blocks are kept, and the rest of the memory is the linked list's.");
  expect(b.pc, "the place of the next block of that size", Hex{b.user->allocate(bytes)}, Eq(Hex{second}),
         "The first of the list is the one that was released last: it may still be in the cache.");
  expect(b.pc, "the place of the one after that", Hex{b.user->allocate(70)}, Eq(Hex{first}),
         "A wish for 65 to 128 bytes is a wish for 128: all of them share one list.");
  expect(b.pc, "the blocks that the linked list has cut", b.number("fallback_.counts_.allocations"), Eq(cut),
         "As long as there is a block in the list for a size, no new one is cut.");
  const std::uint64_t third = b.user->allocate(100);
  expect(b.pc, "the blocks that the linked list has cut", b.number("fallback_.counts_.allocations"),
         Eq(cut + 1), "When the list is empty the linked list cuts a new block.");
  b.user->release(third);

  const std::uint64_t large = b.user->allocate(3000 + dice().below(3000));
  b.user->release(large);
  expect(b.pc, "the blocks that went back to the linked list", b.number("fallback_.counts_.releases"), Eq(1u),
         "What is larger than the largest of kSizes goes straight back.");
  b.come_and_go(
      60, 2600,
      "After each call the lists name exactly the blocks that are kept, each in the list of its size.");
  b.release_all();
  expect(b.pc, HeapInOrder(), "Blocks may be released in any order.");
  expect(b.pc, BlocksInUse(Eq(0u)), "All of them are released.");
}

STEP(4) {
  Bench b(3);
  const ringside::HeapMap empty = ringside::heap_map(b.pc.context());
  std::uint64_t used = 0;
  for (unsigned i = 0; i < 10; ++i) {
    const std::uint64_t bytes = 1 + dice().below(900), alignment = std::uint64_t{16} << dice().below(6);
    const std::uint64_t block = b.user->allocate(bytes, alignment),
                        size = block_of(std::max(bytes, alignment));
    expect(b.pc, fmt::format("the place of a block of {} bytes, modulo {},", bytes, size), block % size,
           Eq(0u),
           "A buddy lies at a multiple of its size: that is what makes its address differ in one bit.");
    used += size;
    expect(b.pc, BytesInUse(Eq(used)),
           "The block is the smallest power of two, from 32 on, that has room: larger ones "
           "are split until they have that size.");
    expect(b.pc, HeapInOrder(), "The halves that nobody wants are free blocks of their order.");
  }
  b.release_all();
  expect(b.pc, HeapInOrder(), "Two free buddies become one block, and then that block's buddy is looked at.");
  expect(b.pc, FreePieces(Eq(empty.free_blocks)),
         "Two free buddies become one block, and that one and its buddy again.");
  expect(b.pc, LargestFree(Eq(empty.largest_free)),
         "Two free buddies become one block, as large as it was at first.");

  const std::uint64_t bytes = 200 + dice().below(50);
  b.user->allocate(bytes);  // the block of this size that is there from the first: it has no buddy
  const std::uint64_t one = b.user->allocate(bytes), two = b.user->allocate(bytes);
  expect(b.pc, "the place of a second block of the same size", Hex{two}, Eq(Hex{one ^ 256}),
         "When a block was split its upper half lies in the list: it is the buddy of the lower one.");
  b.user->release(one);
  expect(b.pc, HeapInOrder(), "A block whose buddy is in use stays alone.");
  b.user->allocate(60);
  b.user->release(two);
  expect(b.pc, HeapInOrder(),
         "A block whose buddy is split must wait: only two of the same order are joined.");
  b.release_all();
  expect(b.pc, FreePieces(Eq(empty.free_blocks)),
         "Joining goes on, order by order, as long as the buddy is free.");

  b.come_and_go(60, 3000,
                "After each call the table and the lists say the same, and no two buddies are both free.");
  b.release_all();
  expect(b.pc, HeapInOrder(), "Blocks may be released in any order.");
  expect(b.pc, FreePieces(Eq(empty.free_blocks)), "In the end all is as it was at first.");
  b.refuse({kArena, ~std::uint64_t{0} - dice().below(100)});
}

STEP(5) {
  Bench b(4);
  const unsigned size_class = 1 + static_cast<unsigned>(dice().below(5));
  const std::uint64_t bytes = std::uint64_t{16} << size_class, header = std::max<std::uint64_t>(64, bytes);
  const std::uint64_t capacity = (kPage - header) / bytes;
  std::vector<std::uint64_t> objects;
  for (std::uint64_t i = 0; i < capacity; ++i)
    objects.push_back(b.user->allocate(bytes - dice().below(bytes / 2)));
  for (std::uint64_t i = 0; i < capacity; ++i)
    expect(b.pc, fmt::format("the place of object {} of {} bytes", i, bytes), Hex{objects[i]},
           Eq(Hex{objects[0] + i * bytes}),
           "The first object that is not taken: so a slab is filled from its start.");
  expect(b.pc, HeapInOrder(),
         "A slab without room is in the list of full ones; its bits and its counter say the same.");
  expect(b.pc, "slabs_", b.number("slabs_"), Eq(1u), "So many objects fit into one page.");
  const std::uint64_t more = b.user->allocate(bytes), small = b.user->allocate(16);
  expect(b.pc, "the page of one object more", Hex{more & ~(kPage - 1)}, Ne(Hex{objects[0] & ~(kPage - 1)}),
         "A full slab has no room: there must be a new one.");
  expect(b.pc, "the page of an object of another size", Hex{small & ~(kPage - 1)},
         Ne(Hex{more & ~(kPage - 1)}), "A slab has objects of one size.");
  expect(b.pc, "slabs_", b.number("slabs_"), Eq(3u),
         "One that is full, one with a single object, one of another size.");
  const std::uint64_t gone = objects[dice().below(capacity)];
  b.user->release(gone);
  expect(b.pc, HeapInOrder(), "A full slab that gets room goes to the list of those with room.");
  b.user->release(small);
  expect(b.pc, "slabs_", b.number("slabs_"), Eq(2u), "With its last object a slab is a free page again.");
  expect(b.pc, HeapInOrder(), "A page is a slab or it is free: never both.");
  b.user->release(more);
  expect(b.pc, "the place of a new object", Hex{b.user->allocate(bytes)}, Eq(Hex{gone}),
         "There is one object that is not taken, and one slab with room.");
  b.release_all();
  expect(b.pc, LargestFree(Eq(kArena)), "Without objects there are no slabs, and all pages are free.");

  b.come_and_go(70, 1024,
                "After each call each slab is in the list it belongs to, with as many bits as it counts.");
  b.release_all();
  expect(b.pc, HeapInOrder(), "Objects may be released in any order.");
  expect(b.pc, LargestFree(Eq(kArena)), "Without objects there are no slabs, and all pages are free.");
  expect(b.pc, "the objects of 1024 bytes in 16 pages", b.fill(1024), Eq(48u),
         "Three fit into a page behind a header; when there is no page left a null pointer says so.");
}

STEP(6) {
  Pc pc({.budget = 20'000'000}), reference({.reference = true});
  const std::uint64_t seed = 1 + dice().below(1'000'000);
  pc.run_until("lab::ready");
  reference.run_until("lab::ready");
  for (const Design& design : kDesigns) {
    pc.call("lab::run_load", {design.policy, seed});
    pc.about(fmt::format("lab::{}::allocate", design.type));
    reference.call("lab::run_load", {design.policy, seed});
    const auto of = [&](const char* figure) {
      return fmt::format("{} of {} under the load", figure, design.name);
    };
    const auto number = [](const Pc& who, const char* figure) {
      return who.number(fmt::format("lab::figures.{}", figure));
    };
    expect(pc, of("blocks allocated"), number(pc, "allocations"),
           Ge(number(reference, "allocations") * 95 / 100),
           "So many (or a few more) the reference serves in the same memory.");
    expect(pc, of("blocks damaged"), number(pc, "damaged"), Eq(0u),
           "Each block holds what its user has put there.");
    expect(pc, HeapInOrder(),
           fmt::format("Your {} is damaged after some hundred calls. What breaks it shows in small in "
                       "step {}.",
                       design.name, design.policy + 1));
    expect(pc, of("reach, in bytes,"), number(pc, "reach"), Le(number(reference, "reach") * 115 / 100),
           "The reference needs little more than that much memory for the same load: released memory is used "
           "again.");
    const ringside::HeapMap right = ringside::heap_map(reference.context());
    expect(pc, FragmentationPercent(Le(right.fragmentation() / 10.0 + 5)),
           fmt::format("With the reference's {} it is {:.1f} now, with every second block released.",
                       design.name, right.fragmentation() / 10.0));
    expect(pc, BytesInUse(Le(right.used * 115 / 100)),
           "What the blocks have beyond what was asked for is lost.");
    pc.call("lab::end_load");
    pc.about(fmt::format("lab::{}::release", design.type));
    expect(pc, of("blocks still counted behind all"),
           pc.number(fmt::format("lab::heap.{}.counts_.live", design.object)), Eq(0u),
           "All of them were released.");
  }
}

QUESTION(1) {
  Bench b(3);
  const std::uint64_t bytes = 33 + dice().below(900);
  b.user->allocate(bytes);
  return {
      .text = fmt::format(
          "Your buddy allocator is asked for {} bytes. How many does the block have that it gives?", bytes),
      .answer = fmt::format("{}", ringside::heap_map(b.pc.context()).used),
      .because = "Blocks have a power of two of bytes: up to half of one may be wasted."};
}

QUESTION(2) {
  Bench b(4);
  const std::uint64_t bytes = std::uint64_t{32} << dice().below(5), first = b.user->allocate(bytes);
  unsigned count = 1;
  while ((b.user->allocate(bytes) & ~(kPage - 1)) == (first & ~(kPage - 1))) ++count;
  return {
      .text = fmt::format(
          "How many objects of {} bytes does a slab of yours hold? Its page has 4096 bytes, and the "
          "first of them are its header.",
          bytes),
      .answer = fmt::format("{}", count),
      .because =
          "The header has 64 bytes, and all objects lie at multiples of their size: so the first one lies "
          "behind 64 bytes, or behind the place of one object if that is more."};
}

QUESTION(3) {
  Bench b(1);
  const std::uint64_t bytes = 64 + 16 * dice().below(20);
  std::vector<std::uint64_t> blocks;
  for (unsigned i = 0; i < 8; ++i) blocks.push_back(b.user->allocate(bytes));
  for (unsigned i = 0; i < 8; i += 2) b.user->release(blocks[i]);
  const std::uint64_t place = b.user->allocate(bytes + 1);
  return {.text = fmt::format(
              "Your linked list hands out eight blocks of {} bytes, and gets back the 1st, 3rd, 5th and "
              "7th. Now somebody wants {} bytes. How many bytes behind the first block does his lie?",
              bytes, bytes + 1),
          .answer = fmt::format("{}", place - blocks[0]),
          .because =
              "Four times so many bytes are free, but in four pieces that are too small by one byte: that is "
              "fragmentation. The block lies behind the eighth one; each has a header of 16 bytes."};
}

QUESTION(4) {
  Pc pc;
  pc.run_until("lab::ready");
  const std::uint64_t seed = 1 + dice().below(1000), first = 1 + dice().below(4),
                      second = 1 + (first + dice().below(3)) % 4;
  const auto reach = [&](std::uint64_t policy) {
    pc.call("lab::run_load", {policy, seed});
    return pc.number("lab::figures.reach");
  };
  const std::uint64_t firsts = reach(first), seconds = reach(second);
  const auto name = [](std::uint64_t policy) { return kDesigns.at(policy).name; };
  return {.text = fmt::format(
              "The same load (seed {}) runs on your {} and on your {}. With which of the two do the "
              "blocks reach further into the memory?",
              seed, name(first), name(second)),
          .answer = name(firsts > seconds ? first : second),
          .because = fmt::format(
              "{}: {} bytes, {}: {} bytes. Headers cost less than rounding to powers of two, and pages "
              "of one size for each of seven sizes cost most.",
              name(first), firsts, name(second), seconds)};
}
