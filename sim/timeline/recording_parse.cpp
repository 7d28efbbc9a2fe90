// SPDX-License-Identifier: GPL-2.0-or-later
// A recording from its text, which may be anything at all.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/timeline/flat_json.h"
#include "sim/timeline/recording.h"
#include "sim/timeline/recording_words.h"

namespace ringside {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::uint64_t kMostTime = ~std::uint64_t{0} >> 1;  // 292 years; far below kNever
constexpr std::size_t kMostModules = 64;

RecordedFile file(FlatJson& line, const char* key) {
  RecordedFile file{.name = line.text(key), .bytes = line.number("bytes", kMostTime)};
  const auto hash = sha256_from_hex(line.text("sha256"));
  if (!hash) line.complain("\"sha256\" has to be 64 hexadecimal digits");
  file.hash = hash.value_or(Sha256{});
  return file;
}

void read_machine(FlatJson& line, Recording& r) {
  r.command_line = line.text("command-line");
  r.memory_mib = static_cast<std::uint32_t>(line.number("memory-mib", 3072));
  if (r.memory_mib < 2) line.complain("\"memory-mib\" has to be 2 at least");
  const std::string power_on = line.text("power-on");
  if (power_on != "bios" && power_on != "cold") line.complain("\"power-on\" has to be \"bios\" or \"cold\"");
  r.power_on = power_on == "cold" ? PowerOn::cold : PowerOn::bios;
  r.start_time_unix = line.number("start-time", kMostTime);
}

Command command(FlatJson& line) {
  const auto byte = [&](const char* key) { return static_cast<std::uint8_t>(line.number(key, 0xFF)); };
  if (line.has("key")) {
    const auto key = key_from_name(line.text("key"));
    if (!key) line.complain("there is no such key");
    return TypeKey{{key.value_or(Key::none), line.flag("down")}};
  }
  if (line.has("serial")) return SerialInput{byte("serial")};
  if (line.has("nmi")) {
    if (!line.flag("nmi")) line.complain("\"nmi\" has to be true");
    return RaiseNmi{};
  }
  if (line.has("exception")) {
    const std::uint8_t vector = byte("exception");
    const auto error_code = static_cast<std::uint32_t>(line.number("error-code", 0xFFFF'FFFF));
    return InjectException{vector, error_code, line.hex("cr2")};
  }
  if (line.has("register")) {
    const auto gpr = register_from_name(line.text("register"));
    if (!gpr) line.complain("there is no such register");
    return SetRegister{gpr.value_or(0), line.hex("value")};
  }
  if (line.has("memory")) {
    const PhysAddr address{line.hex("memory")};
    return SetMemory{address, byte("value")};
  }
  line.complain("what it tells is not known here");
  return RaiseNmi{};
}

void read_end(FlatJson& line, Recording& r) {
  r.end.position.instructions = line.number("end", kMostTime);
  r.end.position.time = line.number("time", kMostTime);
  r.end.position.commands = line.number("commands", kMostTime);
  r.end.hash = line.digits("state");
  if (r.end.position.commands != r.commands.size()) line.complain("it counts other commands than there are");
  if (!line.has("stop")) return;
  const std::string stop = line.text("stop");
  const auto value = static_cast<std::uint32_t>(line.number("value", 0xFFFF'FFFF));
  for (auto kind = StopKind::debug_exit; kind <= StopKind::unsupported;
       kind = static_cast<StopKind>(static_cast<int>(kind) + 1))
    if (stop == name(kind)) r.stop = {kind, value};
  if (!r.stop) line.complain("there is no such stop");
}

// The lines between the first and the last.
class Reader {
 public:
  std::string read(std::string_view text) {
    FlatJson line(text);
    if (done_) return "nothing may follow the end";
    if (!has_image_) {
      r.image = file(line, "image");
      has_image_ = true;
    } else if (!has_machine_ && line.has("sha256")) {
      std::string name = line.text("module");
      r.modules.push_back({std::move(name), file(line, "file")});
      if (r.modules.size() > kMostModules) line.complain("there are too many modules");
    } else if (!has_machine_) {
      read_machine(line, r);
      has_machine_ = true;
    } else if (line.has("at")) {
      read_at(line);
    } else {
      read_end(line, r);
      follow(line, r.end.position);
      done_ = true;
    }
    return line.finish();
  }
  bool done() const { return done_; }
  Recording r;

 private:
  void read_at(FlatJson& line) {
    const std::uint64_t at = line.number("at", kMostTime);
    const Ticks time = line.number("time", kMostTime);
    follow(line, {time, at, 0});
    if (line.has("state"))
      r.hashes.push_back({{time, at, r.commands.size()}, line.digits("state")});
    else
      r.commands.push_back({time, at, command(line)});
  }
  // Neither time nor the count of instructions goes back.
  void follow(FlatJson& line, const Position& next) {
    if (next.time < last_.time || next.instructions < last_.instructions)
      line.complain("it is earlier than the line before");
    last_ = next;
  }

  bool has_image_ = false, has_machine_ = false, done_ = false;
  Position last_;
};

}  // namespace

Result<Recording> parse_recording(std::string_view text, std::string_view name) {
  const auto refuse = [&](std::string_view what) { return fail(fmt::format("{} {}.", name, what)); };
  if (text.empty()) return refuse("is empty, so there is nothing to replay");
  if (text.size() > kMostRecordingBytes)
    return refuse(fmt::format("is larger than {} MiB, so it is no recording", kMostRecordingBytes >> 20));
  FlatJson first(text.substr(0, std::min(text.find('\n'), kLongestLine)));
  const std::uint64_t version = first.number("ringside-recording", ~std::uint64_t{0});
  if (version > kRecordingVersion)
    return refuse("was made by a newer Ringside: replay it with that, or with a newer one");
  if (!first.finish().empty() || version == 0) return refuse("is no recording of Ringside");

  const std::size_t before_last = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
  if (text.back() != '\n' || before_last == text.npos)
    return refuse("is not whole: its end is missing, so it was cut off");
  const std::string_view checked = text.substr(0, before_last + 1);
  if (text.substr(before_last + 1) != fmt::format("{{\"sha256\":\"{}\"}}\n", hex_text(sha256(checked))))
    return refuse("was cut off or changed since it was written: its checksum does not fit");

  Reader reader;
  std::size_t start = checked.find('\n') + 1;
  for (unsigned number = 2; start < checked.size(); ++number) {
    const std::size_t end = checked.find('\n', start);
    const std::string_view line = checked.substr(start, end - start);
    const std::string wrong = line.size() > kLongestLine ? "it is too long" : reader.read(line);
    if (!wrong.empty())
      return refuse(fmt::format("cannot be replayed, because of line {}: {}", number, wrong));
    start = end + 1;
  }
  if (!reader.done()) return refuse("does not tell how the run ended, so it is not whole");
  return std::move(reader.r);
}

}  // namespace ringside
