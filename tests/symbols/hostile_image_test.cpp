// SPDX-License-Identifier: GPL-2.0-or-later
// Images cut off and changed at random: whatever they say, asking about them neither crashes nor hangs nor
// gives answers that break the promises of the headers.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "sim/inspect/guest_objects.h"
#include "subject_image.h"

namespace ringside {
namespace {

#ifndef ROUNDS
#define ROUNDS 100  // a longer run: compile with -DROUNDS=100000
#endif
constexpr int kRounds = ROUNDS;

void look_at(const Type& type, int depth) {
  EXPECT_FALSE(display_name(type).empty());
  if (depth > 3) return;
  if (type.target) look_at(*type.target, depth + 1);
  for (const Member& member : type.members) {
    ASSERT_NE(member.type, nullptr);
    if (!member.name.empty() && !member.is_base_class) {
      EXPECT_TRUE(type.member(member.name));
    }
    look_at(*member.type, depth + 1);
  }
}

void ask_everything(const Symbols& symbols) {
  std::vector<VirtAddr> addresses{VirtAddr{0}, VirtAddr{~0ull}};
  for (std::uint64_t offset = 0; offset < 0x1010; offset += 53)
    addresses.push_back(VirtAddr{placed::base + offset});
  for (const Symbol& symbol : symbols.names()) addresses.push_back(symbol.start);
  const ReadMemory stack = [](VirtAddr address, std::span<std::byte> out) {
    for (std::byte& byte : out)
      byte = static_cast<std::byte>((placed::base + 0xb05) >> 8 * (address.value++ & 7));
    return true;
  };
  for (const VirtAddr address : addresses) {
    const auto location = symbols.find(address);
    if (location) {
      EXPECT_TRUE(location->symbol->holds(address));
    }
    if (const LineRow* row = symbols.line_row(address)) {
      EXPECT_LT(address.value - row->start.value, row->size);
      EXPECT_LT(row->file, symbols.source_files().size());
    }
    EXPECT_FALSE(symbols.source_frames(address).empty());
    UnwindRegisters registers{.rip = address.value};
    registers.gpr[4] = registers.gpr[5] = 0x1000;
    const auto frames = symbols.backtrace(registers, stack);
    EXPECT_FALSE(frames.empty());
    EXPECT_LE(frames.size(), 64u * 65u);
    for (const LocalVariable& variable : symbols.locals(frames.front(), stack)) {
      ASSERT_NE(variable.type, nullptr);
      look_at(*variable.type, 2);
    }
  }
  for (const std::string& file : symbols.source_files()) symbols.addresses(file, 40);
  for (const std::string& name : symbols.types().variables()) {
    if (const auto variable = symbols.types().variable(name)) look_at(*variable->type, 0);
  }
  for (const char* name : {"Thread", "State", "Node", "int"}) {
    if (const Type* type = symbols.types().find(name)) look_at(*type, 0);
  }
  (void)symbols.types().member_offset("Thread", "queue.value");
  (void)symbols.resolve("subject.cpp:40");
  (void)symbols.resolve("init");
  (void)symbols.resolve("interupt_entry");
}

void try_image(const std::vector<std::byte>& bytes) {
  // A copy of exactly this size, so that AddressSanitizer and Valgrind see a step beyond its end.
  const auto symbols = Symbols::load(std::vector<std::byte>(bytes));
  if (symbols) ask_everything(*symbols);
}

class HostileImage : public testing::TestWithParam<const char*> {
 protected:
  std::vector<std::byte> bytes = image_bytes(GetParam());
};

TEST_P(HostileImage, CutOffAnywhere) {
  for (std::size_t size = 0; size < bytes.size(); size += size < 128 ? 1 : 499) {
    try_image({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

TEST_P(HostileImage, ChangedAtRandom) {
  // Code and data do not matter: change the headers and what follows the loaded sections.
  std::mt19937 random(20240229);
  const std::size_t interesting = bytes.size() - 0x3000;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::byte> changed = bytes;
    const int changes = 1 << random() % 6;
    for (int i = 0; i < changes; ++i) {
      const std::size_t header = random() % 64, tail = 0x2000 + random() % (interesting + 0x1000);
      const std::size_t place = random() % 8 == 0 ? header : std::min(tail, bytes.size() - 1);
      constexpr unsigned kTelling[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
      changed[place] =
          static_cast<std::byte>(random() % 2 ? random() : kTelling[random() % std::size(kTelling)]);
    }
    try_image(changed);
  }
}

// Images that mean harm: small files that ask for more than any machine has. Where a test has no number to
// compare, it is passed by coming to an end.
TEST(CraftedImage, NamesTakeNoMoreThanTheirShareOfMemory) {
  const Symbols symbols = load_image("long_names.elf");
  const std::vector<std::string> names = symbols.types().variables();
  std::size_t bytes = 0;
  for (const std::string& name : names) bytes += name.size();
  EXPECT_GT(names.size(), 10'000u);
  EXPECT_LE(bytes, 64u << 20);  // 30,000 names of 3,000 bytes would be 90 MB
}

TEST(CraftedImage, AScopeWithANameThatIsTooLongIsLeftOut) {
  const Symbols symbols = load_image("long_names.elf");
  EXPECT_TRUE(symbols.types().variable("short")) << "is in a namespace with a name of 100,000 bytes";
  for (const std::string& name : symbols.types().variables()) ASSERT_LE(name.size(), 4096u);
}

TEST(CraftedImage, AStructThatInheritsFromItselfIsSearchedOnlySoFar) {
  const Symbols symbols = load_image("inherits_itself.elf");
  const auto itself = symbols.types().variable("itself");
  ASSERT_TRUE(itself);
  ASSERT_EQ(itself->type->members.size(), 60u);
  EXPECT_FALSE(itself->type->member("nothing"));
  // Also by what asks for the part at a place.
  const ReadMemory nothing = [](VirtAddr, std::span<std::byte>) { return false; };
  EXPECT_FALSE(object_name({symbols, nothing}, {itself->address.value + 8}, "Nothing").empty());
}

TEST(CraftedImage, TypesThatShareTheirChildrenHaveNotAllOfThem) {
  const Symbols symbols = load_image("shared_children.elf");
  const auto shared = symbols.types().variable("shared");
  ASSERT_TRUE(shared);
  std::set<const Type*> seen{shared->type};
  std::vector<const Type*> left{shared->type};
  std::size_t members = 0;
  while (!left.empty()) {
    const Type* type = left.back();
    left.pop_back();
    members += type->members.size();
    for (const Member& member : type->members)
      if (seen.insert(member.type).second) left.push_back(member.type);
  }
  EXPECT_EQ(seen.size(), 2000u);
  EXPECT_LE(members, 1u << 20);  // 2,000 structs of 2,000 members would be four million
}

TEST(CraftedImage, AnEntryThatIsSiblingAndChildIsVisitedOnce) {
  const Symbols symbols = load_image("sibling_is_child.elf");
  EXPECT_EQ(symbols.types().variables(), std::vector<std::string>{"last"});
  EXPECT_TRUE(symbols.inlined(VirtAddr{0x101000}).empty());
}

INSTANTIATE_TEST_SUITE_P(Images, HostileImage,
                         testing::Values("subject.elf", "subject_dwarf4.elf", "subject_debug_frame.elf",
                                         "subject_compressed.elf", "subject_plain.elf", "subject_32.elf"));

}  // namespace
}  // namespace ringside
