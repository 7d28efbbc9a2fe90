// SPDX-License-Identifier: MIT
// Lab 09: frames, tables, the TLB, rights and page faults, each looked at in the machine.
#include <map>

#include "labs/09-paging/check_words.h"

STEP(1) {
  Pc pc({.budget = 3 * kBudget, .incidents = kIncidents});
  pc.run_until("lab::prepared");
  // A map as loaders have them: no order, ranges that overlap, ends that are no multiples of anything.
  const auto odd = [] { return 1 + dice().below(kPage - 1); };
  const std::uint64_t base = (2 + dice().below(4)) * kMiB;
  const std::vector<Range> memory{
      {base + 20 * kPage + odd(), 2 * kPage, false},
      {base + odd(), (40 + dice().below(10)) * kPage + odd(), true},
      {base + 90 * kPage + odd(), 300, true},
      {base + 30 * kPage, 30 * kPage + odd(), true},
      {base + 55 * kPage - odd(), odd(), false},
      {kEndOfFrames - 2 * kPage, 7 * kPage, true},
  };
  const std::vector<Range> taken{{base + 5 * kPage - 1, 2, false},
                                 {base + (8 + dice().below(8)) * kPage, 2 * kPage, false},
                                 {base + 35 * kPage + odd(), 1, false}};
  std::string shown = "The map: ";
  for (const Range& r : memory)
    shown += fmt::format("{:#x}+{:#x}{} ", r.start, r.bytes, r.usable ? "" : " not usable,");
  std::set<std::uint64_t> right;
  for (const Range& r : memory)
    if (r.usable)
      for (std::uint64_t frame = r.start / kPage * kPage; frame < r.end(); frame += kPage)
        if (objection(frame, memory, taken).empty()) right.insert(frame);

  initialize_frames(pc, memory, taken);
  std::set<std::uint64_t> got;
  while (const auto frame = allocate(pc)) {
    if (got.contains(*frame))
      fail_step(pc, "allocate() gives a frame that nobody has",
                fmt::format("it gave {:#x} a second time", *frame),
                "Two owners of one frame write over each other's data, and neither knows.");
    if (const std::string wrong = objection(*frame, memory, taken); !wrong.empty())
      fail_step(pc, "allocate() gives a whole frame of usable memory that nobody else has",
                fmt::format("it gave {:#x}, {}", *frame, wrong),
                "Where ranges overlap, what is not usable wins. Of usable ranges only whole frames count, of "
                "others every "
                "frame that they touch.");
    got.insert(*frame);
  }
  for (const std::uint64_t frame : right)
    if (!got.contains(frame))
      fail_step(pc, fmt::format("allocate() gives all {} frames that are free", right.size()),
                fmt::format("it gave {}, and never the one at {:#x}", got.size(), frame),
                "All bytes of this frame lie in a usable range, and none in one that is taken.");
  expect(pc, "free() when all frames are handed out", frames_free(pc), Eq(0u),
         "free_ counts the frames that are free.");

  // Some come back.
  std::set<std::uint64_t> back;
  while (back.size() < 5)
    back.insert(*std::next(got.begin(), static_cast<std::ptrdiff_t>(dice().below(got.size()))));
  for (const std::uint64_t frame : back)
    expect(pc, fmt::format("release({:#x}), which is handed out,", frame), release(pc, frame), Eq(true),
           "A frame that is handed out can be given back.");
  const std::uint64_t first = *back.begin();
  expect(pc, fmt::format("release({:#x}) a second time", first), release(pc, first), Eq(false),
         "A frame that is free already has no owner: two later ones would get it.");
  expect(pc, fmt::format("release({:#x}), in the middle of a frame,", *got.rbegin() + 8),
         release(pc, *got.rbegin() + 8), Eq(false), "Only the start of a frame names it.");
  expect(pc, fmt::format("release({:#x}), which is not memory to be handed out,", base - kPage),
         release(pc, base - kPage), Eq(false), "What was never handed out must not come back.");
  expect(pc, "free() after five frames came back", frames_free(pc), Eq(5u),
         "free_ counts the frames that are free.");
  std::set<std::uint64_t> again;
  while (const auto frame = allocate(pc)) again.insert(*frame);
  expect(pc, "whether allocate() gives just those five again", again == back, Eq(true),
         "What came back is free, and nothing else is.");

  // Side by side: the machine's own map.
  const auto mib = static_cast<std::uint32_t>(8 + dice().below(40));
  Pc own({.budget = kBudget, .incidents = kIncidents, .memory_mib = mib}),
      reference({.reference = true, .budget = kBudget, .incidents = kIncidents, .memory_mib = mib});
  start_at_frames_ready(own);
  start_at_frames_ready(reference);
  const auto with_image = [](const Pc& of) {
    return frames_free(of) + (of.address("image_end") - of.address("image_start") + kPage - 1) / kPage;
  };
  expect(own, fmt::format("the number of free frames in a machine with {} MiB, and of the image's,", mib),
         with_image(own), Eq(with_image(reference)),
         "From the same boot loader's map the reference gets as many.");
}

