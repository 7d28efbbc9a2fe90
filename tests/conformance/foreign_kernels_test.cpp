// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels by others, unchanged, from Debian's packages: GNU Mach (Multiboot 1, 32 bits) and the Xen
// hypervisor (Multiboot 1, into long mode). They are not installed for this, as they would offer themselves
// in the host's boot menu: these tests run where a file is in /boot or in the folder that
// RINGSIDE_FOREIGN_KERNELS names, unpacked from
//   gnumach-image-1.8-486          boot/gnumach-1.8-486.gz
//   xen-hypervisor-4.17-amd64      boot/xen-4.17-amd64.gz
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "sim/machine/machine.h"

namespace ringside::testing {
namespace {

class ForeignKernels : public ::testing::Test {
 protected:
  std::vector<std::byte> image;
  std::string serial;
  Stop stop;

  // False where nobody has the file.
  bool find(const std::string& name) {
    std::vector<std::filesystem::path> folders = {"/boot"};
    if (const char* named = std::getenv("RINGSIDE_FOREIGN_KERNELS")) folders.insert(folders.begin(), named);
    for (const auto& folder : folders) {
      const auto path = folder / name;
      if (!std::filesystem::exists(path)) continue;
      FILE* pipe = popen(("gzip -dc '" + path.string() + "'").c_str(), "r");
      if (!pipe) return false;
      char piece[65536];
      for (std::size_t n; (n = fread(piece, 1, sizeof piece, pipe)) > 0;) {
        const auto* first = reinterpret_cast<const std::byte*>(piece);
        image.insert(image.end(), first, first + n);
      }
      pclose(pipe);
      return !image.empty();
    }
    return false;
  }
  void run(const std::string& command_line, const std::string& until, std::uint64_t instructions) {
    auto machine = Machine::create(
        {.image = image, .image_name = "kernel", .command_line = command_line, .memory_mib = 128});
    ASSERT_TRUE(machine) << machine.error().sentence;
    RunLimits limits{.instructions = instructions};
    limits.until_serial = until;
    stop = (*machine)->run(limits);
    serial.assign((*machine)->serial().begin(), (*machine)->serial().end());
  }
  void expect(std::initializer_list<const char*> texts) {
    for (const char* text : texts)
      EXPECT_NE(serial.find(text), std::string::npos) << text << " is not in\n" << serial << stop.sentence;
  }
};

TEST_F(ForeignKernels, GnuMachLooksForItsServers) {
  if (!find("gnumach-1.8-486.gz"))
    GTEST_SKIP() << "gnumach-1.8-486.gz is neither in /boot nor in $RINGSIDE_FOREIGN_KERNELS";
  run("console=com0", "the kernel!", 500'000'000);
  expect({"GNU Mach 1.8", "000000000007fe0000, available", "RTC time is 2026-01-01 00:00:0",
          "No bootstrap code loaded with the kernel!"});
}

// Without calls to the BIOS, which the machine has not.
TEST_F(ForeignKernels, XenLooksForItsFirstDomain) {
  if (!find("xen-4.17-amd64.gz"))
    GTEST_SKIP() << "xen-4.17-amd64.gz is neither in /boot nor in $RINGSIDE_FOREIGN_KERNELS";
  run("no-real-mode console=com1 com1=115200,8n1", "", 500'000'000);
  expect({"Xen version 4.17", "Bootloader: Ringside", "VGA is text mode 80x25", "dom0 kernel not specified"});
  EXPECT_EQ(stop.kind, StopKind::reset) << stop.sentence;
}

}  // namespace
}  // namespace ringside::testing
