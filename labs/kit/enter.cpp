// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/kit/enter.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <stdexcept>

#include "sim/inspect/memory_tables.h"

namespace ringside::labs {
namespace {

constexpr std::uint8_t kRip = 16, kRflags = 17;
constexpr std::array kArguments{Gpr::rdi, Gpr::rsi, Gpr::rdx, Gpr::rcx, Gpr::r8, Gpr::r9};

void apply(Pc& pc, const Command& command) {
  if (const auto done = pc.session().apply(command); !done)
    fail_step(pc, "the machine takes input", done.error().sentence, "");
}

}  // namespace

void set_register(Pc& pc, Gpr which, std::uint64_t value) {
  apply(pc, SetRegister{static_cast<std::uint8_t>(which), value});
}
void set_rip(Pc& pc, std::uint64_t linear) { apply(pc, SetRegister{kRip, linear}); }
void set_rflags(Pc& pc, std::uint64_t value) { apply(pc, SetRegister{kRflags, value}); }

void set_memory(Pc& pc, std::uint64_t linear, std::uint64_t value, unsigned bytes) {
  const InspectContext here = pc.context();
  for (unsigned i = 0; i < bytes; ++i) {
    const auto physical = here.guest().translate({linear + i});
    if (!physical)
      fail_step(pc, fmt::format("{} bytes of memory at {}", bytes, hex64(linear)),
                here.guest().why_not({linear + i}), "The check writes there.");
    apply(pc, SetMemory{*physical, static_cast<std::uint8_t>(value >> 8 * i)});
  }
}

void enter(Pc& pc, std::string_view function, std::vector<std::uint64_t> arguments) {
  if (arguments.size() > kArguments.size())
    throw std::invalid_argument("enter() passes at most six arguments");
  const std::uint64_t target = pc.address(function);
  // As behind a CALL: the return address lies 8 bytes below a multiple of 16.
  const auto frame = std::bit_cast<std::array<std::byte, 16>>(std::array<std::uint64_t, 2>{0, pc.cpu().rip});
  const std::uint64_t rsp = pc.put(frame) + 8;
  for (std::size_t i = 0; i < arguments.size(); ++i) set_register(pc, kArguments[i], arguments[i]);
  set_register(pc, Gpr::rsp, rsp);
  set_rip(pc, target);
}

void expect_halts_for_ever(Pc& pc, std::string_view what, std::string why, double ms) {
  pc.run_ms(ms);
  const auto& stop = pc.session().machine().final_stop();
  if (stop && stop->kind == StopKind::halted_forever) return;
  fail_step(pc, fmt::format("{} ends in a halt with interrupts off", what), pc.how(), std::move(why));
}

}  // namespace ringside::labs
