// SPDX-License-Identifier: GPL-2.0-or-later
// What stands in a translated block: how many instructions, and which of them the engine may not run as it
// likes. Source: Intel SDM volume 2, appendix A (opcode maps).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ringside {

enum class InsnKind : std::uint8_t {
  plain,
  ours,     // not run by the engine but by sim/cpu itself: RDTSC, CPUID, RDMSR, SYSCALL, INT n, MOV DR, ...
  port,     // IN, OUT, INS, OUTS: the devices need the exact time
  control,  // may change mode or ring: far transfers; the machine looks after it
  translation,          // may change address translation as well: MOV CR, INVLPG
  undefined_flags,      // BT and its like: what the engine leaves in OF, SF, AF and PF depends on what it
                        // translated before in the same block, so it must stand first in one
  flags_before_access,  // RCL, RCR and SETcc to memory: the engine has spoilt the flags by the time the
                        // access is refused, so the fast lane, which hands over such an instruction, cannot
                        // begin it
  guarded,   // LGDT, LIDT, LLDT, LTR, LDMXCSR: sim/cpu makes the checks that the engine leaves out, and the
             // machine looks at the registers after it
  repeated,  // REP MOVS, REP STOS: runs like a plain one, but may be followed by itself
};

// Kind of the instruction whose bytes these are (1 to 15); `bits` is 16, 32 or 64.
InsnKind classify(std::span<const std::byte> code, unsigned bits);

// The opcode behind prefixes: map 0 (one byte), 1 (0F), and the ModRM byte where there is one.
struct Opcode {
  std::uint8_t map = 0, byte = 0, modrm = 0;
  std::uint8_t rex = 0;                                   // 0x40-0x4F, or 0
  bool operand_size = false, rep = false, repne = false;  // 66, F3, F2
  bool lock = false;                                      // F0
  std::uint8_t length_to_opcode = 0;                      // bytes before the opcode byte
};
std::optional<Opcode> opcode_of(std::span<const std::byte> code, unsigned bits);

// Whether a LOCK prefix may stand before it; before any other instruction it raises #UD (SDM volume 2, LOCK).
bool takes_lock(const Opcode& op);

// Whether the instruction may be followed by itself because it goes there: jumps, calls, loops, returns.
bool is_branch(const Opcode& op);

// Whether it is a string instruction that repeats: it is followed by itself until RCX is used up.
bool repeats(const Opcode& op);

struct Mark {
  std::uint16_t offset;
  InsnKind kind;
};

struct BlockContents {
  std::uint32_t instructions = 0;
  bool complete = true;               // false: bytes that are no instruction to us; what follows is not known
  std::vector<Mark> marks;            // in order; empty for most blocks
  std::vector<std::uint16_t> starts;  // offset of each instruction
};

// Decodes whole instructions until `code` is used up. A byte that is no instruction counts as one (it raises
// #UD).
class BlockDecoder {
 public:
  BlockDecoder();
  ~BlockDecoder();
  BlockDecoder(const BlockDecoder&) = delete;
  BlockDecoder& operator=(const BlockDecoder&) = delete;
  BlockContents decode(std::span<const std::byte> code, std::uint64_t address, unsigned bits);
  std::uint64_t decoded() const { return decoded_; }  // blocks, ever

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
  std::uint64_t decoded_ = 0;
};

}  // namespace ringside
