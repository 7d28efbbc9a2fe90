// SPDX-License-Identifier: GPL-2.0-or-later
// Bits by their numbers in SDM volume 2A, CPUID (tables 3-8, 3-10, 3-11), as a kernel tests them.
#include "sim/cpu/cpuid.h"

#include <gtest/gtest.h>

#include <string>

namespace ringside {
namespace {

std::string text(std::initializer_list<std::uint32_t> registers) {
  std::string s;
  for (const std::uint32_t r : registers)
    for (unsigned i = 0; i < 4; ++i) s += static_cast<char>(r >> (8 * i));
  return s;
}

TEST(Cpuid, NamesItself) {
  const CpuidResult vendor = cpuid(0, 0);
  EXPECT_EQ(vendor.eax, 0x16u);
  EXPECT_EQ(text({vendor.ebx, vendor.edx, vendor.ecx}), "RingsideCPU ");
  const CpuidResult hypervisor = cpuid(0x4000'0000, 0);
  EXPECT_EQ(hypervisor.eax, 0x4000'0000u);
  EXPECT_EQ(text({hypervisor.ebx, hypervisor.ecx, hypervisor.edx}), "RingsideOSLb");
  std::string brand;
  for (const std::uint32_t leaf : {0x8000'0002u, 0x8000'0003u, 0x8000'0004u}) {
    const CpuidResult r = cpuid(leaf, 0);
    brand += text({r.eax, r.ebx, r.ecx, r.edx});
  }
  EXPECT_EQ(brand, "Ringside CPU at 1 GHz" + std::string(27, '\0'));
}

TEST(Cpuid, OffersWhatALongModeKernelAsksFor) {
  const CpuidResult one = cpuid(1, 0), extended = cpuid(0x8000'0001, 0);
  for (const unsigned b : {0, 3, 4, 5, 6, 8, 11, 13, 15, 16, 24, 25, 26})
    EXPECT_TRUE(one.edx >> b & 1) << "EDX " << b;
  for (const unsigned b : {0, 13, 31}) EXPECT_TRUE(one.ecx >> b & 1) << "ECX " << b;
  for (const unsigned b : {11, 20, 26, 27, 29}) EXPECT_TRUE(extended.edx >> b & 1) << "0x80000001 EDX " << b;
  EXPECT_TRUE(extended.ecx & 1);
  EXPECT_GE(cpuid(0x8000'0000, 0).eax, 0x8000'0008u);
}

TEST(Cpuid, OffersNothingThatIsNotThere) {
  const CpuidResult one = cpuid(1, 0), seven = cpuid(7, 0);
  // VME, MCE, APIC, MTRR, MCA, thermal, HTT
  for (const unsigned b : {1, 7, 9, 12, 14, 22, 28, 29}) EXPECT_FALSE(one.edx >> b & 1) << "EDX " << b;
  // MONITOR, VMX, FMA, PCID, x2APIC, TSC deadline, XSAVE, OSXSAVE, AVX, F16C, RDRAND
  for (const unsigned b : {3, 5, 12, 17, 21, 24, 26, 27, 28, 29, 30})
    EXPECT_FALSE(one.ecx >> b & 1) << "ECX " << b;
  // AVX2, INVPCID, RTM, AVX-512F, RDSEED, SHA
  for (const unsigned b : {5, 10, 11, 16, 18, 29}) EXPECT_FALSE(seven.ebx >> b & 1) << "leaf 7 EBX " << b;
  EXPECT_EQ(seven.ecx, 0u);  // UMIP, five-level paging, RDPID
  EXPECT_EQ(cpuid(7, 1), CpuidResult{});
  EXPECT_EQ(cpuid(0xD, 0), CpuidResult{});
}

TEST(Cpuid, AddressWidths) {
  EXPECT_EQ(cpuid(0x8000'0008, 0).eax & 0xFF, 40u);
  EXPECT_EQ(cpuid(0x8000'0008, 0).eax >> 8 & 0xFF, 48u);
}

TEST(Cpuid, TheTimeStampCounterRunsAt1GhzAlways) {
  const CpuidResult r = cpuid(0x15, 0);
  ASSERT_NE(r.eax, 0u);
  EXPECT_EQ(std::uint64_t{r.ecx} * r.ebx / r.eax, 1'000'000'000u);
  EXPECT_EQ(cpuid(0x16, 0).eax, 1000u);
  EXPECT_EQ(cpuid(0x8000'0007, 0).edx, 0x100u);
}

TEST(Cpuid, OneProcessorWithLinesOf64Bytes) {
  EXPECT_EQ(cpuid(1, 0).ebx, 0x0001'0800u);
  EXPECT_EQ(cpuid(0xB, 1), (CpuidResult{.ecx = 1}));
}

TEST(Cpuid, LeavesThatDoNotExistAnswerLikeTheHighestBasicOne) {
  for (const std::uint32_t leaf :
       {0x17u, 0x1000'0000u, 0x4000'0001u, 0x7FFF'FFFFu, 0x8000'0009u, 0xFFFF'FFFFu})
    EXPECT_EQ(cpuid(leaf, 0), cpuid(0x16, 0)) << std::hex << leaf;
  for (const std::uint32_t leaf : {3u, 5u, 6u, 0xAu, 0x14u, 0x8000'0005u})
    EXPECT_EQ(cpuid(leaf, 0), CpuidResult{});
}

}  // namespace
}  // namespace ringside
