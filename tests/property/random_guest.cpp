// SPDX-License-Identifier: GPL-2.0-or-later
#include "random_guest.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>

namespace ringside {
namespace {

constexpr std::size_t kSlot = 32;
using Code = std::vector<std::uint8_t>;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Code slot() {
    Code code;
    while (code.size() < kSlot - 10) {
      const Code next = piece();
      if (code.size() + next.size() > kSlot) break;
      code.insert(code.end(), next.begin(), next.end());
    }
    while (code.size() < kSlot) code.push_back(0x90);
    return code;
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

 private:
  // A register that is neither RSP nor, mostly, RSI and RDI, which point at data.
  std::uint8_t reg() { return std::array<std::uint8_t, 4>{0, 1, 2, 3}[below(4)]; }
  std::uint8_t pair(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(0xC0 | a << 3 | b); }

  Code arithmetic() {
    switch (below(10)) {
      case 0:
        return {0x48, std::array<std::uint8_t, 8>{0x01, 0x09, 0x11, 0x19, 0x21, 0x29, 0x31, 0x39}[below(8)],
                pair(reg(), reg())};
      case 1: return {static_cast<std::uint8_t>(0xB8 + reg()), byte(), byte(), byte(), byte()};
      case 2: return {0x48, 0x0F, 0xAF, pair(reg(), reg())};
      case 3:
        return {0x48, 0xC1, pair(std::array<std::uint8_t, 7>{0, 1, 2, 3, 4, 5, 7}[below(7)], reg()), byte()};
      case 4:
        return {0x48, 0x8B, static_cast<std::uint8_t>(0x46 | reg() << 3),
                static_cast<std::uint8_t>(below(128))};  // mov r, [rsi+d]
      case 5:
        return {0x48, 0x89, static_cast<std::uint8_t>(0x47 | reg() << 3),
                static_cast<std::uint8_t>(below(128))};  // mov [rdi+d], r
      case 6:
        return {static_cast<std::uint8_t>(0x50 + reg()),
                static_cast<std::uint8_t>(0x58 + reg())};  // push, pop
      case 7:
        return {0xF0, 0x48, 0x0F, 0xC1, static_cast<std::uint8_t>(0x07 | reg() << 3)};  // lock xadd [rdi], r
      case 8:
        return {0x48, 0x0F, 0xBA, pair(std::array<std::uint8_t, 4>{4, 5, 6, 7}[below(4)], reg()),
                byte()};                                                                        // bt family
      default: return {0x0F, static_cast<std::uint8_t>(0x40 | below(16)), pair(reg(), reg())};  // cmov
    }
  }

  Code loops() {
    const auto n = static_cast<std::uint8_t>(1 + below(12));
    switch (below(5)) {
      case 0:
        return {0xB9, n, 0, 0, 0, 0xFF, 0xC0, 0xFF, 0xC9, 0x75, 0xFA};  // mov ecx, n; inc eax; dec ecx; jnz
      case 1: return {0xB9, n, 0, 0, 0, 0xE2, 0xFE};                    // loop to itself
      case 2: return {0xB9, n, 0, 0, 0, 0xF3, static_cast<std::uint8_t>(0xA4 + below(2))};  // rep movs
      case 3: return {0xB9, n, 0, 0, 0, 0xF3, static_cast<std::uint8_t>(0xAA + below(2))};  // rep stos
      default:
        return {0xB9, n, 0, 0, 0, static_cast<std::uint8_t>(0xF2 + below(2)), 0xAE};  // repne/repe scasb
    }
  }

  Code faults() {
    switch (below(14)) {
      case 0: return {0x31, 0xC9, 0xF7, 0xF1};  // div by zero
      case 1: return {0x0F, 0x0B};              // ud2
      case 2: return {0xCC};
      case 3:
        return {0xCD, static_cast<std::uint8_t>(std::array<unsigned, 4>{0x80, 0x21, 0x80, 3}[below(4)])};
      case 4: return {0xA1, 0x00, 0x10, 0x50, 0, 0, 0, 0, 0};  // mov eax, [0x501000]: not present
      case 5: return {0xA3, 0x00, 0x00, 0x50, 0, 0, 0, 0, 0};  // mov [0x500000], eax: read-only
      case 6: return {0xB8, 0x00, 0x20, 0x50, 0, 0xFF, 0xE0};  // jump to no-execute
      case 7: return {0xA1, 0x00, 0x30, 0x50, 0, 0, 0, 0, 0};  // supervisor page: fault in ring 3 only
      case 8:
        return {0x48, 0xB8, byte(), 0,    0,    0,
                0,    0,    0x80,   0x12, 0xFF, 0xE0};          // jump to a non-canonical address
      case 9: return {0x66, 0xB8, byte(), byte(), 0x8E, 0xD8};  // mov ds, random selector
      case 10: return {0xCE};                                   // into: not in 64-bit mode
      case 11: return {0xF1};                                   // int1
      case 12: return {0xBC, 0x00, 0x10, 0x50, 0, 0x50};        // stack into the hole, push
      default:
        return {0x48, 0x8B, 0x04, 0x25,
                0,    0,    0,    static_cast<std::uint8_t>(0x08 + below(8))};  // beyond what is mapped
    }
  }

  Code flags_and_interrupts() {
    switch (below(9)) {
      case 0: return {0xFA};
      case 1: return {0xFB};
      case 2: return {0xFB, 0xF4};  // sti; hlt
      case 3: return {0xFA, 0xFB, 0x90};
      case 4:
        return {0x9C, 0x80, 0x4C, 0x24, 0x01, static_cast<std::uint8_t>(1 + below(2)),
                0x9D};                                // pushf; or [rsp+1], TF or IF; popf
      case 5: return {0x8C, 0xD0, 0x8E, 0xD0, 0x90};  // mov eax, ss; mov ss, eax: shadow
      case 6: return {0xF3, 0x90};                    // pause
      case 7:
        return {0xFA, 0xB9, static_cast<std::uint8_t>(below(250)), 0, 0, 0, 0xE2,
                0xFE, 0xFB};  // a window without interrupts
      default: return {0xFC};
    }
  }

  Code ports() {
    switch (below(9)) {
      case 0: return {0xB0, 0x00, 0xE6, 0x43, 0xE4, 0x40, 0xE4, 0x40};  // latch counter 0, read it
      case 1:
        return {0xE4, static_cast<std::uint8_t>(
                          std::array<unsigned, 6>{0x21, 0xA1, 0x20, 0x60, 0x64, 0x61}[below(6)])};
      case 2: return {0xE6, 0x80};
      case 3: return {0xB0, static_cast<std::uint8_t>(byte() & 0xF8), 0xE6, 0x21};
      case 4: return {0x66, 0xBA, 0xF8, 0x03, 0xB0, byte(), 0xEE};  // byte to COM1
      case 5: return {0xB0, 0x0A, 0xE6, 0x20, 0xE4, 0x20};          // read the IRR
      case 6:
        return {0xB0, static_cast<std::uint8_t>(0x34),     0xE6, 0x43, 0xB0, byte(), 0xE6, 0x40,
                0xB0, static_cast<std::uint8_t>(below(6)), 0xE6, 0x40};  // new timer count
      case 7: return {0x66, 0xBA, 0xFD, 0x03, 0xEC};
      default: return {0x66, 0xBA, byte(), 0x0C, 0xED};  // 32 bits from somewhere nobody is
    }
  }

  Code processor() {
    switch (below(9)) {
      case 0: return {0x0F, 0x31};                          // rdtsc
      case 1: return {0x0F, 0x01, 0xF9};                    // rdtscp
      case 2: return {0x31, 0xC0, 0x0F, 0xA2};              // cpuid
      case 3: return {0x0F, 0xC7, 0xF0};                    // rdrand
      case 4: return {0x0F, 0x20, 0xD8, 0x0F, 0x22, 0xD8};  // reload CR3
      case 5: return {0x0F, 0x01, 0x3F};                    // invlpg [rdi]
      case 6: return {0x0F, 0x01, 0xF8};                    // swapgs
      case 7: return {0x0F, 0x05};                          // syscall
      default: return {0x0F, 0x21, pair(7, 0)};             // mov rax, dr7
    }
  }

  Code floating() {
    switch (below(6)) {
      case 0: return {0xD9, 0xE8, 0xD8, 0xC0, 0xDD, 0x1F};        // fld1; fadd; fstp [rdi]
      case 1: return {0x0F, 0x10, 0x06, 0x0F, 0x58, 0xC1};        // movups xmm0, [rsi]; addps
      case 2: return {0x66, 0x0F, 0xEF, 0xC1, 0x0F, 0x11, 0x07};  // pxor; movups [rdi], xmm0
      case 3: return {0xDB, 0xE3};                                // fninit
      case 4:
        return {0x0F, 0x29, 0x47,
                static_cast<std::uint8_t>(below(16))};  // movaps [rdi+d]: #GP unless aligned
      default: return {0xF2, 0x48, 0x0F, 0x2A, 0xC0};   // cvtsi2sd
    }
  }

  // Stores over code: this slot and the next, straight and through the mapping at 1 GiB.
  Code self_modifying() {
    const auto ahead = static_cast<std::uint8_t>(below(40));
    switch (below(5)) {
      case 4: {  // xor byte [rip+d], 1: far from here, where other blocks are known already
        const auto far = static_cast<std::int32_t>(below(4096)) - 2048;
        return {0x80,
                0x35,
                static_cast<std::uint8_t>(far),
                static_cast<std::uint8_t>(far >> 8),
                static_cast<std::uint8_t>(far >> 16),
                static_cast<std::uint8_t>(far >> 24),
                0x01};
      }
      case 0:
        return {0xC6,
                0x05,
                ahead,
                0,
                0,
                0,
                std::array<std::uint8_t, 4>{0x90, 0xF8, 0xF9, 0xFC}[below(4)]};  // mov byte [rip+d], imm
      case 1:
        return {0x48, 0x8D, 0x05, ahead, 0,    0,    0,
                0x0F, 0xBA, 0xE8, 0x1E,  0xC6, 0x00, 0x90};  // lea; bts eax, 30; mov [rax], nop
      case 2: return {0x80, 0x35, ahead, 0, 0, 0, 0x01};     // xor byte [rip+d], 1
      default:  // rep stosb over what comes, then RDI back to the data
        return {0x48, 0x8D, 0x3D, ahead, 0,    0,    0, 0xB9, 3,    0, 0,
                0,    0xB0, 0x90, 0xF3,  0xAA, 0xBF, 0, 0,    0x60, 0};
    }
  }

  Code transfers() {
    switch (below(4)) {
      case 0: return {0xEB, static_cast<std::uint8_t>(below(12))};  // forward
      case 1: return {static_cast<std::uint8_t>(0x70 | below(16)), static_cast<std::uint8_t>(below(10))};
      case 2:
        return {0x6A, 0x08, 0x48, 0x8D, 0x05, 3, 0, 0, 0, 0x50, 0x48, 0xCB};  // push 8; lea rax; push; retfq
      default: return {0xE8, 0, 0, 0, 0, 0x58};                               // call next; pop rax
    }
  }

  Code noise() {
    Code code(1 + below(8));
    for (std::uint8_t& b : code) b = byte();
    return code;
  }

  Code piece() {
    const unsigned pick = below(100);
    if (pick < 34) return arithmetic();
    if (pick < 44) return loops();
    if (pick < 54) return faults();
    if (pick < 66) return flags_and_interrupts();
    if (pick < 74) return ports();
    if (pick < 81) return processor();
    if (pick < 86) return floating();
    if (pick < 93) return self_modifying();
    if (pick < 99) return transfers();
    return below(4) == 0 ? noise() : arithmetic();
  }

  std::mt19937_64 random_;
};

}  // namespace

std::vector<std::byte> random_program(std::uint64_t seed, unsigned slots) {
  Generator generate(seed);
  Code program(kSlot, 0);
  // The first slot is not code: the timer's first count, 40 to 1,500 clocks.
  const std::uint32_t count = 40 + generate.below(1460);
  program[0] = static_cast<std::uint8_t>(count);
  program[1] = static_cast<std::uint8_t>(count >> 8);
  for (unsigned i = 0; i < slots; ++i) {
    const Code slot = generate.slot();
    program.insert(program.end(), slot.begin(), slot.end());
  }
  // From the last slot back to the first: an undefined instruction beyond the end does it.
  for (std::size_t i = 0; i < kSlot / 2; ++i) program.insert(program.end(), {0x0F, 0x0B});
  std::vector<std::byte> bytes(program.size());
  std::ranges::transform(program, bytes.begin(), [](std::uint8_t b) { return std::byte{b}; });
  return bytes;
}

MachineConfig random_guest(std::uint64_t seed, unsigned slots, Execution execution) {
  std::ifstream file(RINGSIDE_PROPERTY_GUEST, std::ios::binary);
  const std::vector<char> image((std::istreambuf_iterator<char>(file)), {});
  MachineConfig config;
  config.image.resize(image.size());
  std::ranges::transform(image, config.image.begin(), [](char c) { return static_cast<std::byte>(c); });
  config.image_name = "guest.elf";
  config.modules.push_back({"program", random_program(seed, slots)});
  config.memory_mib = 16;
  config.execution = execution;
  return config;
}

std::vector<TimedCommand> random_commands(std::uint64_t seed, std::uint64_t instructions) {
  std::mt19937_64 random(seed ^ 0xC0FFEE);
  std::vector<TimedCommand> commands;
  for (int i = 0; i < 24; ++i) {
    Command command = RaiseNmi{};
    switch (random() % 4) {
      case 0: command = TypeKey{{Key::a, random() % 2 == 0}}; break;
      case 1: command = SerialInput{static_cast<std::uint8_t>(random())}; break;
      case 2:
        command = InjectException{static_cast<std::uint8_t>(random() % 2 ? 13 : 14),
                                  static_cast<std::uint32_t>(random() % 8), 0x501234};
        break;
      default: break;
    }
    // Not before the frame has an IDT.
    commands.push_back({12000 + random() % instructions, command});
  }
  std::ranges::sort(commands, {}, &TimedCommand::instructions);
  return commands;
}

}  // namespace ringside
