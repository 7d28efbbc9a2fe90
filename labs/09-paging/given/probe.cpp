// SPDX-License-Identifier: MIT
#include "lib/panic.h"
#include "paging.h"

extern "C" {
uint64_t try_read(uint64_t address);
uint64_t try_write(uint64_t address, uint64_t value);
uint64_t try_jump(uint64_t address);
void probe_gives_up();
}

namespace lab {

constinit Reported reported;

namespace {
constinit bool probing = false;
}

uint64_t probe_read(uint64_t address) {
  probing = true;
  const uint64_t value = try_read(address);
  probing = false;
  return value;
}

uint64_t probe_write(uint64_t address, uint64_t value) {
  probing = true;
  const uint64_t written = try_write(address, value);
  probing = false;
  return written;
}

uint64_t probe_jump(uint64_t address) {
  probing = true;
  const uint64_t came_back = try_jump(address);
  probing = false;
  return came_back;
}

void unhandled(kernel::TrapFrame& frame, const PageFault& fault) {
  ++reported.count;
  reported.last = fault;
  if (!probing) kernel::panic_on_exception(frame);
  frame.rip = reinterpret_cast<uint64_t>(probe_gives_up);
}

}  // namespace lab
