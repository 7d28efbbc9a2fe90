// SPDX-License-Identifier: GPL-2.0-or-later
// A PC with the student's kernel in it, as a check handles it: run it, type on it, call its functions, look
// at it.
//
// All of it is deterministic, and measured in instructions and machine time. A kernel that never gets where
// it should fails the step when its budget is used up, after the same instruction on every computer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "labs/kit/step.h"
#include "sim/inspect/values.h"
#include "sim/session/session.h"

namespace ringside::labs {

struct Boot {
  std::string command_line = {};
  bool reference = false;               // the lab's own solution, to compare with
  std::uint64_t budget = 50'000'000;    // instructions, all runs of this PC together
  double budget_ms = 60'000;            // machine time, likewise: a halted processor uses no instructions
  std::uint64_t incidents = 1'000'000;  // events and the like, likewise: RunLimits::incidents
  std::uint32_t memory_mib = 64;
};

// What a function gave back: RAX and RDX, where the ABI puts a value of up to 16 bytes.
struct Returned {
  std::uint64_t rax = 0, rdx = 0;
};

class Pc {
 public:
  explicit Pc(Boot boot = {});
  ~Pc();
  Pc(const Pc&) = delete;
  Pc& operator=(const Pc&) = delete;

  // --- run it. Where something else ends the run (a halt for ever, a reset, the budget), the step has failed
  // --- "lab::ready", "pic.cpp:42", "irq1", "#pf", "port-write:0x43", "text:hello", "halt": the words of
  // `ringside run
  // --until`. A place in the code is reached before its first instruction runs.
  void run_until(std::string_view place, std::string_view why = {});
  // Whether it gets there, within so many instructions; the step goes on either way.
  bool reaches(std::string_view place, std::uint64_t instructions = 10'000'000);
  void run_ms(double milliseconds);  // of machine time; it may also end by itself, see ended()
  void run_instructions(std::uint64_t count);
  bool ended() const;  // halted for ever, reset, powered off, left by the debug exit
  std::string how()
      const;  // what the last run ended with, in a sentence without its full stop; with the fault behind it

  // --- from outside ---
  // Keys of the keyboard, "hello<Enter><Shift+A><F1>", one after the other with `gap_ms` of machine time
  // between.
  void type_keys(std::string_view text, double gap_ms = 5);
  void send_serial(std::string_view text);
  // Calls a function of the student's kernel with up to six arguments and runs it to its end, as if the code
  // at this point had called it; everything but memory is then as it was. Best at a place where the kernel
  // waits.
  Returned call(std::string_view function, std::vector<std::uint64_t> arguments = {});
  // The same; `look` is called before each instruction at one of these addresses runs.
  Returned call_looking(std::string_view function, std::vector<std::uint64_t> arguments,
                        const std::vector<std::uint64_t>& at, std::function<void()> look);
  // Bytes for such a call, in the guest's memory below its stack; good until the kernel runs on by itself.
  std::uint64_t put(std::span<const std::byte> bytes);
  std::uint64_t put(std::string_view text);
  // Puts 16-bit words into physical memory: an empty screen is fill_physical(0xB8000, 4000, 0x0720).
  void fill_physical(std::uint64_t physical, std::uint64_t bytes, std::uint16_t word);

  // --- look at it ---
  std::uint64_t number(
      std::string_view expression) const;               // "lab::ticks", "kernel::heap.used_"; fails the step
  std::string text(std::string_view expression) const;  // as the value panel writes it
  std::uint64_t address(
      std::string_view symbol) const;  // fails the step if there is no such function or variable
  bool has(std::string_view symbol) const;
  std::uint64_t read(std::uint64_t linear,
                     unsigned bytes = 8) const;  // fails the step where nothing can be read
  std::string row(unsigned number) const;        // of the screen, UTF-8 without trailing blanks
  TextCell cell(unsigned row, unsigned column) const;
  std::string serial() const;  // what COM1 has sent
  Table table(std::string_view topic,
              std::string_view argument = {}) const;  // as `ringside inspect` prints it

  // What happened since power-on, or since a mark: mark() now, events(mark) later. At most the newest 65,536.
  std::uint64_t mark() const;
  std::vector<Event> events(std::uint64_t since = 0) const;

  // Stores of the guest to [address, address + bytes) while `run` runs. Each: who, where, how wide, what.
  std::vector<WatchHit> stores(std::uint64_t address, std::uint64_t bytes, std::string_view until,
                               bool physical = false);
  // The same for physical addresses while a function runs that is called as by call().
  std::vector<WatchHit> call_stores(std::string_view function, std::vector<std::uint64_t> arguments,
                                    std::uint64_t physical, std::uint64_t bytes);

  std::uint64_t instructions() const;
  double ms() const;  // machine time since power-on
  const CpuState& cpu() const;
  const Board& board() const;
  InspectContext context() const;
  ValueReader reader() const;
  Session& session() { return *session_; }
  bool is_reference() const { return boot_.reference; }
  Instant now() const;
  // What is looked at from here on is the work of this function, though it returned long ago: a finding says
  // so, if nothing of the student's is under way. call() sets it as well.
  void about(std::string_view function) { called_ = address(function); }
  std::uint64_t last_called() const { return called_; }  // the function, or what it is about; 0: none yet

 private:
  Stop go(Until until);
  Stop go_counting(Until until, std::vector<WatchHit>* stores);
  Returned call(std::string_view function, std::vector<std::uint64_t> arguments,
                std::vector<WatchHit>* stores);
  void apply(const Command& command);

  Boot boot_;
  std::unique_ptr<Session> session_;
  std::uint64_t used_ = 0;
  std::uint64_t incidents_used_ = 0;
  Stop last_;
  std::uint64_t called_ = 0;
  std::function<void()> look_;  // of call_looking(), while it runs
  std::uint64_t scratch_ = 0,
                scratch_at_ = 0;  // put(): next address, and the instruction count it is good at
};

// A stop or an exception in words that fit behind "it".
std::string words_of(const Event& event);

}  // namespace ringside::labs
