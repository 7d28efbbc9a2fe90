// SPDX-License-Identifier: GPL-2.0-or-later
// The real kernel, with a command line of the test's own.
#pragma once

#include <string>
#include <vector>

#include "sim/inspect/values.h"
#include "tests/golden/subject.h"

namespace ringside {

inline std::unique_ptr<Session> kernel_session(std::string command_line) {
  std::ifstream file(RINGSIDE_GOLDEN_SUBJECT, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  MachineConfig config{.command_line = std::move(command_line), .memory_mib = 16};
  for (char c : bytes) config.image.push_back(static_cast<std::byte>(c));
  auto session = Session::open(std::move(config), {}, {});
  EXPECT_TRUE(session.has_value()) << session.error().sentence;
  return std::move(*session);
}

// Boots, lets it do what "run=..." says, and stops when it waits for the next line.
inline std::unique_ptr<Session> kernel_at_prompt(std::string command_line) {
  const bool types = command_line.find("run=") != std::string::npos;
  auto session = kernel_session(std::move(command_line));
  // Behind the first prompt stands what it was told to do, behind the second one nothing.
  for (int prompt = 0; prompt < (types ? 2 : 1); ++prompt)
    EXPECT_EQ(run_until(*session, "text:ringside> ").kind, StopKind::text);
  return session;
}

// The machine of a session with memory of its own, which a test may write to.
struct CopiedMachine {
  explicit CopiedMachine(Session& session)
      : session(session),
        ram(session.machine().memory().bytes().begin(), session.machine().memory().bytes().end()) {}

  InspectContext context() {
    const Machine& machine = session.machine();
    return {.cpu = machine.cpu(),
            .memory = PhysicalMemory(ram),
            .board = machine.board(),
            .symbols = session.symbols()};
  }
  void write(std::uint64_t address, std::uint64_t value, unsigned bytes = 8) {
    for (unsigned i = 0; i < bytes; ++i) {
      const auto at = context().guest().translate({address + i});
      ASSERT_TRUE(at.has_value()) << address + i;
      ram[at->value] = static_cast<std::byte>(value >> (8 * i) & 0xFF);
    }
  }
  std::uint64_t read(std::uint64_t address) { return context().guest().read({address}, 8).value_or(0); }
  std::uint64_t value(std::string_view expression) {
    const InspectContext c = context();
    const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
    const auto value = reader.look_up(expression);
    EXPECT_TRUE(value.has_value()) << expression;
    return value ? reader.number(*value).value_or(0) : 0;
  }
  std::uint64_t place(std::string_view expression) {
    const InspectContext c = context();
    const ValueReader reader{.symbols = c.symbols, .read = c.guest().reader()};
    const auto value = reader.look_up(expression);
    EXPECT_TRUE(value.has_value()) << expression;
    return value ? value->address.value : 0;
  }

  Session& session;
  std::vector<std::byte> ram;
};

}  // namespace ringside
