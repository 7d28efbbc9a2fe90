// SPDX-License-Identifier: GPL-2.0-or-later
// Guests put anything into registers and tables. Every table must come out, bounded, whatever they hold.
#include <random>

#include "sim/inspect/topics.h"
#include "tests/unit/support/inspect_lab.h"

namespace ringside {
namespace {

class HostileGuest : public InspectLab {
 protected:
  std::mt19937_64 random{20260101};

  // Values that like to break things, among any others.
  std::uint64_t value() {
    constexpr std::uint64_t kNasty[] = {0,
                                        1,
                                        7,
                                        0xFFF,
                                        0x1000,
                                        0xFFFF'FFFF,
                                        0x7FFF'FFFF'FFFF,
                                        0x8000'0000'0000,
                                        0xFFFF'7FFF'FFFF'FFFF,
                                        0xFFFF'8000'0000'0000,
                                        0xFFFF'FFFF'FFFF'F000,
                                        ~0ull,
                                        0x1F'FFFC};
    return random() % 3 ? kNasty[random() % std::size(kNasty)] : random();
  }
  void scramble() {
    for (auto& r : cpu.gpr) r = value();
    cpu.rip = value();
    cpu.rflags = value();
    for (Segment* s : {&cpu.es, &cpu.cs, &cpu.ss, &cpu.ds, &cpu.fs, &cpu.gs, &cpu.ldtr, &cpu.tr})
      *s = {static_cast<std::uint16_t>(value()), value(), static_cast<std::uint32_t>(value()),
            static_cast<std::uint16_t>(random() & 0xF0FF)};
    cpu.gdtr = {value(), static_cast<std::uint16_t>(value())};
    cpu.idtr = {value(), static_cast<std::uint16_t>(value())};
    cpu.cr0 = random() % 4 ? 0x8001'0011 : value();
    cpu.cr3 = random() % 2 ? random() % 0x1F'F000 : value();
    cpu.cr4 = value();
    cpu.efer = random() % 2 ? 0xD00 : random() % 2 ? 0 : value();
    cpu.cpl = random() % 4;
    cpu.fp.fsw = static_cast<std::uint16_t>(random());
    cpu.fp.ftw = static_cast<std::uint16_t>(random());
    for (auto& st : cpu.fp.st) st = {value(), static_cast<std::uint16_t>(value())};
    board.pic.master.init = static_cast<PicInit>(random() % 5);
    board.pic.master.icw2 = static_cast<std::uint8_t>(random());
    board.pic.slave.isr = static_cast<std::uint8_t>(random());
    for (auto& c : board.vga.crtc) c = static_cast<std::uint8_t>(random());
    for (auto& b : board.rtc.bytes) b = static_cast<std::uint8_t>(random());
  }
};

TEST_F(HostileGuest, CannotKeepAnyTableFromComingOut) {
  for (std::byte& b : ram) b = static_cast<std::byte>(random());
  for (unsigned round = 0; round < 60; ++round) {
    scramble();
    for (const InspectTopic& topic : topics()) {
      const auto table = topic.make(context(), "");
      if (!table) continue;
      EXPECT_LE(table->rows.size(), 4100u) << topic.name;
      EXPECT_FALSE(to_text(*table).empty());
    }
  }
}

TEST_F(HostileGuest, CannotMakeADeliveryThatHasNoWords) {
  for (unsigned round = 0; round < 300; ++round) {
    scramble();
    cpu.idtr = {kIdt, 0xFFF};
    for (unsigned i = 0; i < 256 * 16; ++i) ram[kIdt + i] = static_cast<std::byte>(random());
    DeliveryRecord record{
        .delivery = deliver(cpu, PhysicalMemory(ram), {.vector = static_cast<std::uint8_t>(random() % 32)})};
    deliveries.assign(1, record);
    const auto table = inspect(context(), "anatomy");
    ASSERT_TRUE(table.has_value());
    for (const Row& row : table->rows) {
      EXPECT_FALSE(row.cells[2].text.empty());
      EXPECT_EQ(row.cells.back().text.back(), '.') << row.cells.back().text;
    }
  }
}

}  // namespace
}  // namespace ringside
