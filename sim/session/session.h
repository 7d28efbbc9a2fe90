// SPDX-License-Identifier: GPL-2.0-or-later
// A machine together with what its image says about names and lines: one object that a window, a command line
// or a debugger drives. Steps are those of a person who reads source code; every stop can be explained. Not
// thread-safe: one thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/explain/explain.h"
#include "sim/inspect/topics.h"
#include "sim/machine/machine.h"
#include "sim/session/who.h"
#include "sim/symbols/source_cache.h"
#include "sim/symbols/symbols.h"
#include "sim/timeline/timeline.h"

namespace ringside {

// When a run is to stop: what RunLimits can say, and what it cannot.
struct Until {
  RunLimits limits;
  std::vector<VirtAddr> addresses;  // any of them, besides limits.until_address
  std::function<bool(const Event&)>
      matches;  // of the kinds in limits.stop_on only those; empty = all of them
};

// How much of a step to make at once: whoever has other things to do meanwhile (a window that stays alive)
// takes it in slices. A slice ends after so many instructions, or where another thread sets `pause`.
struct Slice {
  std::uint64_t instructions = ~std::uint64_t{0};
  const std::atomic<bool>* pause = nullptr;
};

class Session {
 public:
  // `source_roots`: folders to look for source files in when they are not where the compiler saw them.
  // `symbols`: of this very image, from a session before; they are read where there are none.
  static Result<std::unique_ptr<Session>> open(MachineConfig config,
                                               std::vector<std::filesystem::path> source_roots = {},
                                               HistoryConfig history = {},
                                               std::shared_ptr<const Symbols> symbols = nullptr);

  // To look at. It moves by the functions below, or history would not know.
  Machine& machine() { return timeline_.machine(); }
  const Machine& machine() const { return timeline_.machine(); }
  Timeline& timeline() { return timeline_; }
  const Timeline& timeline() const { return timeline_; }
  const Symbols& symbols() const { return *symbols_; }
  std::shared_ptr<const Symbols> shared_symbols() const { return symbols_; }
  SourceCache& sources() { return sources_; }

  InspectContext context();
  Result<Table> inspect(std::string_view name, std::string_view argument = {});

  // --- running ---
  Stop step();                       // one instruction, or the acceptance of an interrupt
  Stop step_line(Slice slice = {});  // to the start of another source line, into calls
  Stop step_over(Slice slice = {});  // a CALL, INT or repeated instruction as one
  // Both run interrupts on the way through. Where the slice ends before the step does, the stop is `budget`
  // or `paused`, the step is under way, and go_on() makes the next slice of it. Any other step or run gives
  // it up.
  bool step_under_way() const { return under_way_.has_value(); }
  Stop go_on(Slice slice = {});  // REQUIRES: step_under_way()
  Result<Stop> step_out();       // to the caller of the function the processor is in
  Stop run(const RunLimits& limits);
  Stop run(const Until& until);
  Result<Stop> run_to(
      std::string_view place);  // "symbol", "file.cpp:42", "0x101000"; at most `kRunToLimit` instructions
  void reset();
  Result<void> apply(const Command& command);  // in the past: on a new branch

  // Whatever takes long and is given no flag of its own ends soon after another thread sets this one: as
  // `paused` and somewhere on the way, or with an answer that says so.
  void cancel_when(const std::atomic<bool>* flag) { cancel_ = flag; }
  bool cancelled() const { return cancel_ && cancel_->load(std::memory_order_relaxed); }

  // --- back in time ---
  Stop step_back();       // to before the instruction, or the acceptance of an interrupt, that led here
  Stop step_back_over();  // a call that came back just now as one, interrupts too
  Stop step_back_line();  // to the start of the line before, as step_line() goes to the next
  Result<Stop> step_back_out();  // to the call of the function the processor is in
  // To the newest point before now where this would have stopped, or a breakpoint; before what stopped it.
  Stop run_back(const Until& until, std::atomic<double>* progress = nullptr);
  Stop seek(std::uint64_t instructions);
  Stop seek_event(std::uint64_t instructions);  // behind what happened at this count, which is explained
  Stop seek_time(Ticks time);  // to the first point at or after this machine time; beyond the end: the end
  // "1000", "@1000", "start", "end"/"now", "irq1" and what else until() knows: its newest before now.
  Result<Stop> go_back_to(std::string_view text);
  // Who wrote it last, before the count `before` (default: now); who reads it next. The machine stands where
  // it stood. Memory in a page that is written all the time would take seconds: unless `thorough`, only
  // changes of its value are looked for beyond some point, and Culprit::not_searched says so.
  Culprit who_wrote(const Subject& what, std::optional<std::uint64_t> before = {},
                    const std::atomic<bool>* cancel = nullptr, std::atomic<double>* progress = nullptr,
                    bool thorough = false);
  Culprit who_reads(const Subject& what);
  Result<Stop> switch_branch(unsigned id);  // to its end

