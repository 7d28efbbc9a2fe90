// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/context_layout.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "sim/cpu/open_engine.h"

#ifdef __SANITIZE_ADDRESS__
// Unicorn 2.1.1 loses 32 bytes with each engine that is closed, and its notes about pages of code that were
// stored to.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:g_array_new\nleak:tb_invalidate_phys_page_fast";
}
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

namespace ringside {
namespace {

// The hidden flags word: what the engine derives from CR0, EFER and the segments, kept beside RFLAGS.
namespace hidden {
constexpr std::uint32_t soft_mmu = 1u << 2, inhibit_irq = 1u << 3, cs32 = 1u << 4, ss32 = 1u << 5,
                        add_segment = 1u << 6, pe = 1u << 7, lma = 1u << 14, cs64 = 1u << 15, mp = 1u << 9,
                        em = 1u << 10, ts = 1u << 11, osfxsr = 1u << 22, smap = 1u << 23;
}

constexpr std::size_t kSegmentBytes = 24;
constexpr std::uint64_t kArithmetic =
    rflags::cf | rflags::pf | rflags::af | rflags::zf | rflags::sf | rflags::of;
constexpr std::int32_t kFlagsAsTheyStand = 1;  // lazy-flag operation: the flags are in cc_source

std::string version() {
  unsigned major = 0, minor = 0;
  const unsigned all = uc_version(&major, &minor);
  return fmt::format("{}.{}.{}", major, minor, (all >> 8) & 0xFF);
}

std::unexpected<Error> refuse(const char* what) {
  return fail(
      fmt::format("Unicorn {} keeps its CPU state in a way Ringside does not know ({}); install Unicorn "
                  "2.1.1, with which it is tested.",
                  version(), what));
}

// A small guest of 64 KiB that raises what it is told, to see where the engine notes it.
class Scratch {
 public:
  static constexpr std::uint64_t kBytes = 0x10000, kCode = 0x8000;

  Scratch() : memory_(static_cast<std::uint8_t*>(std::aligned_alloc(4096, kBytes)), &std::free) {
    if (!memory_) throw std::bad_alloc();
    std::memset(memory_.get(), 0, kBytes);
    auto engine = open_engine(1 << 20);
    if (!engine) return;
    engine_ = *engine;
    uc_mem_map_ptr(engine_, 0, kBytes, UC_PROT_ALL, memory_.get());
    uc_hook hook;
    uc_hook_add(engine_, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(&stop), nullptr, 1, 0);
  }
  ~Scratch() {
    if (engine_) uc_close(engine_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  uc_engine* engine() const { return engine_; }

  // Pages: PML4 at 0x1000 maps the first 64 KiB by 4 KiB pages, page 0xF000 read-only, 0xE000 not present.
  void page() {
    put(0x1000, 0x2003);
    put(0x2000, 0x3003);
    put(0x3000, 0x4003);
    for (std::uint64_t i = 0; i < 16; ++i) put(0x4000 + 8 * i, i * 0x1000 | (i == 15 ? 1 : i == 14 ? 0 : 3));
    std::uint64_t v = 0x1000;
    uc_reg_write(engine_, UC_X86_REG_CR3, &v);
    v = cr4::pae;
    uc_reg_write(engine_, UC_X86_REG_CR4, &v);
    v = cr0::pg | cr0::wp | cr0::pe;
    uc_reg_write(engine_, UC_X86_REG_CR0, &v);
  }
  void run(std::initializer_list<std::uint8_t> code) {
    std::copy(code.begin(), code.end(), memory_.get() + kCode);
    memory_.get()[kCode + code.size()] = 0xF4;  // so that little is translated
    uc_ctl_remove_cache(engine_, kCode, kCode + 64);
    uc_emu_start(engine_, kCode, 0, 0, 0);
  }

 private:
  static void stop(uc_engine* engine, std::uint32_t, void*) { uc_emu_stop(engine); }
  void put(std::uint64_t at, std::uint64_t value) { std::memcpy(memory_.get() + at, &value, 8); }

  std::unique_ptr<std::uint8_t, decltype(&std::free)> memory_;
  uc_engine* engine_ = nullptr;
};

// The one offset at which `pattern` stands, or nothing.
std::optional<std::size_t> only_place(const Context& context, std::span<const std::byte> pattern) {
  std::optional<std::size_t> found;
  for (std::size_t at = 0; at + pattern.size() <= context.size(); ++at) {
    if (std::memcmp(context.bytes() + at, pattern.data(), pattern.size()) != 0) continue;
    if (found) return std::nullopt;
    found = at;
  }
  return found;
}

template <class T>
std::optional<std::size_t> only_place_of(const Context& context, const T& value) {
  return only_place(context, std::as_bytes(std::span(&value, 1)));
}

// Offsets (4-aligned to the registers) at which a 32-bit value had each of the expected contents in turn.
class Candidates {
 public:
  explicit Candidates(std::size_t base) : base_(base) {}
  void observe(const Context& context, std::int32_t expected) {
    std::vector<std::size_t> still;
    if (first_) {
      for (std::size_t at = base_; at + 4 <= context.size(); at += 4)
        if (context.get<std::int32_t>(at) == expected) still.push_back(at);
      first_ = false;
    } else {
      for (std::size_t at : places_)
        if (context.get<std::int32_t>(at) == expected) still.push_back(at);
    }
    places_ = std::move(still);
  }
  std::optional<std::size_t> only() const {
    return places_.size() == 1 ? std::optional(places_[0]) : std::nullopt;
  }

 private:
  std::size_t base_;
  bool first_ = true;
  std::vector<std::size_t> places_;
};

Result<ContextLayout> calibrate() {
  Scratch scratch;
  uc_engine* engine = scratch.engine();
  if (!engine) return fail("The CPU engine could not be opened; is there enough free memory?");
  Context context(engine);
  ContextLayout layout;

  // General registers: sixteen values nothing else has.
  constexpr std::array kRegisters = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
                                     UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
                                     UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
                                     UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};
  std::array<std::uint64_t, 16> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 0x5AD1C0DE00000001 * (i + 1) ^ 0x1234567811223344;
    uc_reg_write(engine, kRegisters[i], &values[i]);
  }
  std::uint64_t rip = 0x00001A2B3C4D5E60, fs_base = 0x00004BADF00D1230;
  uc_reg_write(engine, UC_X86_REG_RIP, &rip);
  uc_reg_write(engine, UC_X86_REG_FS_BASE, &fs_base);
  uc_x86_mmr gdtr{.selector = 0, .base = 0x0000765432100120, .limit = 0x2A7, .flags = 0};
  uc_x86_mmr idtr{.selector = 0, .base = 0x0000135724681240, .limit = 0xB3F, .flags = 0};
  uc_reg_write(engine, UC_X86_REG_GDTR, &gdtr);
  uc_reg_write(engine, UC_X86_REG_IDTR, &idtr);
  context.save();

