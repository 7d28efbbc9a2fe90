// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/cpu/open_engine.h"

#include <fmt/format.h>
#include <sys/mman.h>

extern "C" void* __real_mmap64(void* at, std::size_t bytes, int protection, int flags, int file,
                               off64_t offset);
extern "C" void* __wrap_mmap64(void* at, std::size_t bytes, int protection, int flags, int file,
                               off64_t offset);

// Unicorn's mmap64(), which the linker gives to us (cmake/Unicorn.cmake). A translation buffer comes to lie
// within 2 GiB of this program's code: as far as a call reaches. Elsewhere each block would call its hook
// through a pointer, by which a run of small blocks takes 6 % longer. Below the program nothing else is, as
// the heap grows upwards from its other end; where that is full, or the program lies low, the kernel chooses.
void* __wrap_mmap64(void* at, std::size_t bytes, int protection, int flags, int file, off64_t offset) {
  constexpr std::uintptr_t kStep = 16 << 20, kSteps = 64;
  const auto here = reinterpret_cast<std::uintptr_t>(&__wrap_mmap64) & ~(kStep - 1);
  if (!at && (protection & PROT_EXEC) && bytes <= kStep && here > (kSteps + 1) * kStep)
    for (std::uintptr_t n = 1; n <= kSteps; ++n) {
      void* place = reinterpret_cast<void*>(here - n * kStep);
      void* mapped = __real_mmap64(place, bytes, protection, flags | MAP_FIXED_NOREPLACE, file, offset);
      if (mapped == MAP_FAILED) continue;
      (void)madvise(mapped, bytes, MADV_HUGEPAGE);  // all of it will be written
      return mapped;
    }
  return __real_mmap64(at, bytes, protection, flags, file, offset);
}

namespace ringside {

Result<uc_engine*> open_engine(std::uint32_t translation_buffer_bytes) {
  uc_engine* engine = nullptr;
  uc_err error = uc_open(UC_ARCH_X86, UC_MODE_64, &engine);
  if (error == UC_ERR_OK) error = uc_ctl_set_cpu_model(engine, UC_CPU_X86_SKYLAKE_SERVER);
  if (error == UC_ERR_OK) error = uc_ctl_set_tcg_buffer_size(engine, translation_buffer_bytes);
  // With the exits list on and empty, the engine never looks an end address up through the guest's page
  // tables.
  if (error == UC_ERR_OK) error = uc_ctl_exits_enable(engine);
  if (error != UC_ERR_OK) {
    if (engine) uc_close(engine);
    return fail(fmt::format("The CPU engine could not be opened: {}.", uc_strerror(error)));
  }
  return engine;
}

void book_buffer(uc_engine* engine) { uc_ctl_flush_tb(engine); }

}  // namespace ringside
