// SPDX-License-Identifier: MIT
//
// Your file. decoder.h says what the function is for; README.md goes through the steps.
#include "decoder.h"

namespace lab {

// Step 1: the tables. Step 2: keys that change others. Step 3: keys of two bytes.
char Decoder::decode(uint8_t) { return 0; }

}  // namespace lab
