// SPDX-License-Identifier: GPL-2.0-or-later
// The images of tests/kernel on the running machine: each prints what its boot loader promises and leaves by
// the debug exit port. Those that QEMU's own loader takes say the same there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "side_by_side.h"
#include "tests/kernel/boot_images.h"

namespace ringside::testing {
namespace {

const std::string kFolder = RINGSIDE_BOOT_IMAGES;
constexpr int kSuccess = 0x10 << 1 | 1;

std::string module_file() {
  const std::string path = kFolder + "/conformance-module";
  std::ofstream(path, std::ios::binary) << kBootModule;
  return path;
}

class BootImages : public ::testing::TestWithParam<BootImage> {};
INSTANTIATE_TEST_SUITE_P(All, BootImages, ::testing::ValuesIn(kBootImages), [](const auto& info) {
  return std::string(info.param.file.substr(0, info.param.file.find('.')));
});

TEST_P(BootImages, RunsToItsEnd) {
  const BootImage& image = GetParam();
  const auto ours = on_ringside({.image = kFolder + "/" + std::string(image.file),
                                 .command_line = std::string(kBootCommandLine),
                                 .module = module_file(),
                                 .module_name = std::string(kBootModuleName),
                                 .memory_mib = kBootRam >> 20});
  ASSERT_TRUE(ours) << ours.error().sentence;
  EXPECT_EQ(ours->status, kSuccess);
  const char* magic = image.protocol == BootProtocol::multiboot1 ? "2badb002" : "36d76289";
  EXPECT_EQ(ours->serial, fmt::format("OK magic={}{}{}\n", magic, kBootReport, image.extra));
}

// Multiboot 1 in ELF32 or by the header's address fields, without a wish for video: what QEMU 7.2's loader
// takes.
class BootImagesUnderQemu : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, BootImagesUnderQemu,
                         ::testing::Values("multiboot1_elf32.elf", "multiboot1_elf64_fields.elf",
                                           "multiboot1_flat.bin", "multiboot1_low.elf",
                                           "multiboot1_higher_half.elf"));

TEST_P(BootImagesUnderQemu, SayTheSame) {
  Subject subject{.image = kFolder + "/" + GetParam(),
                  .command_line = std::string(kBootCommandLine),
                  .module = module_file(),
                  .module_name = std::string(kBootModuleName),
                  .memory_mib = kBootRam >> 20};
  const auto theirs = on_qemu(subject);
  ASSERT_TRUE(theirs) << theirs.error().sentence;
  // QEMU puts the files' paths before both command lines.
  subject.command_line = subject.image + " " + subject.command_line;
  subject.module_name = subject.module + " " + subject.module_name;
  const auto ours = on_ringside(subject);
  ASSERT_TRUE(ours) << ours.error().sentence;
  EXPECT_EQ(theirs->status, kSuccess);
  EXPECT_EQ(ours->status, kSuccess);
  EXPECT_EQ(ours->serial, theirs->serial);
}

}  // namespace
}  // namespace ringside::testing