  const auto registers = only_place(context, std::as_bytes(std::span(values)));
  const auto rip_at = only_place_of(context, rip);
  const auto fs_at = only_place_of(context, fs_base);
  const auto gdtr_at = only_place_of(context, gdtr.base);
  const auto idtr_at = only_place_of(context, idtr.base);
  if (!registers || !rip_at || !fs_at || !gdtr_at || !idtr_at) return refuse("registers not found");
  layout.registers = *registers;
  layout.rip = *rip_at;
  layout.flags = layout.rip + 8;
  layout.cc_source = layout.rip + 24;     // after the flags: destination, source, second source,
  layout.cc_operation = layout.rip + 40;  // operation, direction, hidden flags
  layout.direction = layout.rip + 44;
  layout.hidden_flags = layout.rip + 48;
  layout.segments = *fs_at - 8 - 4 * kSegmentBytes;
  layout.control = layout.segments + 10 * kSegmentBytes;
  if (layout.rip != layout.registers + 128 || layout.segments != layout.hidden_flags + 8)
    return refuse("gap before the segments");
  if (*gdtr_at != layout.segments + 8 * kSegmentBytes + 8 || *idtr_at != *gdtr_at + kSegmentBytes)
    return refuse("GDTR or IDTR elsewhere");
  if (context.get<std::uint32_t>(*gdtr_at + 8) != gdtr.limit) return refuse("limits elsewhere");
  const std::uint32_t long_mode = hidden::pe | hidden::lma | hidden::cs64;
  if ((context.get<std::uint32_t>(layout.hidden_flags) & long_mode) != long_mode)
    return refuse("mode flags elsewhere");
  if (context.get<std::int32_t>(layout.direction) != 1) return refuse("direction flag elsewhere");

  // Arithmetic flags: written through the interface, they must stand in cc_source.
  std::uint64_t flags = kArithmetic | rflags::df | 2;
  uc_reg_write(engine, UC_X86_REG_RFLAGS, &flags);
  context.save();
  if (context.get<std::uint64_t>(layout.cc_source) != kArithmetic ||
      context.get<std::int32_t>(layout.direction) != -1 ||
      context.get<std::int32_t>(layout.cc_operation) != kFlagsAsTheyStand)
    return refuse("arithmetic flags elsewhere");
  flags = 2;
  uc_reg_write(engine, UC_X86_REG_RFLAGS, &flags);