STEP(2) {
  Pc pc({.budget = 3 * kBudget, .incidents = kIncidents});
  start_at_frames_ready(pc);
  // Free memory is not empty memory.
  std::vector<std::uint64_t> used_before;
  for (int i = 0; i < 3; ++i)
    if (const auto frame = allocate(pc)) used_before.push_back(*frame);
  for (const std::uint64_t frame : used_before)
    for (int i = 0; i < 24; ++i)
      write_physical(pc, (frame + 8 * dice().below(512)) % (64 * kMiB), far_frame() | kWritable);
  for (const std::uint64_t frame : used_before) release(pc, frame);

  const std::uint64_t page = empty_page(), frame = far_frame(), free = frames_free(pc);
  map(pc, page, frame, kNoExecute, kDone, "Nothing is mapped there, and there is memory for tables.");
  expect(pc, Mapped(page, AsAskedFor(frame, kNoExecute)),
         "The processor walks four levels: three tables lead to the page's entry, and the flags are that "
         "entry's.");
  expect(pc, "the number of frames that went into tables", free - frames_free(pc), Eq(3u),
         "Nothing was there: the top table is, and the other three levels come from lab::frames.");
  const ringside::Walk way = walk_of(pc, page);
  for (unsigned i = 0; i < 3; ++i) {
    const std::uint64_t table = way.entries[i].entry & kEntryAddress;
    expect(pc, fmt::format("whether lab::frames handed out {:#x}, the table of level {},", table, 3 - i),
           is_handed_out(pc, table), Eq(true),
           "A table in a frame that is free will be somebody's data soon.");
    for (unsigned index = 0; index < 512; ++index)
      if (const std::uint64_t entry = read_physical(pc, table + 8 * index);
          entry != 0 && index != way.entries[i + 1].index)
        fail_step(pc, fmt::format("the new table of level {} has one entry", 3 - i),
                  fmt::format("entry {} is {:#x}", index, entry),
                  "A frame holds what its last owner left there. As a table, every bit of that is an entry.");
  }

  // More pages, in the same tables, with other rights.
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> all{{page, {frame, kNoExecute}}};
  const std::uint64_t before = frames_free(pc);
  std::uint64_t next = index_at(page, 1);
  for (const std::uint64_t flags :
       {std::uint64_t{0}, kWritable | kNoExecute, kForUser, kForUser | kWritable | kNoExecute}) {
    const std::uint64_t other = with_index(page, 1, next = (next + 1 + dice().below(100)) % 512),
                        at = far_frame();
    map(pc, other, at, flags, kDone, "Nothing is mapped there, and its tables exist.");
    all[other] = {at, flags};
    for (const auto& [linear, asked] : all)
      expect(
          pc, Mapped(linear, AsAskedFor(asked.first, asked.second)),
          fmt::format(
              "{:#x} was mapped with {}. A right holds if every level grants it: the tables on the way grant "
              "what their pages may ask for, and each page's own entry decides.",
              linear, flags_words(asked.second)));
  }
  expect(pc, "the number of frames that more pages in the same 2 MiB cost", before - frames_free(pc), Eq(0u),
         "The tables that lead there exist already.");

  // What must be refused.
  map(pc, page, far_frame(), kNoExecute, kAlreadyMapped, "Somebody uses that page.");
  map(pc, kKernelBase + dice().below(512) * kPage, far_frame(), kNoExecute, kAlreadyMapped,
      "boot.S has mapped the kernel there with pages of 2 MiB: such an entry leads to no table.");
  map(pc, page + (8 << dice().below(9)), far_frame(), kNoExecute, kNotAligned,
      "A page begins at a multiple of 4096.");
  map(pc, empty_page(), far_frame() + (8 << dice().below(9)), kNoExecute, kNotAligned, "So does a frame.");
  for (const auto& [linear, asked] : all)
    expect(pc, Mapped(linear, AsAskedFor(asked.first, asked.second)), "What is refused changes nothing.");
  initialize_frames(pc, {{32 * kMiB, 2 * kPage, true}}, {});
  std::uint64_t no_room = empty_page();
  while (index_at(no_room, 4) == index_at(page, 4)) no_room = empty_page();
  map(pc, no_room, far_frame(), kNoExecute, kNoFrame,
      "lab::frames has two frames left, and three are needed.");
  expect(pc, NotMapped(no_room), "map() could not map it.");
}

