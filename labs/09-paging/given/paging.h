// SPDX-License-Identifier: MIT
//
// The memory of the kernel that you write: frames, page tables, page faults.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "arch/page_table.h"
#include "arch/trap_frame.h"
#include "boot/boot_information.h"
#include "memory/layout.h"

namespace lab {

using kernel::kPageBytes;
using kernel::MemoryRange;
using kernel::PageFlag;
using kernel::PageFlags;
using kernel::PageTable;
using kernel::PageTableEntry;
using kernel::PhysicalAddress;
using kernel::VirtualAddress;

// ---- frames.cpp ----

// Step 1. Physical memory in frames of 4 KiB. A frame is the place, a page is what is put there.
class FrameAllocator {
 public:
  static constexpr size_t kMostFrames = 1 << 16;  // 256 MiB. Memory above is left alone.

  // Starts anew. Free is every frame that lies in a usable range with all of its bytes, and of which no byte
  // lies in a range that is not usable or in one that is taken. Ranges come in any order, overlap, and begin
  // and end anywhere.
  void initialize(std::span<const MemoryRange> memory, std::span<const MemoryRange> taken);

  // A free frame, which is not free any more. None if there is none left.
  std::optional<PhysicalAddress> allocate();

  // Takes a frame back. False, and nothing has changed, if that is no address of a frame that is handed out
  // now.
  bool release(PhysicalAddress frame);

  size_t free() const { return free_; }

 private:
  enum class State : uint8_t { reserved, free, taken };
  std::array<State, kMostFrames> states_{};
  size_t free_ = 0;  // frames in this state
};

extern FrameAllocator frames;

// ---- mapper.cpp ----

enum class MapResult : uint8_t {
  done,
  not_aligned,     // page or frame is no multiple of 4096
  already_mapped,  // there is a page already, of this size or a larger one
  not_mapped,      // there is no page of 4 KiB
  no_frame,        // a table is needed, and there is no frame for it
  writable_code,   // step 4: a page is either written or executed
};

// Page tables under construction. Physical memory is seen through kernel::direct<T>(address).
class Mapper {
 public:
  constexpr explicit Mapper(PhysicalAddress top) : top_(top) {}

  // Step 2. Makes `page` show the memory at `frame`. Flags are PageFlag::writable, user and no_execute, or
  // none; `present` comes by itself. Tables on the way are made where they are needed, of frames from
  // `frames`; they allow what any page below them may ask for. What is mapped stays as it is.
  MapResult map(VirtualAddress page, PhysicalAddress frame, PageFlags flags);

  // Step 3. Takes the page away and says which memory it showed; none if there was no page of 4 KiB. The
  // processor must not remember it when this returns. Neither the frame nor tables are released.
  std::optional<PhysicalAddress> unmap(VirtualAddress page);

  // Step 3. The same frame with other flags, in force when this returns.
  MapResult protect(VirtualAddress page, PageFlags flags);

 private:
  PhysicalAddress top_;
};

extern Mapper mapper;  // of the tables that the CPU uses

// Step 4. The kernel's image in new tables, page by page, with the rights that it needs and no others:
//   text_start to text_end       read and execute
//   rodata_start to rodata_end   read
//   data_start to data_end       read and write, but for the guard page of each stack, which is not mapped
//                                (kernel::all_stacks())
// False if a page cannot be mapped.
bool map_kernel(Mapper& to);

// ---- page_fault.cpp ----

// Step 5. What the processor says about a page fault: CR2, and an error code of single bits.
enum class Access : uint8_t { read, write, fetch };
enum class Cause : uint8_t { not_present, rights, reserved_bit };
struct PageFault {
  uint64_t address = 0;  // that could not be used
  Access access = Access::read;
  Cause cause = Cause::not_present;
  bool from_user = false;  // by ring 3
};
PageFault decode(uint64_t cr2, uint64_t error_code);

// Steps 5 and 6. What the kernel does about a page fault. If it returns, the instruction runs again.
//
// The first touch of a page in the region on demand, a read or a write by the kernel, gets a frame of its own
// there, filled with zeros, writable and not executable. All else is for unhandled().
void handle_page_fault(kernel::TrapFrame& frame);

inline constexpr uint64_t kDemandBase = kernel::kDemandZeroBase;
inline constexpr uint64_t kDemandBytes = kernel::kDemandZeroBytes;

// ---- given ----

// Keeps the fault in `reported`, and panics; but where a probe has asked for it, the probe goes on.
void unhandled(kernel::TrapFrame& frame, const PageFault& fault);

struct Reported {
  uint64_t count = 0;
  PageFault last;
};
extern Reported reported;

// Tries an address. What it read there; ~0 if that is a fault which nobody mends.
uint64_t probe_read(uint64_t address);
uint64_t probe_write(uint64_t address, uint64_t value);  // value; ~0 if that is a fault
uint64_t probe_jump(uint64_t address);                   // 0 if there is a RET; ~0 if that is a fault

}  // namespace lab
