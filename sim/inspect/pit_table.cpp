// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include "sim/base/bits.h"
#include "sim/inspect/cells.h"
#include "sim/inspect/device_tables.h"
#include "sim/inspect/port_words.h"
#include "sim/inspect/words.h"

namespace ringside {
namespace {

std::string rate_words(const PitCounter& counter) {
  if (!counter.cr_valid) return {};
  const unsigned mode = mode_of(counter);
  if (mode != 2 && mode != 3) return "once";
  return fmt::format("{:.2f} Hz", static_cast<double>(kPitClockHz) / count_of(counter));
}

}  // namespace

Table pit_table(const InspectContext& c) {
  constexpr std::array<const char*, 3> kUse{"IRQ 0, the timer tick", "memory refresh", "speaker, port 0x61"};
  Table t{.name = "pit",
          .title = "Timer (8254)",
          .note = fmt::format("1.193182 MHz; {} clocks since power-on", count_words(pit_clocks_at(c.now))),
          .columns = {{"Counter", true},
                      {"Use"},
                      {"Mode"},
                      {"Reload", true},
                      {"Count", true},
                      {"Rate", true},
                      {"Next change", true},
                      {"OUT", true},
                      {"GATE", true},
                      {"State"}},
          .rows = {}};
  Pit8254 pit = c.board.pit;
  advance(pit, c.now);
  for (unsigned i = 0; i < 3; ++i) {
    const PitCounter& k = pit.counter[i];
    const bool programmed = k.control != 0 || k.cr_valid;
    const Ticks next = next_event(pit, i);
    std::string state = !programmed        ? "not programmed"
                        : !k.cr_valid      ? "waits for a count"
                        : k.write_msb_next ? "waits for the count's high byte"
                        : !k.counting      ? "waits for its gate or clock"
                                           : "counts";
    if (k.count_latched) state += ", count latched";
    if (k.status_latched) state += ", status latched";
    if (programmed && is_bcd(k)) state += ", BCD";
    t.rows.push_back(
        {fmt::format("counter{}", i),
         {plain(std::to_string(i)), plain(kUse[i]), plain(programmed ? pit_mode_words(mode_of(k)) : ""),
          plain(k.cr_valid ? std::to_string(count_of(k)) : ""),
          plain(k.counting ? std::to_string(count_at(pit, i, c.now)) : ""), plain(rate_words(k)),
          plain(next == kNever || next < c.now ? "" : "in " + time_words(next - c.now)),
          yes_no(out(pit, i, c.now)), yes_no(k.gate),
          k.counting && k.gate ? plain(state, Tone::good) : muted(state)},
         at_port(static_cast<std::uint16_t>(0x40 + i))});
  }
  return t;
}

}  // namespace ringside
