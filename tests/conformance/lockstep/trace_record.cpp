// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace_record.h"

#include <array>
#include <charconv>

namespace ringside::lockstep {
namespace {

// The hexadecimal number behind position `at`, blanks skipped; moves `at` behind it.
std::uint64_t hex(std::string_view line, std::size_t& at) {
  while (at < line.size() && line[at] == ' ') ++at;
  std::uint64_t value = 0;
  const auto end = std::from_chars(line.data() + at, line.data() + line.size(), value, 16).ptr;
  at = static_cast<std::size_t>(end - line.data());
  return value;
}

// The number behind "NAME=" wherever it stands in the line.
std::uint64_t field(std::string_view line, std::string_view name) {
  const std::size_t found = line.find(name);
  if (found == std::string_view::npos) return 0;
  std::size_t at = found + name.size();
  return hex(line, at);
}

// "EAX=... EBX=... ": the values in order.
template <std::size_t N>
void numbers(std::string_view line, const std::array<std::uint64_t*, N>& targets) {
  std::size_t at = 0;
  for (std::uint64_t* target : targets) {
    at = line.find('=', at);
    if (at == std::string_view::npos) return;
    *target = hex(line, ++at);
  }
}

Segment segment(std::string_view line) {
  Segment s;
  std::size_t at = 4;
  s.selector = static_cast<std::uint16_t>(hex(line, at));
  s.base = hex(line, at);
  s.limit = static_cast<std::uint32_t>(hex(line, at));
  s.attributes = static_cast<std::uint16_t>(hex(line, at) >> 8 & 0xF0FF);
  return s;
}

DescriptorTable table(std::string_view line) {
  std::size_t at = 4;
  DescriptorTable t;
  t.base = hex(line, at);
  t.limit = static_cast<std::uint16_t>(hex(line, at));
  return t;
}

}  // namespace

void TraceReader::feed(std::string_view bytes) {
  text_.erase(0, at_);
  at_ = 0;
  text_ += bytes;
}

const Record* TraceReader::next() {
  for (;;) {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos) return nullptr;
    const std::string_view line = std::string_view(text_).substr(at_, end - at_);
    at_ = end + 1;
    if (take_line(line)) return &done_;
  }
}

bool TraceReader::take_line(std::string_view line) {
  const auto whole = [&](RecordKind kind) {
    record_.kind = kind;
    done_ = record_;
    return true;
  };
  if (in_state_) {
    if (!take_state_line(line)) return false;
    in_state_ = false;
    return whole(record_.kind);
  }
  if (line.starts_with("Trace ")) {
    record_.kind = RecordKind::state;
    in_state_ = true;
    return false;
  }
  if (line.starts_with("Stopped execution of TB chain") || line.starts_with("cpu_io_recompile: rewound"))
    return whole(RecordKind::not_run);
  if (line.starts_with("Servicing hardware INT=")) {
    record_.vector = static_cast<std::uint8_t>(field(line, "INT=0x"));
    return whole(RecordKind::acceptance);
  }
  if (line.starts_with("Triple fault")) return whole(RecordKind::shutdown);
  if (line.find(": v=") != std::string_view::npos) {
    record_.kind = RecordKind::delivery;
    record_.vector = static_cast<std::uint8_t>(field(line, " v="));
    record_.error_code = static_cast<std::uint32_t>(field(line, " e="));
    record_.software = field(line, " i=") != 0;
    in_state_ = true;
    return false;
  }
  // What QEMU makes of two exceptions in a row, in words; the deliveries themselves follow.
  if (!line.empty() && !line.starts_with("check_exception") && unknown_.empty()) unknown_ = line;
  return false;
}

