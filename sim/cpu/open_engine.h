// SPDX-License-Identifier: GPL-2.0-or-later
// Unicorn's engines as all of ours are made: 64-bit, exits list on and empty, fixed CPU model, and what they
// translate near to this program's own code.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

#include "sim/base/error.h"

namespace ringside {

// A new engine. Its translation buffer may not become full before book_buffer().
Result<uc_engine*> open_engine(std::uint32_t translation_buffer_bytes);

// A fresh engine has not booked its own translation buffer: the first time it is full, it would start again
// at the beginning and overwrite blocks that are still in use. Once booked, which writes all of it, a full
// buffer is emptied.
void book_buffer(uc_engine* engine);

}  // namespace ringside
