// SPDX-License-Identifier: GPL-2.0-or-later
// One image on our machine and under QEMU, and what both say about it.
//
// The images print one line a case, "NAME: FIELD=VALUE FIELD=VALUE ...". A line that differs must stand in a
// table of deviations with its reason; what our machine then has to say is written there from the manual, and
// checked.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/machine/machine.h"

namespace ringside::testing {

struct Witnessed {
  std::string console;  // port 0xE9
  std::string serial;   // COM1
  int status = 0;  // of the process that QEMU is: (written << 1) | 1 after a write to the debug exit port
  std::uint64_t state_hash = 0;  // at the end; of ours
};

struct Subject {
  std::string image;  // path of the file
  std::string command_line;
  std::string module;  // path of a file, "" = none
  std::string module_name;
  unsigned memory_mib = 64;
  bool counted = false;  // under QEMU too an instruction takes a nanosecond (-icount shift=0)
};

enum class Way : std::uint8_t { fast, exact, stepped };

// Runs to the write to the debug exit port. An error says what happened instead.
Result<Witnessed> on_ringside(const Subject& subject, Way way = Way::fast);
// The same under qemu-system-x86_64 (TCG); an error where it is missing or does not end in time.
Result<Witnessed> on_qemu(const Subject& subject);

// A line of an image's report, taken apart.
struct Line {
  std::string name;
  std::string text;  // behind the name
  std::map<std::string, std::string> fields;
};
std::vector<Line> lines(std::string_view console);

// What the line lacks of "FIELD=VALUE ..."; a text without fields must be the whole line. Empty where nothing
// is.
std::string missing(const Line& line, std::string_view expected);

// Cases in which QEMU is not the judge. `ours` names the fields that differ and what our machine has to say,
// as "v=c err=0", or the whole line if one of the two has no fields.
struct Deviation {
  std::string_view name;  // of the line; a '*' stands for any text
  std::string_view ours;
  std::string_view reason;  // what the manual says, where, and who departs from it
};

// What is wrong, one entry a line; empty where all lines are equal or explained. Every deviation must be met
// by a line, our line must say what the deviation says, and each field it does not name must be equal on
// both. RF in saved flags is looked after here: QEMU never sets it.
std::string unexplained(std::string_view ringside, std::string_view qemu,
                        std::span<const Deviation> deviations);

}  // namespace ringside::testing