bool TraceReader::take_state_line(std::string_view line) {
  CpuState& c = record_.cpu;
  FloatingPoint& f = c.fp;
  const auto starts = [&](std::string_view word) { return line.starts_with(word); };
  if (starts("RAX=") || starts("EAX=")) {
    record_.wide = line[0] == 'R';
    numbers(line, std::array{&c[Gpr::rax], &c[Gpr::rbx], &c[Gpr::rcx], &c[Gpr::rdx]});
  } else if (starts("RSI=") || starts("ESI=")) {
    numbers(line, std::array{&c[Gpr::rsi], &c[Gpr::rdi], &c[Gpr::rbp], &c[Gpr::rsp]});
  } else if (starts("R8 =")) {
    numbers(line, std::array{&c[Gpr::r8], &c[Gpr::r9], &c[Gpr::r10], &c[Gpr::r11]});
  } else if (starts("R12=")) {
    numbers(line, std::array{&c[Gpr::r12], &c[Gpr::r13], &c[Gpr::r14], &c[Gpr::r15]});
  } else if (starts("RIP=") || starts("EIP=")) {
    numbers(line, std::array{&c.rip, &c.rflags});
    c.cpl = static_cast<std::uint8_t>(field(line, "CPL="));
    c.interrupt_shadow = field(line, "II=") != 0;
    c.halted = field(line, "HLT=") != 0;
  } else if (starts("ES =")) {
    c.es = segment(line);
  } else if (starts("CS =")) {
    c.cs = segment(line);
  } else if (starts("SS =")) {
    c.ss = segment(line);
  } else if (starts("DS =")) {
    c.ds = segment(line);
  } else if (starts("FS =")) {
    c.fs = segment(line);
  } else if (starts("GS =")) {
    c.gs = segment(line);
  } else if (starts("LDT=")) {
    c.ldtr = segment(line);
  } else if (starts("TR =")) {
    c.tr = segment(line);
  } else if (starts("GDT=")) {
    c.gdtr = table(line);
  } else if (starts("IDT=")) {
    c.idtr = table(line);
  } else if (starts("CR0=")) {
    numbers(line, std::array{&c.cr0, &c.cr2, &c.cr3, &c.cr4});
  } else if (starts("DR0=")) {
    numbers(line, std::array{&c.dr[0], &c.dr[1], &c.dr[2], &c.dr[3]});
  } else if (starts("DR6=")) {
    numbers(line, std::array{&c.dr6, &c.dr7});
  } else if (starts("CCS=")) {
    // How QEMU keeps flags not yet worked out: RFL has them.
  } else if (starts("EFER=")) {
    numbers(line, std::array{&c.efer});
    return record_.kind == RecordKind::delivery;
  } else if (starts("FCW=")) {
    std::uint64_t fcw = 0, fsw = 0, top = 0, ftw = 0, mxcsr = 0;
    numbers(line, std::array{&fcw, &fsw, &top, &ftw, &mxcsr});
    f.fcw = static_cast<std::uint16_t>(fcw);
    f.fsw = static_cast<std::uint16_t>(fsw);
    f.ftw = static_cast<std::uint16_t>(ftw);
    f.mxcsr = static_cast<std::uint32_t>(mxcsr);
  } else if (starts("FPR")) {
    std::size_t at = 0, i = static_cast<std::size_t>(line[3] - '0');
    for (std::size_t n = 0; n < 2 && i < 8; ++n, ++i) {
      at = line.find('=', at) + 1;
      f.st[i].significand = hex(line, at);
      f.st[i].sign_exponent = static_cast<std::uint16_t>(hex(line, at));
    }
  } else if (starts("XMM")) {
    std::size_t at = 3, i = 0;
    i = static_cast<std::size_t>((line[3] - '0') * 10 + (line[4] - '0'));
    const std::size_t last = record_.wide ? 14 : 6;
    const bool end = i == last;
    for (std::size_t n = 0; n < 2 && i < 16; ++n, ++i) {
      at = line.find('=', at) + 1;
      f.xmm[i].high = hex(line, at);
      f.xmm[i].low = hex(line, at);
    }
    return end;
  } else if (!line.empty() && unknown_.empty()) {
    unknown_ = line;
  }
  return false;
}

}  // namespace ringside::lockstep
