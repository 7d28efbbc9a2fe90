// SPDX-License-Identifier: MIT
//
// The characters in the ROM of the first PC's display adapter, which text mode still has: ASCII, and 159
// more, among them letters with accents, and pieces of frames and blocks to draw with.
#pragma once

#include <cstdint>

namespace kernel {

// The number of a character of Unicode in code page 437; of '?' for one that it does not have.
uint8_t code_page_437(char32_t character);

}  // namespace kernel