STEP(3) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  start_at_frames_ready(pc);
  const std::uint64_t object = pc.address("lab::mapper");
  const MappedPage gone(pc), kept(pc), changed(pc);
  const std::uint64_t neighbour = gone.page ^ kPage, neighbours_frame = far_frame();
  map(pc, neighbour, neighbours_frame, kNoExecute, kDone, "Nothing is mapped there; see step 2.");

  const auto frame = optional(call_with_flush(pc, "lab::Mapper::unmap", {object, gone.page}, gone.page,
                                              [](const ringside::Walk& walk) { return !walk.ok(); }));
  expect(pc, NotMapped(gone.page), "unmap() takes the page away.");
  expect(pc, fmt::format("unmap({:#x})", gone.page), hex(frame), StrEq(fmt::format("{:#x}", gone.frame)),
         "Who takes a page away wants to know its frame, to release it.");
  expect(pc, Mapped(neighbour, AsAskedFor(neighbours_frame, kNoExecute)),
         "Its neighbour in the same table stays.");
  expect(pc, Mapped(kept.page, AsAskedFor(kept.frame, kept.flags)), "Other pages stay.");
  expect(pc, fmt::format("unmap({:#x}) a second time", gone.page),
         hex(optional(pc.call("lab::Mapper::unmap", {object, gone.page}))), StrEq("none"),
         "There is no page any more.");
  const std::uint64_t large = kKernelBase + 32 * kMiB + dice().below(512) * kPage;
  expect(pc, fmt::format("unmap({:#x})", large),
         hex(optional(pc.call("lab::Mapper::unmap", {object, large}))), StrEq("none"),
         "That is a part of a page of 2 MiB, of boot.S.");
  expect(pc, Mapped(large, PageOf(2 * kMiB)), "A page of 2 MiB stays as it is.");

  const std::uint64_t new_flags = dice().below(2) ? kNoExecute : 0;
  const Returned returned =
      call_with_flush(pc, "lab::Mapper::protect", {object, changed.page, new_flags}, changed.page,
                      [](const ringside::Walk& walk) { return !walk.writable; });
  const std::string call = fmt::format("protect({:#x}, {})", changed.page, flags_words(new_flags));
  expect_result(pc, call, returned.rax, kDone, "The page is there.");
  expect(pc, Mapped(changed.page, AsAskedFor(changed.frame, new_flags)),
         "protect() changes the flags, and nothing else.");
  expect_result(pc, fmt::format("protect({:#x}, no_execute), which is gone,", gone.page),
                pc.call("lab::Mapper::protect", {object, gone.page, kNoExecute}).rax, kNotMapped,
                "There is no page.");
  expect(pc, NotMapped(gone.page), "protect() maps nothing.");
}

