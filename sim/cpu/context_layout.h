// SPDX-License-Identifier: GPL-2.0-or-later
// Where Unicorn's saved context keeps what its public interface does not offer: hidden parts of segments,
// CPL, the error code, the exception it believes to be in flight. The layout is not published and differs
// between versions, so it is found at start-up by writing known values and looking for them, and refused
// unless there is exactly one answer. Source: experiment; every offset is checked by behaviour in
// calibrate().
#pragma once

#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "sim/base/error.h"
#include "sim/cpu/cpu_state.h"

namespace ringside {

// Byte offsets into a uc_context.
struct ContextLayout {
  std::size_t registers = 0;       // 16 x 8 bytes in the order of Gpr
  std::size_t rip = 0, flags = 0;  // flags without the arithmetic ones and DF
  std::size_t cc_source = 0;  // lazy arithmetic flags: their value when cc_operation says "as they stand"
  std::size_t cc_operation = 0, direction = 0, hidden_flags = 0;
  std::size_t segments = 0;  // ES CS SS DS FS GS LDTR TR GDTR IDTR, 24 bytes each
  std::size_t control = 0;   // CR0 to CR4, 8 bytes each
  std::size_t efer = 0;
  std::size_t error_code = 0, exception_in_flight = 0;
};

// Finds the layout with a scratch engine, once a process; the error names the Unicorn version found.
const Result<ContextLayout>& context_layout();

// Reads and writes of a saved context by offset.
class Context {
 public:
  explicit Context(uc_engine* engine);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void save();     // engine -> context
  void restore();  // context -> engine

  template <class T>
  T get(std::size_t offset) const {
    T value;
    std::memcpy(&value, bytes() + offset, sizeof value);
    return value;
  }
  template <class T>
  void put(std::size_t offset, T value) {
    std::memcpy(bytes() + offset, &value, sizeof value);
  }
  std::byte* bytes() const { return reinterpret_cast<std::byte*>(context_); }
  std::size_t size() const { return size_; }
  std::span<std::byte> raw() const { return {bytes(), size_}; }

 private:
  uc_engine* engine_;
  uc_context* context_ = nullptr;
  std::size_t size_ = 0;
};

// All of a CpuState but its x87/SSE part and the model-specific registers the engine does not hold.
void load_context(Context&, const ContextLayout&, const CpuState&);
void store_context(const Context&, const ContextLayout&, std::uint64_t rflags, CpuState&);

}  // namespace ringside
