// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's log, taken apart. With -d exec,cpu,fpu,int,nochain and one instruction a block, QEMU writes the
// whole processor before every instruction, and a line for everything that comes between two instructions:
//
//   Trace 0: ...                      the state before an instruction follows
//   Stopped execution of TB chain ... that instruction was not run after all; its state comes once more
//   cpu_io_recompile: rewound ...     as well
//   Servicing hardware INT=0x20       an interrupt from the 8259As is accepted
//        7: v=0e e=0002 i=0 cpl=0 ... something is delivered; the state before that follows
//
// Source: QEMU 7.2, the -d option of qemu-system-x86_64; read off its output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cpu/cpu_state.h"

namespace ringside::lockstep {

enum class RecordKind : std::uint8_t {
  state,       // before an instruction
  not_run,     // the instruction of the last `state` was not run
  acceptance,  // vector: of an interrupt; a `delivery` follows
  delivery,    // vector, error_code, software; `cpu` = the state it is delivered in
  shutdown,    // triple fault
};

struct Record {
  RecordKind kind = RecordKind::state;
  std::uint8_t vector = 0;
  std::uint32_t error_code = 0;
  bool software = false;  // INT n
  // As far as QEMU writes it: in 32-bit code the low halves of eight registers and XMM0 to XMM7 (`wide` is
  // false). Never: CR8, MSRs but EFER. `fp` in a `state` alone; its ftw is abridged as FXSAVE writes it, one
  // bit a physical register, and st[i] is physical register i.
  CpuState cpu;
  bool wide = false;
};

class TraceReader {
 public:
  void feed(std::string_view bytes);
  // The next whole record; nullptr until more was fed. Valid until the next call.
  const Record* next();
  // A line that is none of the above, "" if there was none: then the comparison cannot be trusted.
  const std::string& unknown_line() const { return unknown_; }
  std::string_view rest() const { return std::string_view(text_).substr(at_); }  // fed, not yet used

 private:
  bool take_line(std::string_view line);  // true: record_ is complete
  bool take_state_line(std::string_view line);
  std::string text_;
  std::size_t at_ = 0;
  Record record_, done_;
  bool in_state_ = false;
  bool header_ = false;  // a record has begun
  std::string unknown_;
};

}  // namespace ringside::lockstep