STEP(4) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  const auto refuse = [&pc] {
    const std::uint64_t page = empty_page();
    const std::uint64_t flags = kWritable | (dice().below(2) ? kForUser : 0);
    map(pc, page, far_frame(), flags, kWritableCode,
        "Whoever can write into a page that is executed can make the kernel do anything. So no page is ever "
        "both.");
    expect(pc, NotMapped(page), "What is refused is not mapped.");
  };
  const std::uint64_t boot_tables = [&pc] {
    start_at_frames_ready(pc);
    return pc.cpu().cr3;
  }();
  pc.run_until("lab::ready",
               "The kernel moves into the tables that map_kernel() filled, and goes on in them.");
  pc.about("lab::map_kernel");
  expect(pc, "CR3", Hex{pc.cpu().cr3}, Ne(Hex{boot_tables}), "The kernel runs in tables of its own.");
  struct Part {
    const char *start, *end, *what;
    std::uint64_t flags;
  };
  for (const Part& part : {Part{"text_start", "text_end", "code: read and execute", 0},
                           Part{"rodata_start", "rodata_end", "constants: read", kNoExecute},
                           Part{"data_start", "data_end", "data: read and write", kWritable | kNoExecute}}) {
    const std::uint64_t start = pc.address(part.start), end = pc.address(part.end);
    std::set<std::uint64_t> guards{pc.address("kernel_stack_guard")};
    for (const char* stack :
         {"kernel::double_fault_stack", "kernel::nmi_stack", "kernel::machine_check_stack"})
      guards.insert(pc.address(stack));  // each begins with its guard page
    for (std::uint64_t page = start; page < end; page += kPage)
      if (guards.contains(page))
        expect(
            pc, NotMapped(page),
            fmt::format(
                "That is {}: a stack that grows too far has to fault there, not to run over what lies below.",
                pc.context().symbols.name({page})));
      else
        expect(pc, Mapped(page, AsAskedFor(page - kKernelBase, part.flags)),
               fmt::format("It lies in {} to {}. The kernel's {}.", part.start, part.end, part.what));
  }
  expect(pc, NotMapped(0), "Nothing is mapped where a null pointer leads.");
  expect(pc, NoWritableCode(), "W^X holds for the whole address space.");
  refuse();
  const std::uint64_t page = empty_page(), frame = far_frame();
  map(pc, page, frame, kNoExecute, kDone, "Nothing is mapped there.");
  expect_result(pc, fmt::format("protect({:#x}, writable)", page),
                pc.call("lab::Mapper::protect", {pc.address("lab::mapper"), page, kWritable}).rax,
                kWritableCode, "protect() must not bring in what map() refuses.");
  expect(pc, Mapped(page, AsAskedFor(frame, kNoExecute)), "What is refused changes nothing.");
}

STEP(5) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  pc.run_until("lab::prepared");
  const auto decoded = [&pc](std::uint64_t cr2, std::uint64_t error) {
    const Returned r = pc.call("lab::decode", {cr2, error});
    expect(pc, fmt::format("decode({:#x}, {:#x}).address", cr2, error), Hex{r.rax}, Eq(Hex{cr2}),
           "CR2 is the address that could not be used.");
    return Told{r.rdx & 0xFF, r.rdx >> 8 & 0xFF, r.rdx >> 16 & 0xFF};
  };
  for (const std::uint64_t error : {0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 16, 17, 20, 21}) {
    const std::uint64_t with_others =
        error | dice().below(2) << 5 | dice().below(2) << 15;  // keys, SGX: not asked for
    const Told right{error & 16u  ? 2u
                     : error & 2u ? 1u
                                  : 0u,
                     error & 8u   ? 2u
                     : error & 1u ? 1u
                                  : 0u,
                     error >> 2 & 1};
    const Told got = decoded(dice().below(1ull << 47), with_others);
    expect(pc, fmt::format("decode(..., {:#x})", with_others), words(got), StrEq(words(right)), kErrorCode);
  }

  // The real thing, with pages that the check has made.
  std::uint64_t next_frame = 40 * kMiB;
  const auto new_frame = [&] { return next_frame += kPage; };
  const auto page_with = [&](std::uint64_t entry_bits) {
    const std::uint64_t page = empty_page(), frame = new_frame();
    write_physical(pc, frame, 0xC3, 1);  // RET
    set_entry(pc, page, 1, frame | entry_bits, new_frame);
    return page + dice().below(500) * 8;
  };
  constexpr std::uint64_t kReserved = std::uint64_t{1} << 45;  // above the 40 address bits of this processor
  struct Try {
    const char *how, *what;
    std::uint64_t address;
    Told right;
  };
  const std::vector<Try> tries{
      {"lab::probe_read", "a read where nothing is mapped", empty_page() + 16, {0, 0, 0}},
      {"lab::probe_write", "a write where nothing is mapped", empty_page() + 24, {1, 0, 0}},
      {"lab::probe_write", "a write to a read-only page", page_with(kPresent | kNoExecute), {1, 1, 0}},
      {"lab::probe_jump",
       "a jump into a page with NX",
       page_with(kPresent | kWritable | kNoExecute),
       {2, 1, 0}},
      {"lab::probe_read", "a read of a page with a reserved bit", page_with(kPresent | kReserved), {0, 2, 0}},
  };
  for (const Try& t : tries) {
    const std::uint64_t count = pc.number("lab::reported.count"), mark = pc.mark();
    const std::uint64_t value = probe(pc, t.how, t.address, 1);
    expect(pc, EventCount(ExceptionOf(14), Eq(1u), mark), fmt::format("{} is one page fault.", t.what));
    expect(pc, fmt::format("the number of faults that went to unhandled() at {}", t.what),
           pc.number("lab::reported.count") - count, Eq(1u),
           "Nobody can mend this fault: unhandled() has to hear of it.");
    expect(pc, fmt::format("what {} gave", t.what), Hex{value}, Eq(Hex{kNothing}),
           "The probe had to give up.");
    expect(pc, fmt::format("the address that unhandled() was told of {} at {:#x}", t.what, t.address),
           Hex{pc.number("lab::reported.last.address")}, Eq(Hex{t.address}),
           "The address is in CR2. The frame says only which instruction it was.");
    const std::uint64_t last = pc.address("lab::reported") + 8;
    const Told told{pc.read(last + 8, 1), pc.read(last + 9, 1), pc.read(last + 10, 1)};
    expect(pc, fmt::format("what unhandled() was told of {}", t.what), words(told), StrEq(words(t.right)),
           kErrorCode);
  }
}

