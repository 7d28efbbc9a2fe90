// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's memory for gdb: by linear address, through the page tables of the moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/base/units.h"
#include "sim/session/session.h"

namespace ringside {

// As many bytes from `address` on as can be read, at most `length`; empty where the first one cannot.
//
// Before long mode no linear address has more than 32 bits, so nothing of a kernel that is linked high can be
// read. gdb wants to look at code before it sets a breakpoint in it: for these addresses alone it gets what
// the image's file has there, which is what the guest will find once it has mapped itself.
std::string read_for_gdb(Session& session, VirtAddr address, std::size_t length);

// All or nothing: a command of its own for each byte that changes, so that the history has it.
Result<void> write_for_gdb(Session& session, VirtAddr address, std::string_view bytes);

}  // namespace ringside
