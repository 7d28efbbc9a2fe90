// SPDX-License-Identifier: MIT
//
// Your file. queue.h says what each function is for; README.md goes through the steps.
#include "queue.h"

namespace lab {

// Step 4: which of the two indices belongs to whom?
bool Queue::push(char) { return false; }

int Queue::pop() { return -1; }

}  // namespace lab
