// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that asks the keyboard in a loop, adds up what it reads and writes through its memory, and a run of
// it with keys, bytes, an NMI and changed memory on the way.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sim/timeline/recording.h"
#include "sim/timeline/timeline.h"

namespace ringside::testing {

inline std::vector<std::byte> recorded_image() {
  constexpr std::uint32_t kLoad = 0x100000;
  std::vector<std::byte> image;
  for (const std::uint32_t word :
       {0x1BADB002u, 0x10000u, 0u - (0x1BADB002u + 0x10000u), kLoad, kLoad, 0u, 0u, kLoad + 32})
    for (int i = 0; i < 4; ++i) image.push_back(static_cast<std::byte>(word >> (8 * i)));
  for (const std::uint8_t byte : {
           0xE4, 0x60,                          // again: in al, 0x60
           0x01, 0x05, 0x00, 0x00, 0x20, 0x00,  // add [0x200000], eax
           0x89, 0x87, 0x00, 0x00, 0x21, 0x00,  // mov [edi + 0x210000], eax
           0x81, 0xC7, 0x04, 0x01, 0x00, 0x00,  // add edi, 0x104
           0x81, 0xE7, 0xFC, 0xFF, 0x0F, 0x00,  // and edi, 0xFFFFC
           0xEB, 0xE4                           // jmp again
       })
    image.push_back(std::byte{byte});
  return image;
}

inline MachineConfig recorded_config(Execution execution = Execution::fast) {
  return {.image = recorded_image(),
          .image_name = "guest.bin",
          .command_line = "some words",
          .memory_mib = 8,
          .execution = execution};
}

inline std::unique_ptr<Machine> machine_of(MachineConfig config) {
  auto made = Machine::create(std::move(config));
  EXPECT_TRUE(made) << made.error().sentence;
  return made ? std::move(*made) : nullptr;
}

// Some 3,000,000 instructions with every kind of command but one that ends it.
inline void live(Timeline& timeline) {
  const auto on = [&](std::uint64_t instructions) { timeline.run({.instructions = instructions}); };
  const auto apply = [&](const Command& command) { ASSERT_TRUE(timeline.apply(command).has_value()); };
  on(1000);
  apply(TypeKey{{Key::h, true}});
  on(500'000);
  apply(TypeKey{{Key::h, false}});
  apply(SerialInput{0x41});  // two at the same time
  on(700'001);
  apply(SetMemory{{0x200000}, 0x5A});
  apply(SetRegister{static_cast<std::uint8_t>(Gpr::rbx), 0x1234'5678});
  on(800'000);
  apply(TypeKey{{Key::enter, true}});
  on(1'000'000);
}

// What a machine made anew is to live through.
inline std::unique_ptr<Timeline> timeline_for(const Recording& recording, HistoryConfig history = {},
                                              Execution execution = Execution::fast) {
  auto timeline = std::make_unique<Timeline>(machine_of(recorded_config(execution)), history);
  timeline->preload(recording.commands, recording.end.position);
  return timeline;
}

}  // namespace ringside::testing
