// SPDX-License-Identifier: GPL-2.0-or-later
// A recording: what reproduces a run bit for bit on any host. Which image (by its SHA-256, not its bytes), in
// which configuration, what came from outside and when; and to see that it is so, what the state was at some
// points and at the end.
//
// As text it is one flat JSON object a line, so that it can be read, compared and kept in version control:
//
//   {"ringside-recording":1}
//   {"image":"kernel.elf","bytes":123456,"sha256":"..."}
//   {"module":"words of the module","file":"data.bin","bytes":512,"sha256":"..."}          any number
//   {"command-line":"","memory-mib":64,"power-on":"bios","start-time":1767225600}
//   {"at":1200,"time":5000,"key":"H","down":true}     what came from outside: key, serial, nmi, exception,
//   {"at":4096,"time":9000,"state":"0123456789abcdef"}     register, byte; and states, in order
//   {"end":7000,"time":99000,"commands":12,"state":"...","stop":"debug-exit","value":33}
//   {"sha256":"..."}                                  of all before it: a cut or changed file is noticed
//
// "at" and "end" are instruction counts, times are ticks; states, registers and addresses are hexadecimal
// text. Text that is no UTF-8 stands as its bytes in hexadecimal, in a key of the same name with "-hex".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/machine/machine.h"
#include "sim/timeline/sha256.h"
#include "sim/timeline/timeline.h"

namespace ringside {

inline constexpr unsigned kRecordingVersion = 1;
inline constexpr std::size_t kMostRecordingBytes = std::size_t{64} << 20;

struct RecordedFile {
  std::string name;  // as it was given, a path
  std::uint64_t bytes = 0;
  Sha256 hash{};
};

struct RecordedModule {
  std::string name;  // its command line
  RecordedFile file;
};

// A stop after which the machine did not go on.
struct RecordedStop {
  StopKind kind = StopKind::power_off;
  std::uint32_t value = 0;
  bool operator==(const RecordedStop&) const = default;
};

struct Recording {
  RecordedFile image;
  std::vector<RecordedModule> modules;
  std::string command_line;
  std::uint32_t memory_mib = 64;
  PowerOn power_on = PowerOn::bios;
  std::uint64_t start_time_unix = 0;
  std::vector<LoggedCommand> commands;  // by time
  std::vector<HashMark> hashes;         // by position
  HashMark end;
  std::optional<RecordedStop> stop;  // none: the machine could have gone on
};

// The branch that the machine is in, to its end: the machine is taken there, and back.
Recording recording_of(Timeline& timeline);

// No file is touched here. `name` begins the sentence of an error. Whatever the text is, so much memory is
// used at most as is in proportion to it; text of more than kMostRecordingBytes is refused.
std::string text_of(const Recording& recording);
Result<Recording> parse_recording(std::string_view text, std::string_view name = "The recording");

// The machine's configuration, of files with the recorded contents. Fails where one is another: the sentence
// says which. `modules` in the recording's order.
Result<MachineConfig> config_of(const Recording& recording, std::vector<std::byte> image,
                                std::vector<std::vector<std::byte>> modules = {});

}  // namespace ringside