  // What is asked for in words, and the answer, ready to be printed: "back", "seek 1000", "who-wrote rax",
  // "watch 0xb8000 2", "inspect idt"; "help" lists all. Blocks until it is done.
  Result<std::string> command(std::string_view words);
  // who-wrote and who-reads; without words the question before again, who-wrote from its answer on back.
  Result<std::string> ask_who(std::string_view words, bool reads);

  // What people write behind --until and --at:
  //   kernel_main, shell.cpp:42, 0x101000         that place (symbol:NAME where an event has the same name)
  //   text:PROMPT or "PROMPT"                      COM1 has sent this
  //   @1000000                                     this instruction count since power-on
  //   500 instructions, 10 ms                      so many more, so much more machine time
  //   exception, #pf, vector:0x21, interrupt, irq1, port:0x20, port-write:0x43, eoi, halt, mode, ring,
  //   serial, reset, debug-exit, triple-fault              the next such event
  Result<Until> until(std::string_view text);

  // --- after a stop ---
  // What the last step or run did and why it ended; before any, how the machine starts.
  Explanation what_just_happened();
  const std::optional<Stop>& last_stop() const { return last_stop_; }
  // The state before the last step or run, for marks on what it changed.
  const CpuState& previous() const { return previous_; }

  static constexpr std::uint64_t kRunToLimit = 2'000'000'000;

 private:
  enum class Action : std::uint8_t { none, step, step_line, step_over, step_out, run, back };

  Session(std::unique_ptr<Machine> machine, std::shared_ptr<const Symbols> symbols,
          std::vector<std::filesystem::path> roots, HistoryConfig history);
  void begin(Action action);
  Stop end(Stop stop);
  // Parts of a step under way; where `call` stands after one of them, the slice ended in there.
  Stop run_call(const Slice& slice);
  Stop step_through_interrupts(const Slice& slice);
  Stop line_on(const Slice& slice);
  Stop over_on(const Slice& slice);
  Stop finish(Stop stop);  // the step is not under way any more
  Stop run_addresses(RunLimits limits, const std::vector<VirtAddr>& addresses);
  Stop run_until(const Until& until);

  // A step that has begun.
  struct UnderWay {
    const LineRow* line = nullptr;     // step_line: where it began
    const Symbol* function = nullptr;  // the same
    std::uint64_t steps_left = 0;      // the same
    bool over_call = false;            // step_over: done when `call` comes back
    std::optional<RunLimits> call;     // in a call or an interrupt's handler: what runs until it comes back
  };

  // who.cpp
  std::optional<std::uint64_t> last_store(const Subject& what, BackSearch search, bool thorough,
                                          Culprit& answer);
  std::optional<std::uint64_t> last_register_write(const Subject& what, BackSearch search, Culprit& answer);
  Position narrow(Position end, std::uint64_t length, const std::function<std::string()>& value);
  std::optional<std::uint64_t> last_event(const Subject& what, BackSearch search);
  std::optional<std::uint64_t> next_register_read(const Subject& what);
  void describe(const Subject& what, std::uint64_t instructions, Culprit& answer);

  struct Question {
    Subject subject;
    std::optional<std::uint64_t> before;
  };

  Timeline timeline_;
  Machine* machine_;  // the timeline's
  std::shared_ptr<const Symbols> symbols_;
  SourceCache sources_;
  CpuState previous_;
  Action action_ = Action::none;
  std::optional<UnderWay> under_way_;
  std::optional<Stop> last_stop_;
  const std::atomic<bool>* cancel_ = nullptr;
  // As the last step or run began.
  std::uint64_t first_event_ = 0, first_instruction_ = 0;
  std::vector<std::byte> code_;
  PortWords ports_;
  std::optional<Question> question_;
};

// Keys of the registers that differ, as sim/inspect's tables name their rows: "rax", "rip", "rflags", "cs",
// "cr3", ...
std::vector<std::string> changed(const CpuState& before, const CpuState& after);

}  // namespace ringside
