// SPDX-License-Identifier: GPL-2.0-or-later
// "Who wrote this?" and "who reads it next?": what can be asked about, and the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/base/error.h"
#include "sim/explain/explanation.h"
#include "sim/inspect/context.h"

namespace ringside {

// What a question is about.
struct Subject {
  enum class Kind : std::uint8_t { memory, gpr, control, port } kind = Kind::memory;
  PhysAddr address;          // memory
  std::uint64_t length = 1;  // memory, bytes
  std::uint8_t number = 0;   // gpr: by Gpr; control: by ControlRegister
  std::uint16_t port = 0;
  std::string name;  // as it is called in sentences: "RAX", "8 bytes at 0x102000", "port 0x21"
};

// From words, as the machine stands now:
//   rax ... r15, eax ...             a general register
//   cr0 cr2 cr3 cr4 cr8 efer gdtr idtr ldtr tr
//   port 0x21                        the byte last written there
//   0x102000 [8], SYMBOL [8]         bytes at a linear address; of a symbol by default all it has, up to 8
//   phys 0x102000 [8]                bytes at a physical address
//   pte 0x400000                     the entry of the page tables that maps this linear address
//   cell ROW COLUMN                  a character cell of the text screen
Result<Subject> subject(const InspectContext& now, std::string_view words);
const char* subject_help();

// Who did it.
struct Culprit {
  bool found = false;
  bool read = false;               // who reads: else who wrote
  std::uint64_t instructions = 0;  // the count before it: seek there, and a step does it again
  std::uint64_t rip = 0;           // linear
  std::string instruction;         // "mov     byte ptr [rdi], al"; "" for a delivery's push
  std::string place, source;       // "writer::put+0x12", "vga.cpp:41"; "" unknown
  std::string source_line;         // its text
  std::string before, after;       // values in hexadecimal; who reads: both what was read
  // Stores that left the value as it was were not looked for between these counts: it would have taken long.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> not_searched;
  Sentence sentence;  // all of it, for people
};

}  // namespace ringside
