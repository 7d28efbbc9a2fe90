// SPDX-License-Identifier: GPL-2.0-or-later
// The machine that leads: qemu-system-x86_64, made to begin with our memory and registers, and its log as a
// stream of records. It runs on while we read; stopped at intervals, its memory can be compared.
//
//   its RAM    a file that both map (-object memory-backend-file,share=on)
//   its log    a named pipe (-D)
//   control    its gdbstub on a Unix socket: put registers, go, stop, text plane; and the monitor by qRcmd
// It boots its BIOS and its loader's own way to the launch pad, any Multiboot image: there it stands in
// 32-bit protected mode, and is made ours.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "sim/base/error.h"
#include "sim/cpu/cpu_state.h"
#include "trace_record.h"

namespace ringside::lockstep {

struct LeadConfig {
  std::string launch_pad;  // path of a Multiboot 1 ELF32 image below 16 MiB
  unsigned memory_mib = 16;
};

class QemuLead {
 public:
  static Result<std::unique_ptr<QemuLead>> start(const LeadConfig& config);
  ~QemuLead();

  // RAM, the text plane and the general registers become these. Before go().
  Result<void> begin_with(const CpuState& cpu, std::span<const std::byte> ram);
  Result<void> go();

  enum class News : std::uint8_t { record, ended, silent, garbled };
  // The next record, waiting for it. `ended`: QEMU has exited and all is read; `silent`: nothing came for
  // some seconds, the guest sleeps for good; `garbled`: see unknown_line().
  News next(const Record*& record);

  // Stops QEMU at a boundary between instructions. What next() then returns up to `silent` happened before.
  Result<void> stop();
  std::span<const std::byte> ram() const;  // physical address 0 and up; behind the VGA hole from 0x100000
  Result<std::string> text_plane();        // while stopped: 32 KiB
  int exit_status();                       // after `ended`; -1: it was killed
  const std::string& unknown_line() const;

 private:
  struct Impl;
  explicit QemuLead(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringside::lockstep