STEP(6) {
  Pc pc({.budget = kBudget, .incidents = kIncidents}),
      reference({.reference = true, .budget = kBudget, .incidents = kIncidents});
  start_at_frames_ready(pc);
  start_at_frames_ready(reference);
  // Frames that were used before.
  std::vector<std::uint64_t> used_before;
  for (int i = 0; i < 6; ++i)
    if (const auto frame = allocate(pc)) used_before.push_back(*frame);
  for (const std::uint64_t frame : used_before)
    for (std::uint64_t at = 0; at < kPage; at += 8 * (1 + dice().below(8)))
      write_physical(pc, (frame + at) % (64 * kMiB), 0xAAAA'AAAA'AAAA'AAAA);
  for (const std::uint64_t frame : used_before) release(pc, frame);

  const std::uint64_t mark = pc.mark(), reference_mark = reference.mark(), free = frames_free(pc);
  const std::uint64_t first = kDemandBase + dice().below(kDemandBytes / kPage / 2) * kPage,
                      last = kDemandBase + kDemandBytes - kPage, value = 1 + dice().below(1ull << 60);
  for (Pc* each : {&reference, &pc}) {
    Pc& on = *each;
    const auto reads = [&on](std::uint64_t address, std::uint64_t right, std::string why) {
      expect(on, fmt::format("a read of {:#x}", address), Hex{probe(on, "lab::probe_read", address)},
             Eq(Hex{right}), std::move(why));
    };
    const std::uint64_t place = first + 8 * (1 + value % 500);
    expect(on, fmt::format("a write of {:#x} to {:#x}, on demand,", value, place),
           Hex{probe(on, "lab::probe_write", place, value)}, Eq(Hex{value}),
           "The handler gives the page a frame and returns: the instruction runs again, and works.");
    reads(place, value, "It was written there.");
    reads(place - 8, 0,
          "A new page is all zeros: what its frame's last owner left there is nobody's business.");
    for (std::uint64_t at = 0; at < kPage; at += 8)
      if (const std::uint64_t there = on.read(first + at); at != place - first && there != 0)
        fail_step(on, fmt::format("the new page at {:#x} holds zeros but for what was written", first),
                  fmt::format("{:#x} is at {:#x}", there, first + at),
                  "What the frame's last owner left there is nobody's business.");
    reads(last + kPage - 8, 0, "A read is a first touch too, and the last page is as good as the others.");
  }
  expect(pc, Mapped(first, AllOf(Writable(), NoExecute(), ForKernel())),
         "Pages on demand are for data: written, never executed, not for ring 3.");
  const std::uint64_t frame = walk_of(pc, first).physical.value;
  expect(pc, fmt::format("whether lab::frames handed out {:#x}, which the page shows,", frame),
         is_handed_out(pc, frame), Eq(true), "The frame has to be the page's own.");
  expect(pc, "the number of frames that two pages on demand and their tables cost", free - frames_free(pc),
         Le(6u), "Each page gets one frame, once.");
  // Nobody else may profit.
  for (Pc* each : {&reference, &pc}) {
    Pc& on = *each;
    for (const auto& [how, address, why] :
         {std::tuple{"lab::probe_read", kDemandBase - 8, "The page before the region is not in it."},
          std::tuple{"lab::probe_write", kDemandBase + kDemandBytes, "The region ends there."},
          std::tuple{"lab::probe_jump", last - kPage,
                     "Nobody has business executing a page that was never written."},
          std::tuple{"lab::probe_jump", first,
                     "The page is there and must not be executed: nothing to be mended."}}) {
      const std::uint64_t count = on.number("lab::reported.count");
      const std::uint64_t got = probe(on, how, address, value);
      expect(on, fmt::format("{}({:#x})", how, address), Hex{got}, Eq(Hex{kNothing}), why);
      expect(on, fmt::format("the number of faults at {:#x} that unhandled() heard of", address),
             on.number("lab::reported.count") - count, Eq(1u), why);
    }
  }
  expect(pc, NotMapped(last - kPage), "Only reads and writes get a page.");
  const Visible faults = [](const ringside::Event& e) { return e.kind == ringside::EventKind::exception; };
  expect(pc, SameEventsAs(reference, faults, mark, reference_mark),
         "For the same accesses the reference has one page fault for the first touch of each page and for "
         "each probe that "
         "must fail, and no others.");
}

QUESTION(1) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  pc.run_until("lab::ready");
  struct Case {
    const char* what;
    std::uint64_t address;
    ringside::AccessKind kind;
  };
  using enum ringside::AccessKind;
  const std::uint64_t code = pc.address("text_start") + 8 * dice().below(500),
                      constant = pc.address("rodata_start") + 8 * dice().below(500);
  const Case chosen =
      dice().one_of<Case>({{"writes to its code at", code, write},
                           {"executes a constant at", constant, fetch},
                           {"reads through a null pointer, at", 8 * dice().below(500), read},
                           {"writes through a null pointer, at", 8 * dice().below(500), write},
                           {"jumps through a null pointer, to", 0, fetch}});
  return {.text = fmt::format(
              "Your kernel {} {:#x}. Which error code does the processor push with the page fault? "
              "(in hexadecimal)",
              chosen.what, chosen.address),
          .answer = fmt::format("{:#x}", walk_of(pc, chosen.address, {.kind = chosen.kind}).error_code),
          .because =
              "Bit 0: the page was there; bit 1: a write; bit 4: an instruction fetch. Bit 2 is 0 for the "
              "kernel."};
}

