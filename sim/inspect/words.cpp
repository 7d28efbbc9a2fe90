// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/words.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <filesystem>

#include "sim/base/bits.h"
#include "sim/inspect/guest_memory.h"

namespace ringside {
namespace {

// The exceptions whose error code names a selector (SDM volume 3A 6.13).
bool names_selector(std::uint8_t vector) { return vector >= 10 && vector <= 13; }

std::string page_fault_words(std::uint32_t e) {
  std::string words = bit(e, 4u) ? "instruction fetch" : bit(e, 1u) ? "write" : "read";
  words += bit(e, 0u) ? ", page present but the access is not allowed" : ", page not present";
  words += bit(e, 2u) ? ", user mode" : ", supervisor mode";
  if (bit(e, 3u)) words += ", reserved bit set";
  if (bit(e, 5u)) words += ", protection key";
  return words;
}

std::string access_words(const Access& access) {
  const char* who = access.implicit ? "the processor itself" : access.user ? "user code" : "kernel code";
  const char* what = access.kind == AccessKind::write   ? "A write"
                     : access.kind == AccessKind::fetch ? "An instruction fetch"
                                                        : "A read";
  return fmt::format("{} by {}", what, who);
}

}  // namespace

std::string vector_words(std::uint8_t vector) {
  const std::string_view short_name = mnemonic(vector);
  return short_name.empty() ? fmt::format("vector {}", vector) : std::string(short_name);
}

std::string vector_long_name(std::uint8_t vector) {
  constexpr std::array<const char*, 22> kNames{"divide error",
                                               "debug exception",
                                               "non-maskable interrupt",
                                               "breakpoint",
                                               "overflow",
                                               "bound-range exception",
                                               "invalid opcode",
                                               "device-not-available exception",
                                               "double fault",
                                               "coprocessor segment overrun",
                                               "invalid-TSS exception",
                                               "segment-not-present exception",
                                               "stack fault",
                                               "general protection fault",
                                               "page fault",
                                               "reserved exception",
                                               "x87 floating-point error",
                                               "alignment check",
                                               "machine check",
                                               "SIMD floating-point exception",
                                               "virtualization exception",
                                               "control protection exception"};
  if (vector >= kNames.size()) return fmt::format("interrupt {:#x}", vector);
  const std::string_view short_name = mnemonic(vector);
  return short_name.empty() ? kNames[vector] : fmt::format("{} ({})", kNames[vector], short_name);
}

const char* irq_device(unsigned irq) {
  constexpr std::array<const char*, 16> kDevices{
      "timer",       "keyboard", "cascade of the slave", "COM2",       "COM1", "LPT2",
      "floppy disk", "LPT1",     "real-time clock",      "free",       "free", "free",
      "mouse",       "FPU",      "first disk",           "second disk"};
  return irq < kDevices.size() ? kDevices[irq] : "";
}

std::string selector_words(std::uint16_t selector) {
  if ((selector & 0xFFFC) == 0) return fmt::format("{:#06x} (null)", selector);
  return fmt::format("{:#06x} ({} entry {}, ring {})", selector, selector & 4 ? "LDT" : "GDT", selector >> 3,
                     selector & 3);
}

std::string error_code_words(std::uint8_t vector, std::uint32_t e) {
  if (vector == 14) return page_fault_words(e);
  if (!pushes_error_code(vector)) return {};
  if (!names_selector(vector)) return vector == 8 ? "always 0" : fmt::format("error code {:#x}", e);
  if ((e & ~1u) == 0)
    return e ? "no selector involved; raised while delivering another event" : "no selector involved";
  std::string words = bit(e, 1u)   ? fmt::format("gate {} of the IDT", e >> 3)
                      : bit(e, 2u) ? fmt::format("selector {:#x} of the LDT", e & 0xFFFC)
                                   : fmt::format("selector {:#x} of the GDT", e & 0xFFFC);
  if (bit(e, 0u)) words += ", raised while delivering another event";
  return words;
}

std::string name_at(const Symbols& symbols, std::uint64_t address) {
  constexpr std::uint64_t kFarFromLabel = 4096, kLargestObject = 1ull << 32;
  const auto found = symbols.find({address});
  if (!found) return {};
  const bool label = found->symbol->kind == Symbol::Kind::label || found->symbol->size > kLargestObject;
  return label && found->offset >= kFarFromLabel ? "" : symbols.name({address});
}

std::string place_words(const Symbols& symbols, std::uint64_t address) {
  std::string name = name_at(symbols, address);
  return name.empty() ? fmt::format("{:#x}", address) : name;
}

std::string source_words(const Symbols& symbols, std::uint64_t address) {
  const auto source = symbols.source({address});
  if (!source || source->line == 0) return {};
  return fmt::format("{}:{}", std::filesystem::path(source->file).filename().string(), source->line);
}

std::string bytes_words(std::uint64_t bytes) {
  constexpr std::array<std::pair<unsigned, const char*>, 4> kUnits{
      {{40, "TiB"}, {30, "GiB"}, {20, "MiB"}, {10, "KiB"}}};
  for (const auto& [shift, unit] : kUnits)
    if (bytes >> shift && bytes >> shift < 10'000 && bytes % (1ull << shift) == 0)
      return fmt::format("{} {}", bytes >> shift, unit);
  if (bytes % 1024 == 0 && bytes < 10ull << 20) return fmt::format("{} KiB", bytes >> 10);
  for (const auto& [shift, unit] : kUnits)
    if (bytes >> shift)
      return fmt::format("{:.1f} {}", static_cast<double>(bytes) / static_cast<double>(1ull << shift), unit);
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

std::string count_words(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string time_words(Ticks ticks) {
  if (ticks < 1'000) return fmt::format("{} ns", ticks);
  if (ticks < 1'000'000) return fmt::format("{:.3f} us", static_cast<double>(ticks) / 1e3);
  if (ticks < 1'000'000'000) return fmt::format("{:.3f} ms", static_cast<double>(ticks) / 1e6);
  return fmt::format("{:.3f} s", static_cast<double>(ticks) / 1e9);
}

std::string ring_words(unsigned cpl) {
  return fmt::format("ring {}{}", cpl, cpl == 0 ? " (kernel)" : cpl == 3 ? " (user)" : "");
}

const char* pushed_words(Pushed what, bool long_mode) {
  constexpr std::array<const char*, 11> kNames{"",           "SS", "RSP", "RFLAGS", "CS", "RIP",
                                               "error code", "GS", "FS",  "DS",     "ES"};
  constexpr std::array<const char*, 11> kNames32{"",           "SS", "ESP", "EFLAGS", "CS", "EIP",
                                                 "error code", "GS", "FS",  "DS",     "ES"};
  return (long_mode ? kNames : kNames32)[static_cast<unsigned>(what)];
}

const char* gate_type_words(unsigned type, bool long_mode) {
  switch (type) {
    case 0xE: return "interrupt gate";
    case 0xF: return "trap gate";
    case 0x5: return long_mode ? nullptr : "task gate";
    case 0x6: return long_mode ? nullptr : "16-bit interrupt gate";
    case 0x7: return long_mode ? nullptr : "16-bit trap gate";
    default: return nullptr;
  }
}

std::string entry_flags(const WalkEntry& e, PagingMode paging) {
  std::string letters;
  const auto add = [&](unsigned index, const char* letter) {
    if (!bit(e.entry, index)) return;
    if (!letters.empty()) letters += ' ';
    letters += letter;
  };
  // A PAE directory pointer has no rights (SDM volume 3A table 4-8); D, PS and G belong to some levels only.
  const bool pae_pointer = paging == PagingMode::pae && e.level == 3;
  const bool large = e.level > 1 && e.level < 4 && !pae_pointer && bit(e.entry, 7);
  add(0, "P");
  if (!pae_pointer) {
    add(1, "W");
    add(2, "U");
    add(5, "A");
    if (large || e.level == 1) add(6, "D");
    if (large) add(7, "PS");
    if (large || e.level == 1) add(8, "G");
    if (e.entry_bytes == 8) add(63, "NX");
  }
  return letters;
}

std::string walk_sentence(const Walk& w) {
  const std::string subject = fmt::format("{} at {:#x}", access_words(w.access), w.address.value);
  if (w.paging == PagingMode::none)
    return fmt::format("Paging is off: linear address {:#x} is the physical address.", w.physical.value);
  if (w.fault == WalkFault::non_canonical)
    return subject + " cannot start: bits 63 to 47 of the address differ, so it is not canonical.";
  if (!w.ok()) {
    std::string blamed = last_entry(w);
    for (unsigned i = 0; i < w.count; ++i)
      if (w.entries[i].level == w.fault_level)
        blamed = fmt::format("{}[{}] at {:#x}", level_name(w.paging, w.fault_level), w.entries[i].index,
                             w.entries[i].address.value);
    return fmt::format("{} fails at {}: {}. It raises #PF with error code {:#x}.", subject, blamed,
                       name(w.fault), w.error_code);
  }
  return fmt::format("{} reaches physical {:#x} in a page of {} that is {}, {} and {}.", subject,
                     w.physical.value, bytes_words(w.page_bytes), w.writable ? "writable" : "read-only",
                     w.user ? "open to user code" : "for the kernel only",
                     w.no_execute ? "not executable" : "executable");
}

}  // namespace ringside
