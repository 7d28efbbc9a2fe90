// SPDX-License-Identifier: GPL-2.0-or-later
#include "qemu_lead.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "sim/cpu/physical_memory.h"
#include "tests/bench/child.h"
#include "tests/bench/rsp_client.h"

namespace ringside::lockstep {
namespace {

constexpr int kPatienceMs = 30'000;  // QEMU is always quicker, whatever else the host does
// As far as QEMU may run ahead: some states. What is larger hardly gains speed.
constexpr int kPipeBytes = 1 << 13;
constexpr int kHearingMs = 1;
constexpr std::size_t kPacketBytes = 1024;  // of memory in one packet

// The features that our CPUID names, of the vendor whose manual we follow.
constexpr const char* kProcessor =
    "qemu64,vendor=GenuineIntel,-svm,+pclmulqdq,+ssse3,+sse4.1,+sse4.2,+movbe,+popcnt,+aes,+pse36,+fsgsbase,"
    "+bmi1,+smep,+bmi2,+erms,+adx,+smap,+clflushopt,+clwb,+abm,+3dnowprefetch,+pdpe1gb,+rdtscp";

std::string in_hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}
std::string in_hex(std::string_view text) { return in_hex(std::as_bytes(std::span(text))); }

Result<std::uint32_t> entry_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<std::uint8_t, 28> header{};
  if (!file.read(reinterpret_cast<char*>(header.data()), header.size()))
    return fail(fmt::format("{} cannot be read.", path));
  std::uint32_t entry = 0;  // e_entry of an ELF32 header
  std::memcpy(&entry, header.data() + 24, 4);
  return entry;
}

}  // namespace

struct QemuLead::Impl {
  std::filesystem::path folder;
  std::byte* ram = nullptr;
  std::size_t ram_bytes = 0;
  std::unique_ptr<bench::Child> process;
  std::unique_ptr<bench::RspClient> gdb;
  int log = -1;
  TraceReader reader;
  bool stopped = true;

  ~Impl() {
    gdb.reset();
    process.reset();
    if (log >= 0) close(log);
    if (ram) munmap(ram, ram_bytes);
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }
  // A line for QEMU's monitor; its answer is of no use to us.
  void monitor(const std::string& line) {
    for (std::string answer = gdb->ask("qRcmd," + in_hex(line)); answer.starts_with('O') && answer != "OK";)
      answer = gdb->answer();
  }
};

