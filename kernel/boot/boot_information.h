// SPDX-License-Identifier: MIT
//
// What the boot loader left for us: a command line and the map of the machine's memory.
// Sources: Multiboot 0.6.96, 3.3; Multiboot 2.0, 3.6.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "arch/address.h"

namespace kernel {

enum class BootProtocol { unknown, multiboot1, multiboot2 };

struct MemoryRange {
  PhysicalAddress start{0};
  uint64_t bytes = 0;
  bool usable = false;
};

inline constexpr size_t kMostLoaderRanges = 16;

struct BootInformation {
  BootProtocol protocol = BootProtocol::unknown;
  std::string_view command_line;        // copied: stays valid
  std::span<const MemoryRange> memory;  // copied; as the loader listed it
  // Where the report itself lies, and the modules: usable memory that is not free.
  std::span<const MemoryRange> left_by_loader;
};

// REQUIRES: called once, with what the loader left in EAX and EBX, while the first GiB is mapped.
// An unknown magic number, or a report above the first GiB, gives nothing.
const BootInformation& read_boot_information(uint32_t magic, PhysicalAddress report);

// The same, later.
const BootInformation& boot_information();

// Options on the command line:
//
//   quiet            no boot messages
//   test             run the kernel's tests and leave through the debug exit port
//   test=TEXT        only those whose name contains TEXT
//   heap=NAME        the allocator behind new: see memory/heap.h
//   exit=N           leave with N when the commands of run= are done; a panic before that leaves with 0x11
//   run=A;B;...      execute commands of the prompt, to the end of the line
//
// Words that are none of these are ignored: the first is often the name of the kernel's file.
struct BootOptions {
  bool quiet = false;
  bool test = false;
  std::string_view test_filter;
  std::string_view heap;
  bool exit = false;
  uint8_t exit_value = 0;
  std::string_view run;
};
BootOptions parse_boot_options(std::string_view command_line);

}  // namespace kernel
