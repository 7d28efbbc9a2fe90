// SPDX-License-Identifier: MIT
#include <cstring>

#include "arch/control_registers.h"
#include "paging.h"

namespace lab {

PageFault decode(uint64_t cr2, uint64_t error_code) {
  const auto bit = [error_code](unsigned number) { return (error_code >> number & 1) != 0; };
  return {.address = cr2,
          .access = bit(4)   ? Access::fetch
                    : bit(1) ? Access::write
                             : Access::read,
          .cause = bit(3)   ? Cause::reserved_bit
                   : bit(0) ? Cause::rights
                            : Cause::not_present,
          .from_user = bit(2)};
}

namespace {

bool is_on_demand(const PageFault& fault) {
  return fault.address - kDemandBase < kDemandBytes && fault.cause == Cause::not_present &&
         fault.access != Access::fetch && !fault.from_user;
}

bool give_page(uint64_t address) {
  const auto frame = frames.allocate();
  if (!frame) return false;
  memset(kernel::direct(*frame), 0, kPageBytes);
  const auto page = VirtualAddress::from(address & ~uint64_t{kPageBytes - 1});
  if (mapper.map(*page, *frame, PageFlag::writable | PageFlag::no_execute) == MapResult::done) return true;
  frames.release(*frame);
  return false;
}

}  // namespace

void handle_page_fault(kernel::TrapFrame& frame) {
  const PageFault fault = decode(kernel::cr2::read(), frame.error_code);
  if (is_on_demand(fault) && give_page(fault.address)) return;
  unhandled(frame, fault);
}

}  // namespace lab
