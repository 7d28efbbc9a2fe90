// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/lanes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "sim/machine/machine.h"

namespace ringside::fuzz {
namespace {

// Places in guest.S.
constexpr std::uint64_t kMode = 0x4000, kHandled = 0x4001, kTimer = 0x4002, kTimerCount = 0x4004,
                        kCode = 0x8000;
constexpr std::size_t kCodeBytes = 0x800;
constexpr std::uint64_t kWayThere = 200;  // instructions that guest.S takes at most
constexpr std::uint64_t kSteps = 50;      // each translates anew: a whole input's worth would take seconds
constexpr std::size_t kFormerInputs = 16;

struct TimedCommand {
  std::uint64_t after = 0;  // instructions behind the first byte of the code
  Command command;
};

// All that the input says, so that several machines can be given the same.
struct Program {
  GuestMode mode = GuestMode::real;
  bool handled = true, stepped = false, restless = false, fresh = false;
  std::uint16_t timer = 0;  // 0: it stays off
  std::uint64_t instructions = 0, piece = ~std::uint64_t{0};
  std::vector<SetRegister> registers;
  std::vector<SetMemory> bytes;
  std::vector<TimedCommand> commands;
  std::span<const std::uint8_t> code;
};

Command take_command(Input& input) {
  const std::uint8_t kind = input.byte();
  switch (kind & 3) {
    case 0: return RaiseNmi{};
    case 1: return TypeKey{{static_cast<Key>(1 + input.byte() % kKeyCount), (kind & 4) != 0}};
    case 2: return SerialInput{input.byte()};
    default: {
      constexpr std::array<std::uint8_t, 8> kVectors = {0, 1, 6, 10, 11, 12, 13, 14};
      return InjectException{kVectors[kind >> 2 & 7], input.byte(), input.take<std::uint16_t>()};
    }
  }
}

Program take_program(Input& input, std::span<const GuestMode> modes) {
  Program p;
  p.mode = modes[input.byte() % modes.size()];
  const std::uint8_t options = input.byte();
  p.handled = !(options & 1);
  p.stepped = options & 4;
  if (options >> 3 & 3) p.piece = 5u << 2 * (options >> 3 & 3);
  p.restless = options & 1 << 5;
  p.fresh = options >> 6 == 3;
  p.instructions = 12u << (input.byte() & 7);
  if (options & 2) p.timer = std::max<std::uint16_t>(input.take<std::uint16_t>(), 20);
  const std::uint8_t counts = input.byte();
  for (unsigned i = 0; i < (counts & 15u); ++i) {
    const std::uint8_t which = input.byte();
    const bool flags = which % 17 == 16;
    const auto value = which & 0x20 ? input.take<std::uint64_t>() : input.take<std::uint16_t>();
    // Virtual-8086 mode and the rest do not mix: whether VM is set is for guest.S to say.
    p.registers.push_back({static_cast<std::uint8_t>(flags ? 17 : which % 17),
                           !flags                              ? value
                           : p.mode == GuestMode::virtual_8086 ? value | rflags::vm
                                                               : value & ~rflags::vm});
  }
  for (unsigned i = 0; i < (counts >> 4 & 3u); ++i) {
    const std::uint64_t at = input.take<std::uint16_t>() | std::uint64_t{input.byte() & 0x1Fu} << 16;
    p.bytes.push_back({{at}, input.byte()});
  }
  for (unsigned i = 0; i < counts >> 6; ++i) p.commands.push_back({input.byte() * 8u, take_command(input)});
  std::ranges::stable_sort(p.commands, {}, &TimedCommand::after);
  p.code = input.take(kCodeBytes);
  return p;
}

std::unique_ptr<Machine> new_machine(Execution execution) {
  static const std::vector<std::byte> kImage = [] {
    std::ifstream file(RINGSIDE_FUZZ_GUEST, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const auto raw = std::as_bytes(std::span(bytes));
    return std::vector<std::byte>(raw.begin(), raw.end());
  }();
  MachineConfig config;
  config.image = kImage;
  config.memory_mib = 2;
  config.execution = execution;
  auto machine = Machine::create(std::move(config));
  require(machine.has_value(), machine ? "" : machine.error().sentence);
  return std::move(*machine);
}

void set(Machine& m, std::uint64_t address, std::uint8_t value) {
  (void)m.apply(SetMemory{{address}, value});
}

// From power-on to the first byte of the code.
void prepare(Machine& m, const Program& p) {
  set(m, kMode, static_cast<std::uint8_t>(p.mode));
  set(m, kHandled, p.handled);
  if (p.timer) {
    set(m, kTimer, 1);
    set(m, kTimerCount, static_cast<std::uint8_t>(p.timer));
    set(m, kTimerCount + 1, static_cast<std::uint8_t>(p.timer >> 8));
  }
  for (std::size_t i = 0; i < p.code.size(); ++i) set(m, kCode + i, p.code[i]);
  // And from its end to its beginning, by a jump of 3 or 5 bytes.
  const bool small =
      p.mode == GuestMode::real || p.mode == GuestMode::protected_16 || p.mode == GuestMode::virtual_8086;
  const std::uint32_t back = 0 - static_cast<std::uint32_t>(p.code.size() + (small ? 3 : 5));
  set(m, kCode + p.code.size(), 0xE9);
  for (unsigned i = 0; i < (small ? 2 : 4); ++i)
    set(m, kCode + p.code.size() + 1 + i, static_cast<std::uint8_t>(back >> 8 * i));
  const Stop there = m.run({.instructions = kWayThere, .until_address = VirtAddr{kCode}});
  require(there.kind == StopKind::address,
          fmt::format("the frame did not reach the code: {}", there.sentence));
  for (const SetMemory& byte : p.bytes) (void)m.apply(byte);
  for (const SetRegister& reg : p.registers) (void)m.apply(reg);
}

// `piece` instructions at a time; 0: by step() to begin with.
void run(Machine& m, const Program& p, std::uint64_t piece) {
  const std::uint64_t start = m.instructions(), end = start + p.instructions;
  std::size_t next = 0;
  while (!m.final_stop()) {
    for (; next < p.commands.size() && start + p.commands[next].after <= m.instructions(); ++next)
      (void)m.apply(p.commands[next].command);
    if (m.instructions() >= end || m.final_stop()) return;
    const std::uint64_t to = next < p.commands.size() ? std::min(end, start + p.commands[next].after) : end;
    const std::uint64_t left = to - m.instructions();
    const bool by_step = piece == 0 && m.instructions() < start + kSteps;
    const Stop stop = by_step ? m.step() : m.run({.instructions = piece ? std::min(piece, left) : left});
    if (stop.kind == StopKind::idle) return;
  }
}

std::string difference(const Machine& a, const Machine& b) {
  std::string text;
  const auto say = [&](const std::string& what, std::uint64_t x, std::uint64_t y) {
    if (x != y) text += fmt::format("\n  {}: {:#x} / {:#x}", what, x, y);
  };
  const CpuState x = a.cpu(), y = b.cpu();
  say("instructions", a.instructions(), b.instructions());
  say("time", a.time(), b.time());
  say("events", a.events().total(), b.events().total());
  say("final stop", a.final_stop() ? 1 + static_cast<int>(a.final_stop()->kind) : 0,
      b.final_stop() ? 1 + static_cast<int>(b.final_stop()->kind) : 0);
  for (unsigned i = 0; i < 16; ++i) say(fmt::format("register {}", i), x.gpr[i], y.gpr[i]);
  say("rip", x.rip, y.rip);
  say("rflags", x.rflags, y.rflags);
  say("cr0", x.cr0, y.cr0);
  say("cr2", x.cr2, y.cr2);
  say("cr3", x.cr3, y.cr3);
  say("cr4", x.cr4, y.cr4);
  say("efer", x.efer, y.efer);
  say("dr6", x.dr6, y.dr6);
  say("dr7", x.dr7, y.dr7);
  say("cpl", x.cpl, y.cpl);
  say("cs", x.cs.selector, y.cs.selector);
  say("ss", x.ss.selector, y.ss.selector);
  say("halted", x.halted, y.halted);
  say("shadow", x.interrupt_shadow, y.interrupt_shadow);
  say("nmi blocked", x.nmi_blocked, y.nmi_blocked);
  if (!(x.fp == y.fp)) {
    text += "\n  floating point";
    say("fcw", x.fp.fcw, y.fp.fcw);
    say("fsw", x.fp.fsw, y.fp.fsw);
    say("ftw", x.fp.ftw, y.fp.ftw);
    say("mxcsr", x.fp.mxcsr, y.fp.mxcsr);
  }
  if (!(x == y) && text.empty()) text += "\n  another part of the processor";
  if (!(a.board() == b.board())) text += "\n  the board";
  const auto ma = a.memory().bytes(), mb = b.memory().bytes();
  for (std::size_t i = 0, told = 0; i < ma.size() && told < 4; ++i)
    if (ma[i] != mb[i])
      say(fmt::format("byte at {:#x}", i), std::to_integer<std::uint64_t>(ma[i]),
          std::to_integer<std::uint64_t>(mb[i])),
          ++told;
  const EventLog &ea = a.events(), &eb = b.events();
  for (std::uint64_t i = std::max(ea.first(), eb.first()); i < std::min(ea.total(), eb.total()); ++i)
    if (!(ea[i] == eb[i])) {
      text += fmt::format("\n  event {} at {} / {}: {} / {}", i, ea[i].instructions, eb[i].instructions,
                          name(ea[i].kind), name(eb[i].kind));
      break;
    }
  return text;
}

// Cheaper than two hashes over all of the memory, and as strict.
bool same(const Machine& a, const Machine& b) {
  const auto ma = a.memory().bytes(), mb = b.memory().bytes();
  return a.instructions() == b.instructions() && a.time() == b.time() &&
         a.events().total() == b.events().total() &&
         a.final_stop().has_value() == b.final_stop().has_value() && a.cpu() == b.cpu() &&
         a.board() == b.board() && std::memcmp(ma.data(), mb.data(), ma.size()) == 0;
}

struct Lanes {
  std::unique_ptr<Machine> exact = new_machine(Execution::exact), fast = new_machine(Execution::fast),
                           restless = new_machine(Execution::restless);
  // What differs; empty if nothing does.
  std::string run_both(const Program& p) {
    std::unique_ptr<Machine>& other = p.restless ? restless : fast;
    if (p.fresh) other = new_machine(p.restless ? Execution::restless : Execution::fast);
    for (Machine* m : {exact.get(), other.get()}) {
      m->reset();
      prepare(*m, p);
    }
    run(*exact, p, p.stepped ? 0 : ~std::uint64_t{0});
    run(*other, p, p.piece);
    return same(*exact, *other) ? "" : "exact / fast:" + difference(*exact, *other);
  }
};

}  // namespace

void run_guest(Input input, std::span<const GuestMode> modes) {
  static Lanes lanes;  // opening an engine takes longer than running an input
  static std::deque<std::string> former;
  former.push_back(fmt::format("{:02x}", fmt::join(Input(input).rest(), "")));
  if (former.size() > kFormerInputs) former.pop_front();

  const Program program = take_program(input, modes);
  const std::string differs = lanes.run_both(program);
  if (differs.empty()) return;
  const std::string anew = Lanes().run_both(program);
  if (!anew.empty()) found(anew);
  found(
      fmt::format("after other inputs, but not alone, so that a reset leaves something: {}\n"
                  "The inputs up to this one (xxd -r -p makes a file of each):\n{}",
                  differs, fmt::join(former, "\n")));
}

}  // namespace ringside::fuzz
