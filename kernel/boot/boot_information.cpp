// SPDX-License-Identifier: MIT
#include "boot/boot_information.h"

#include <algorithm>
#include <cstring>

#include "lib/text.h"
#include "memory/layout.h"

namespace kernel {
namespace {

constexpr uint32_t kMultiboot1Magic = 0x2badb002;
constexpr uint32_t kMultiboot2Magic = 0x36d76289;
constexpr uint32_t kUsableMemory = 1;

constexpr uint64_t kMappedByBootCode = 1 << 30;

// The report may lie in memory that is handed out later, so what matters is copied.
constinit std::array<char, 512> command_line_copy{};
constinit std::array<MemoryRange, 32> memory_copy{};
constinit size_t memory_count = 0;
constinit std::array<MemoryRange, kMostLoaderRanges> left_copy{};
constinit size_t left_count = 0;
constinit BootInformation boot;

template <typename T>
T load(PhysicalAddress at) {
  T value;
  memcpy(&value, direct(at), sizeof(T));
  return value;
}

std::string_view copy_command_line(PhysicalAddress at) {
  const char* text = direct<const char>(at);
  size_t length = 0;
  for (; length < command_line_copy.size() && text[length] != 0; ++length)
    command_line_copy[length] = text[length];
  return {command_line_copy.data(), length};
}

void add_memory(uint64_t start, uint64_t bytes, uint32_t type) {
  if (memory_count == memory_copy.size()) return;
  memory_copy[memory_count++] = {PhysicalAddress(start), bytes, type == kUsableMemory};
}

void add_left(uint64_t start, uint64_t bytes) {
  if (left_count == left_copy.size()) return;
  left_copy[left_count++] = {PhysicalAddress(start), bytes, false};
}

// Multiboot 1: one structure, with flags that say which fields are filled in.
struct Multiboot1Report {
  uint32_t flags;
  uint32_t memory_lower, memory_upper, boot_device;
  uint32_t command_line;
  uint32_t modules_count, modules_address;
  uint32_t symbols[4];
  uint32_t map_bytes, map_address;
};
static_assert(offsetof(Multiboot1Report, command_line) == 16 && offsetof(Multiboot1Report, map_bytes) == 44);
constexpr uint32_t kHasCommandLine = 1 << 2;
constexpr uint32_t kHasModules = 1 << 3;
constexpr uint32_t kHasMemoryMap = 1 << 6;

void read_multiboot1(PhysicalAddress at) {
  const auto report = load<Multiboot1Report>(at);
  add_left(at.value(), sizeof(report));
  if (report.flags & kHasModules) {  // each: start, end, command line, a reserved word
    add_left(report.modules_address, report.modules_count * 16);
    for (uint32_t i = 0; i < report.modules_count; ++i) {
      const PhysicalAddress module(report.modules_address + 16 * i);
      const auto start = load<uint32_t>(module);
      add_left(start, load<uint32_t>(module + 4) - start);
    }
  }
  if (report.flags & kHasCommandLine)
    boot.command_line = copy_command_line(PhysicalAddress(report.command_line));
  if (!(report.flags & kHasMemoryMap)) return;
  // Each entry says how long it is, not counting the field that says so.
  for (uint32_t offset = 0; offset + 24 <= report.map_bytes;) {
    const PhysicalAddress entry(report.map_address + offset);
    add_memory(load<uint64_t>(entry + 4), load<uint64_t>(entry + 12), load<uint32_t>(entry + 20));
    offset += load<uint32_t>(entry) + 4;
  }
}

// Multiboot 2: total size, a reserved word, then tags: type, size, contents, each starting at a multiple
// of 8.
struct Tag {
  uint32_t type;
  uint32_t bytes;
};
constexpr uint32_t kTagEnd = 0;
constexpr uint32_t kTagCommandLine = 1;
constexpr uint32_t kTagModule = 3;
constexpr uint32_t kTagMemoryMap = 6;

void read_multiboot2(PhysicalAddress at) {
  const auto total = load<uint32_t>(at);
  add_left(at.value(), total);
  for (uint32_t offset = 8; offset + sizeof(Tag) <= total;) {
    const auto tag = load<Tag>(at + offset);
    const PhysicalAddress contents = at + offset + sizeof(Tag);
    if (tag.type == kTagEnd || tag.bytes < sizeof(Tag)) return;
    if (tag.type == kTagCommandLine) boot.command_line = copy_command_line(contents);
    if (tag.type == kTagModule) {
      const auto start = load<uint32_t>(contents);
      add_left(start, load<uint32_t>(contents + 4) - start);
    }
    if (tag.type == kTagMemoryMap) {
      const auto entry_bytes = load<uint32_t>(contents);
      if (entry_bytes < 24) return;
      for (uint32_t used = sizeof(Tag) + 8; used + entry_bytes <= tag.bytes; used += entry_bytes) {
        const PhysicalAddress entry = at + offset + used;
        add_memory(load<uint64_t>(entry), load<uint64_t>(entry + 8), load<uint32_t>(entry + 16));
      }
    }
    offset += (tag.bytes + 7) & ~uint32_t{7};
  }
}

}  // namespace

const BootInformation& read_boot_information(uint32_t magic, PhysicalAddress report) {
  if (report.value() >= kMappedByBootCode) return boot;
  if (magic == kMultiboot1Magic) {
    boot.protocol = BootProtocol::multiboot1;
    read_multiboot1(report);
  } else if (magic == kMultiboot2Magic) {
    boot.protocol = BootProtocol::multiboot2;
    read_multiboot2(report);
  }
  boot.memory = {memory_copy.data(), memory_count};
  boot.left_by_loader = {left_copy.data(), left_count};
  return boot;
}

const BootInformation& boot_information() { return boot; }

BootOptions parse_boot_options(std::string_view rest) {
  BootOptions options;
  const auto after = [](std::string_view word, std::string_view key) {
    word.remove_prefix(key.size());
    return word;
  };
  for (rest = trim(rest); !rest.empty();) {
    if (rest.starts_with("run=")) {  // takes the whole rest: commands have spaces in them
      options.run = after(rest, "run=");
      break;
    }
    const std::string_view word = take_word(rest);
    if (word == "quiet") options.quiet = true;
    if (word == "test") options.test = true;
    if (word.starts_with("test=")) {
      options.test = true;
      options.test_filter = after(word, "test=");
    }
    if (word.starts_with("heap=")) options.heap = after(word, "heap=");
    if (word.starts_with("exit=")) {
      options.exit = true;
      options.exit_value = static_cast<uint8_t>(parse_number(after(word, "exit=")).value_or(0));
    }
  }
  return options;
}

}  // namespace kernel
