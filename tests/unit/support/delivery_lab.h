// SPDX-License-Identifier: GPL-2.0-or-later
// A machine small enough to hold in the head, for tests of the delivery: 2 MiB of memory, identity-mapped
// with 4 KiB pages, tables at fixed places, bytes as the manual draws them.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "sim/cpu/delivery.h"

namespace ringside {

class DeliveryLab : public testing::Test {
 protected:
  static constexpr std::uint64_t kPageTable = 0x4000, kGdt = 0x5000, kIdt = 0x6000, kTss = 0x7000,
                                 kLdt = 0x7800;
  static constexpr std::uint64_t kHandler = 0x9000;

  std::vector<std::byte> ram = std::vector<std::byte>(0x20'0000);
  std::vector<std::byte> after_ram;  // as the delivery leaves it, once run() was called
  CpuState cpu;

  void put(std::uint64_t address, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) ram[address + i] = static_cast<std::byte>(value >> (8 * i));
  }
  std::uint64_t get(std::uint64_t address, unsigned size = 8) {
    return PhysicalMemory(after_ram).read({address}, size);
  }
  std::vector<std::uint64_t> items(std::uint64_t address, unsigned count, unsigned size = 8) {
    std::vector<std::uint64_t> all;
    for (unsigned i = 0; i < count; ++i) all.push_back(get(address + i * size, size));
    return all;
  }

  void descriptor(std::uint16_t selector, std::uint64_t value) { put(kGdt + (selector & 0xFFF8u), value, 8); }

  // Entry of the only page table, for linear addresses below 2 MiB.
  void page(std::uint64_t address, std::uint64_t flags) {
    put(kPageTable + 8 * (address >> 12), (address & ~std::uint64_t{0xFFF}) | flags, 8);
  }
  void unmap(std::uint64_t address) { page(address, 0x66); }

  // Delivers and checks what holds for every delivery: nothing given is changed, and the outcome is put in
  // after_ram.
  Delivery run(const Exception& e) {
    const std::vector<std::byte> before_ram = ram;
    const CpuState before = cpu;
    Delivery d = deliver(cpu, PhysicalMemory(ram), e);
    EXPECT_EQ(ram, before_ram) << "deliver() wrote to memory";
    EXPECT_EQ(cpu, before);
    EXPECT_EQ(d.before, before);
    after_ram = ram;
    for (const MemoryWrite& w : d.writes) PhysicalMemory(after_ram).write(w.address, w.value, w.size);
    return d;
  }

  // What the attempts raised, as "13:8a 8:0": vector in decimal, error code in hexadecimal.
  static std::string chain(const Delivery& d) {
    std::string text;
    for (const Attempt& a : d.attempts) {
      if (a.end == AttemptEnd::delivered) continue;
      const MicroStep& last = a.steps.back();
      EXPECT_EQ(last.kind, MicroStepKind::nested_fault);
      EXPECT_FALSE(last.ok);
      char code[32];
      snprintf(code, sizeof code, "%u:%llx", last.vector, static_cast<unsigned long long>(last.value));
      text += (text.empty() ? "" : " ") + std::string(code);
    }
    return text;
  }
  static const MicroStep* find(const Attempt& a, MicroStepKind kind) {
    for (const MicroStep& s : a.steps)
      if (s.kind == kind) return &s;
    return nullptr;
  }
  // The step that failed, in front of the nested_fault.
  static MicroStepKind failed_at(const Attempt& a) {
    EXPECT_GE(a.steps.size(), 2u);
    const MicroStep& s = a.steps[a.steps.size() - 2];
    EXPECT_FALSE(s.ok);
    return s.kind;
  }
};

// 64-bit kernel at CPL 0, all vectors through interrupt gates to kHandler + 16 * vector.
class LongLab : public DeliveryLab {
 protected:
  static constexpr std::uint16_t kCode = 0x08, kData = 0x10, kUserData = 0x1B, kUserCode = 0x23;
  static constexpr std::uint64_t kKernelStack = 0x1'0000, kRsp0 = 0x2'0000, kIst1 = 0x3'0000;

  LongLab() {
    cpu.cr0 = 0x8001'0011;
    cpu.cr3 = 0x1000;
    cpu.cr4 = 0x20;
    cpu.efer = 0xD00;
    put(0x1000, 0x2067, 8);
    put(0x2000, 0x3067, 8);
    put(0x3000, kPageTable | 0x67, 8);
    for (std::uint64_t a = 0; a < 0x20'0000; a += 0x1000) page(a, 0x67);

    descriptor(kCode, 0x00AF'9B00'0000'FFFF);
    descriptor(kData, 0x00CF'9300'0000'FFFF);
    descriptor(kUserData, 0x00CF'F300'0000'FFFF);
    descriptor(kUserCode, 0x00AF'FB00'0000'FFFF);
    cpu.gdtr = {kGdt, 0xFF};
    cpu.idtr = {kIdt, 0xFFF};
    for (unsigned v = 0; v < 256; ++v) gate(static_cast<std::uint8_t>(v), kCode, kHandler + 16 * v, 0x8E);

    put(kTss + 4, kRsp0, 8);
    put(kTss + 12, 0x2'1000, 8);
    put(kTss + 36, kIst1, 8);
    put(kTss + 84, 0x3'7000, 8);  // IST7
    cpu.tr = {0x40, kTss, 0x67, 0x8B};

    cpu.cs = {kCode, 0, 0xFFFF'FFFF, 0xA09B};
    cpu.ss = {kData, 0, 0xFFFF'FFFF, 0xC093};
    cpu.rip = 0x8123;
    cpu.rflags = 0x202;
    cpu[Gpr::rsp] = kKernelStack;
  }

  // Figure 6-8: offset 15:0, selector, IST, P DPL 0 type, offset 31:16, offset 63:32, reserved.
  void gate(std::uint8_t vector, std::uint16_t selector, std::uint64_t offset, unsigned p_dpl_type,
            unsigned ist = 0) {
    const std::uint64_t at = kIdt + 16u * vector;
    put(at, offset & 0xFFFF, 2);
    put(at + 2, selector, 2);
    put(at + 4, ist, 1);
    put(at + 5, p_dpl_type, 1);
    put(at + 6, offset >> 16 & 0xFFFF, 2);
    put(at + 8, offset >> 32, 4);
    put(at + 12, 0, 4);
  }

  void enter_user_mode() {
    cpu.cpl = 3;
    cpu.cs = {kUserCode, 0, 0xFFFF'FFFF, 0xA0FB};
    cpu.ss = {kUserData, 0, 0xFFFF'FFFF, 0xC0F3};
    cpu[Gpr::rsp] = 0x4'0008;
  }
};

}  // namespace ringside
