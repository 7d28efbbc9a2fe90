// SPDX-License-Identifier: GPL-2.0-or-later
// A recording from a timeline, and from it the text and the machine's configuration.
#include "sim/timeline/recording.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/timeline/flat_json.h"
#include "sim/timeline/recording_words.h"

namespace ringside {
namespace {

using Json = nlohmann::ordered_json;  // fields stay in the order in which they were put

void put_text(Json& line, const char* key, const std::string& text) {
  const auto [name, value] = text_field(key, text);
  line[name] = value;
}

void put_file(Json& line, const char* key, const RecordedFile& file) {
  put_text(line, key, file.name);
  line["bytes"] = file.bytes;
  line["sha256"] = hex_text(file.hash);
}

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }
std::string digits(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

Json line_of(const LoggedCommand& logged) {
  Json line{{"at", logged.instructions}, {"time", logged.time}};
  struct Visitor {
    Json& line;
    void operator()(const TypeKey& c) const {
      line["key"] = key_name(c.stroke.key);
      line["down"] = c.stroke.pressed;
    }
    void operator()(const SerialInput& c) const { line["serial"] = c.byte; }
    void operator()(const RaiseNmi&) const { line["nmi"] = true; }
    void operator()(const InjectException& c) const {
      line["exception"] = c.vector;
      line["error-code"] = c.error_code;
      line["cr2"] = hex(c.cr2);
    }
    void operator()(const SetRegister& c) const {
      line["register"] = register_name(c.gpr);
      line["value"] = hex(c.value);
    }
    void operator()(const SetMemory& c) const {
      line["memory"] = hex(c.address.value);
      line["value"] = c.value;
    }
  };
  std::visit(Visitor{line}, logged.command);
  return line;
}

RecordedFile recorded(std::string name, const std::vector<std::byte>& bytes) {
  return {std::move(name), bytes.size(), sha256(bytes)};
}

Result<void> check(const RecordedFile& file, const std::vector<std::byte>& bytes, const char* what) {
  if (file.bytes == bytes.size() && file.hash == sha256(bytes)) return {};
  return fail(fmt::format("This was recorded with another {}: {} with {} bytes and SHA-256 {}.", what,
                          printable(file.name), file.bytes, hex_text(file.hash)));
}

}  // namespace

Recording recording_of(Timeline& timeline) {
  const Position here = timeline.now();
  const bool away = here < timeline.end();
  if (away) timeline.seek(timeline.end());
  const MachineConfig& config = timeline.machine().config();
  Recording r{.image = recorded(config.image_name, config.image),
              .command_line = config.command_line,
              .memory_mib = config.memory_mib,
              .power_on = config.power_on,
              .start_time_unix = config.start_time_unix,
              .commands = timeline.commands(),
              .hashes = timeline.hashes()};
  for (const BootModule& module : config.modules)
    r.modules.push_back(
        {module.name, recorded(module.file.empty() ? module.name : module.file, module.bytes)});
  const Position end = timeline.now();
  r.end = {{end.time, end.instructions, r.commands.size()}, timeline.state_hash()};
  if (const auto& stop = timeline.machine().final_stop()) r.stop = {stop->kind, stop->value};
  if (away) timeline.seek(here);
  return r;
}

std::string text_of(const Recording& r) {
  std::string text;
  const auto put = [&](const Json& line) { text += line.dump() + '\n'; };
  put({{"ringside-recording", kRecordingVersion}});
  Json image = Json::object(), machine = Json::object();
  put_file(image, "image", r.image);
  put(image);
  for (const RecordedModule& module : r.modules) {
    Json line = Json::object();
    put_text(line, "module", module.name);
    put_file(line, "file", module.file);
    put(line);
  }
  put_text(machine, "command-line", r.command_line);
  machine["memory-mib"] = r.memory_mib;
  machine["power-on"] = r.power_on == PowerOn::cold ? "cold" : "bios";
  machine["start-time"] = r.start_time_unix;
  put(machine);
  // A state stands between the commands before it and those after it.
  std::size_t next = 0;
  for (const HashMark& mark : r.hashes) {
    while (next < r.commands.size() && next < mark.position.commands) put(line_of(r.commands[next++]));
    put({{"at", mark.position.instructions}, {"time", mark.position.time}, {"state", digits(mark.hash)}});
  }
  while (next < r.commands.size()) put(line_of(r.commands[next++]));
  Json end{{"end", r.end.position.instructions},
           {"time", r.end.position.time},
           {"commands", r.commands.size()},
           {"state", digits(r.end.hash)}};
  if (r.stop) {
    end["stop"] = name(r.stop->kind);
    end["value"] = r.stop->value;
  }
  put(end);
  put({{"sha256", hex_text(sha256(text))}});
  return text;
}

Result<MachineConfig> config_of(const Recording& r, std::vector<std::byte> image,
                                std::vector<std::vector<std::byte>> modules) {
  if (auto same = check(r.image, image, "image"); !same) return std::unexpected(same.error());
  if (modules.size() != r.modules.size())
    return fail(fmt::format("This was recorded with {} boot modules, and {} are given.", r.modules.size(),
                            modules.size()));
  MachineConfig config{.image = std::move(image),
                       .image_name = r.image.name,
                       .command_line = r.command_line,
                       .memory_mib = r.memory_mib,
                       .power_on = r.power_on,
                       .start_time_unix = r.start_time_unix};
  for (std::size_t i = 0; i < modules.size(); ++i) {
    if (auto same = check(r.modules[i].file, modules[i], "boot module"); !same)
      return std::unexpected(same.error());
    config.modules.push_back({r.modules[i].name, std::move(modules[i]), r.modules[i].file.name});
  }
  return config;
}

}  // namespace ringside