  scratch.page();
  context.save();
  if (context.get<std::uint64_t>(layout.control + 24) != 0x1000 ||
      context.get<std::uint64_t>(layout.control + 32) != cr4::pae)
    return refuse("control registers elsewhere");

  // EFER: the place that follows when SCE is turned on.
  Candidates efer(layout.control);
  for (std::uint64_t value : {0x501u, 0x500u, 0xD01u, 0xD00u}) {
    uc_x86_msr msr{.rid = 0xC0000080, .value = value};
    uc_reg_write(engine, UC_X86_REG_MSR, &msr);
    context.save();
    efer.observe(context, static_cast<std::int32_t>(value));
  }
  if (!efer.only()) return refuse("EFER not found");
  layout.efer = *efer.only();

  // Exceptions with known vectors and error codes, each from a clean state.
  context.save();
  const std::vector<std::byte> clean(context.raw().begin(), context.raw().end());
  struct Case {
    std::initializer_list<std::uint8_t> code;
    std::int32_t vector, error_code;
  };
  const Case cases[] = {
      {{0x8A, 0x04, 0x25, 0x00, 0xE0, 0x00, 0x00}, 14, 0},  // mov al, [0xE000]: not present
      {{0x88, 0x04, 0x25, 0x00, 0xE0, 0x00, 0x00}, 14, 2},  // mov [0xE000], al
      {{0x88, 0x04, 0x25, 0x00, 0xF0, 0x00, 0x00}, 14, 3},  // mov [0xF000], al: read-only
      {{0x66, 0xB8, 0x30, 0x12, 0x8E, 0xD8}, 13, 0x1230},   // mov ds, 0x1230: beyond the GDT
      {{0x66, 0xB8, 0x68, 0x4B, 0x8E, 0xC0}, 13, 0x4B68},
  };
  Candidates error_code(layout.efer), in_flight(layout.efer);
  in_flight.observe(context, -1);
  for (const Case& c : cases) {
    std::copy(clean.begin(), clean.end(), context.bytes());
    uc_x86_mmr table{.selector = 0, .base = 0x5000, .limit = 0xF, .flags = 0};
    context.restore();
    uc_reg_write(engine, UC_X86_REG_GDTR, &table);
    scratch.run(c.code);
    context.save();
    error_code.observe(context, c.error_code);
    in_flight.observe(context, c.vector);
  }
  if (!error_code.only() || !in_flight.only()) return refuse("error code not found");
  layout.error_code = *error_code.only();
  layout.exception_in_flight = *in_flight.only();
  return layout;
}

std::uint32_t engine_flags(const Segment& s) {
  return static_cast<std::uint32_t>(s.attributes) << 8 & 0x00F0FF00;
}

Segment segment_from(const Context& context, std::size_t at) {
  Segment s;
  s.selector = static_cast<std::uint16_t>(context.get<std::uint32_t>(at));
  s.base = context.get<std::uint64_t>(at + 8);
  s.limit = context.get<std::uint32_t>(at + 16);
  s.attributes = static_cast<std::uint16_t>(context.get<std::uint32_t>(at + 20) >> 8 & 0xF0FF);
  return s;
}

void put_segment(Context& context, std::size_t at, const Segment& s) {
  context.put<std::uint32_t>(at, s.selector);
  context.put<std::uint64_t>(at + 8, s.base);
  context.put<std::uint32_t>(at + 16, s.limit);
  context.put<std::uint32_t>(at + 20, engine_flags(s));
}

std::uint32_t hidden_flags(const CpuState& c) {
  std::uint32_t h = hidden::soft_mmu | (c.cpl & 3);
  if (c.interrupt_shadow) h |= hidden::inhibit_irq;
  if (c.cr0 & cr0::pe) h |= hidden::pe;
  if (c.cr0 & cr0::mp) h |= hidden::mp;
  if (c.cr0 & cr0::em) h |= hidden::em;
  if (c.cr0 & cr0::ts) h |= hidden::ts;
  if (c.cr4 & cr4::osfxsr) h |= hidden::osfxsr;
  if (c.cr4 & cr4::smap) h |= hidden::smap;
  const bool lma = c.efer & efer::lma;
  if (lma) h |= hidden::lma;
  if (lma && c.cs.long_mode()) {
    h |= hidden::cs32 | hidden::ss32 | hidden::cs64;
    return h;
  }
  if (c.cs.default_big()) h |= hidden::cs32;
  if (c.ss.default_big()) h |= hidden::ss32;
  // Segment bases count unless code is 32-bit with flat DS, ES and SS.
  const bool flat = (c.ds.base | c.es.base | c.ss.base) == 0;
  if (!(c.cr0 & cr0::pe) || (c.rflags & rflags::vm) || !c.cs.default_big() || !flat) h |= hidden::add_segment;
  return h;
}

}  // namespace

const Result<ContextLayout>& context_layout() {
  static const Result<ContextLayout> layout = calibrate();
  return layout;
}

Context::Context(uc_engine* engine) : engine_(engine), size_(uc_context_size(engine)) {
  if (uc_context_alloc(engine, &context_) != UC_ERR_OK) throw std::bad_alloc();
  save();
}
Context::~Context() { uc_context_free(context_); }
void Context::save() { uc_context_save(engine_, context_); }
void Context::restore() { uc_context_restore(engine_, context_); }

void load_context(Context& context, const ContextLayout& layout, const CpuState& c) {
  for (std::size_t i = 0; i < 16; ++i) context.put(layout.registers + 8 * i, c.gpr[i]);
  context.put(layout.rip, c.rip);
  // All of them: the engine takes the arithmetic ones and DF from here when a run begins.
  context.put(layout.flags, c.rflags | 2);
  context.put(layout.cc_source, c.rflags & kArithmetic);
  context.put<std::int32_t>(layout.cc_operation, kFlagsAsTheyStand);
  context.put<std::int32_t>(layout.direction, c.rflags & rflags::df ? -1 : 1);
  context.put(layout.hidden_flags, hidden_flags(c));
  const Segment* const segments[] = {&c.es, &c.cs, &c.ss, &c.ds, &c.fs, &c.gs, &c.ldtr, &c.tr};
  std::size_t at = layout.segments;
  for (const Segment* s : segments) {
    put_segment(context, at, *s);
    at += kSegmentBytes;
  }
  for (const DescriptorTable* table : {&c.gdtr, &c.idtr}) {
    context.put(at + 8, table->base);
    context.put<std::uint32_t>(at + 16, table->limit);
    at += kSegmentBytes;
  }
  context.put(layout.control, c.cr0);
  context.put(layout.control + 16, c.cr2);
  context.put(layout.control + 24, c.cr3);
  context.put(layout.control + 32, c.cr4);
  context.put(layout.efer, c.efer);
  context.put<std::int32_t>(layout.error_code, 0);
  context.put<std::int32_t>(layout.exception_in_flight, -1);
}

void store_context(const Context& context, const ContextLayout& layout, std::uint64_t rflags, CpuState& c) {
  for (std::size_t i = 0; i < 16; ++i) c.gpr[i] = context.get<std::uint64_t>(layout.registers + 8 * i);
  c.rip = context.get<std::uint64_t>(layout.rip);
  c.rflags = rflags;
  const std::uint32_t hidden_word = context.get<std::uint32_t>(layout.hidden_flags);
  c.cpl = hidden_word & 3;
  c.interrupt_shadow = hidden_word & hidden::inhibit_irq;
  Segment* const segments[] = {&c.es, &c.cs, &c.ss, &c.ds, &c.fs, &c.gs, &c.ldtr, &c.tr};
  std::size_t at = layout.segments;
  for (Segment* s : segments) {
    *s = segment_from(context, at);
    at += kSegmentBytes;
  }
  // LTR makes the TSS busy (SDM volume 3A 8.2.2); the engine does so in memory, but not in the register.
  if (c.tr.present() && (c.tr.type() == 1 || c.tr.type() == 9)) c.tr.attributes |= 2;
  for (DescriptorTable* table : {&c.gdtr, &c.idtr}) {
    table->base = context.get<std::uint64_t>(at + 8);
    table->limit = static_cast<std::uint16_t>(context.get<std::uint32_t>(at + 16));
    at += kSegmentBytes;
  }
  c.cr0 = context.get<std::uint64_t>(layout.control);
  c.cr2 = context.get<std::uint64_t>(layout.control + 16);
  c.cr3 = context.get<std::uint64_t>(layout.control + 24);
  c.cr4 = context.get<std::uint64_t>(layout.control + 32);
  c.efer = context.get<std::uint64_t>(layout.efer);
}

}  // namespace ringside