QemuLead::QemuLead(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
QemuLead::~QemuLead() = default;

Result<std::unique_ptr<QemuLead>> QemuLead::start(const LeadConfig& config) {
  const auto entry = entry_of(config.launch_pad);
  if (!entry) return std::unexpected(entry.error());
  auto impl = std::make_unique<Impl>();
  std::string folder = (std::filesystem::temp_directory_path() / "ringside-lockstep-XXXXXX").string();
  if (!mkdtemp(folder.data()))
    return fail("No temporary folder can be made: see that there is room for one.");
  impl->folder = folder;
  const std::string ram = folder + "/ram", log = folder + "/log", socket = folder + "/gdb";
  impl->ram_bytes = std::size_t{config.memory_mib} << 20;
  const int file = open(ram.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, static_cast<off_t>(impl->ram_bytes)) != 0)
    return fail(fmt::format("{} cannot be made: see that there is room for {} MiB.", ram, config.memory_mib));
  void* mapped = mmap(nullptr, impl->ram_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return fail(fmt::format("{} cannot be mapped.", ram));
  impl->ram = static_cast<std::byte*>(mapped);
  if (mkfifo(log.c_str(), 0600) != 0) return fail(fmt::format("{} cannot be made.", log));
  impl->log = open(log.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  fcntl(impl->log, F_SETPIPE_SZ, kPipeBytes);

  // The local APIC off and interrupts by the 8259As alone; time is counted in instructions, so that a run can
  // be repeated.
  impl->process = std::make_unique<bench::Child>(std::vector<std::string>{
      "qemu-system-x86_64",
      "-accel",
      "tcg",
      "-machine",
      "pc,memory-backend=ram",
      "-m",
      std::to_string(config.memory_mib),
      "-object",
      fmt::format("memory-backend-file,id=ram,size={}M,mem-path={},share=on", config.memory_mib, ram),
      "-kernel",
      config.launch_pad,
      "-display",
      "none",
      "-monitor",
      "none",
      "-serial",
      "null",
      "-no-reboot",
      "-cpu",
      kProcessor,
      "-rtc",
      "base=2026-01-01T00:00:00,clock=vm",
      "-icount",
      "shift=0,sleep=off",
      "-device",
      "isa-debug-exit,iobase=0xf4,iosize=0x04",
      "-debugcon",
      "null",
      "-S",
      "-gdb",
      fmt::format("unix:{},server=on,wait=off", socket)});
  impl->gdb = std::make_unique<bench::RspClient>(socket);
  if (!impl->gdb->connected())
    return fail(
        "qemu-system-x86_64 does not answer: install the package qemu-system-x86 (./ringside test does).");
  bench::RspClient& gdb = *impl->gdb;
  gdb.ask("qXfer:features:read:target.xml:0,ffb");
  const std::string breakpoint = fmt::format("1,{:x},1", *entry);
  gdb.ask("Z" + breakpoint);
  if (!gdb.ask("c").starts_with("T05")) return fail("QEMU did not come to the launch pad.");
  gdb.ask("z" + breakpoint);
  return std::unique_ptr<QemuLead>(new QemuLead(std::move(impl)));
}

Result<void> QemuLead::begin_with(const CpuState& cpu, std::span<const std::byte> ram) {
  if (ram.size() != impl_->ram_bytes) return fail("Both machines need the same amount of memory.");
  bench::RspClient& gdb = *impl_->gdb;
  // QEMU's numbering. Not all in one packet: 7.2 reads more bytes for some registers than it takes.
  const auto order = {Gpr::rax, Gpr::rbx, Gpr::rcx, Gpr::rdx, Gpr::rsi, Gpr::rdi, Gpr::rbp, Gpr::rsp,
                      Gpr::r8,  Gpr::r9,  Gpr::r10, Gpr::r11, Gpr::r12, Gpr::r13, Gpr::r14, Gpr::r15};
  std::vector<std::uint64_t> values;
  for (const Gpr r : order) values.push_back(cpu[r]);
  values.push_back(cpu.rip);
  values.push_back(cpu.rflags);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (gdb.ask(fmt::format("P{:x}={}", i, in_hex(std::as_bytes(std::span(&values[i], 1))))) != "OK")
      return fail("QEMU's gdbstub does not take registers.");

  std::ranges::copy(ram.first(kVgaHoleStart), impl_->ram);
  std::ranges::copy(ram.subspan(0x100000), impl_->ram + 0x100000);
  gdb.ask("Qqemu.PhyMemMode:1");
  for (std::size_t at = 0; at < kVgaTextBytes; at += kPacketBytes)
    if (gdb.ask(fmt::format("M{:x},{:x}:{}", kVgaTextStart + at, kPacketBytes,
                            in_hex(ram.subspan(kVgaTextStart + at, kPacketBytes)))) != "OK")
      return fail("QEMU's gdbstub does not take memory.");
  impl_->monitor(fmt::format("logfile {}", (impl_->folder / "log").string()));
  impl_->monitor("log exec,cpu,fpu,int,nochain");
  impl_->monitor("singlestep on");
  return {};
}

Result<void> QemuLead::go() {
  if (!impl_->gdb->send("c") || !impl_->gdb->acknowledged()) return fail("QEMU's gdbstub does not answer.");
  impl_->stopped = false;
  return {};
}

QemuLead::News QemuLead::next(const Record*& record) {
  for (;;) {
    record = impl_->reader.next();
    if (!unknown_line().empty()) return News::garbled;
    if (record) return News::record;
    pollfd wait{impl_->log, POLLIN, 0};
    const int ready = poll(&wait, 1, impl_->stopped ? 0 : kPatienceMs);
    if (ready <= 0) return News::silent;
    static constexpr std::size_t kPiece = 1 << 18;
    std::string piece(kPiece, '\0');
    const ssize_t got = read(impl_->log, piece.data(), piece.size());
    if (got < 0) continue;
    if (got == 0) return News::ended;
    impl_->reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
}

// QEMU may wait for room in the pipe while it holds what it needs to stop: so read on until it answers.
Result<void> QemuLead::stop() {
  if (impl_->stopped) return {};
  impl_->gdb->interrupt();
  pollfd heard{impl_->gdb->descriptor(), POLLIN, 0};
  poll(&heard, 1, kHearingMs);  // or it would run on for as long as we read
  for (std::string piece(1 << 18, '\0');;) {
    pollfd wait[2] = {{impl_->log, POLLIN, 0}, {impl_->gdb->descriptor(), POLLIN, 0}};
    if (poll(wait, 2, kPatienceMs) <= 0) return fail("QEMU does not stop.");
    const ssize_t got = read(impl_->log, piece.data(), piece.size());
    if (got > 0) {
      impl_->reader.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
      continue;  // first all that it has to say
    }
    if (got == 0) break;  // it has exited
    if (wait[1].revents) {
      impl_->gdb->answer();
      break;
    }
  }
  impl_->stopped = true;
  return {};
}

std::span<const std::byte> QemuLead::ram() const { return {impl_->ram, impl_->ram_bytes}; }

Result<std::string> QemuLead::text_plane() {
  std::string bytes;
  for (std::size_t at = 0; at < kVgaTextBytes; at += kPacketBytes) {
    const std::string answer = impl_->gdb->ask(fmt::format("m{:x},{:x}", kVgaTextStart + at, kPacketBytes));
    if (answer.size() != 2 * kPacketBytes) return fail("QEMU's gdbstub does not tell its memory.");
    for (std::size_t i = 0; i < answer.size(); i += 2)
      bytes += static_cast<char>(std::stoul(answer.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

int QemuLead::exit_status() { return impl_->process->finish().status; }
const std::string& QemuLead::unknown_line() const { return impl_->reader.unknown_line(); }

}  // namespace ringside::lockstep