QUESTION(2) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  pc.run_until("lab::ready");
  const std::uint64_t first = with_index(empty_page(), 1, dice().below(500)),
                      object = pc.address("lab::mapper");
  const auto level = static_cast<unsigned>(1 + dice().below(4));
  const std::uint64_t second =
      level == 4 ? empty_page() : with_index(first, level, (index_at(first, level) + 1) % 512);
  pc.call("lab::Mapper::map", {object, first, far_frame(), kNoExecute});
  const std::uint64_t before = frames_free(pc);
  pc.call("lab::Mapper::map", {object, second, far_frame(), kNoExecute});
  return {.text = fmt::format(
              "Your mapper has just mapped {:#x}, the first page in its 512 GiB. Now it maps {:#x} too. "
              "How many frames does it take for tables this time?",
              first, second),
          .answer = fmt::format("{}", before - frames_free(pc)),
          .because =
              "Compare the two addresses nine bits at a time, from bit 47 down: from the first index that "
              "differs "
              "on, the tables below are new."};
}

QUESTION(3) {
  Pc pc({.budget = kBudget, .incidents = kIncidents});
  pc.run_until("lab::ready");
  const bool code = dice().below(2) == 0;
  const std::uint64_t address = pc.address(code ? "text_start" : "data_start") + dice().below(4096);
  const ringside::Walk way = walk_of(pc, address);
  const std::uint64_t shown = way.physical.value;
  return {.text = fmt::format(
              "At which physical address is the byte that your kernel sees at {:#x}, in its {}? (in "
              "hexadecimal)",
              address, code ? "code" : "data"),
          .answer = fmt::format("{:#x}", shown),
          .because =
              "The image is linked at 0xffffffff80000000 plus its physical address, and map_kernel() has "
              "kept it so."};
}
