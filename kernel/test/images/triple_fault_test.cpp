// SPDX-License-Identifier: MIT
//
// The last link of the chain: an exception that cannot be delivered, nor the one that follows from it, nor
// the double fault. The CPU shuts down, and a PC resets.
#include "arch/machine.h"
#include "test/test.h"

namespace kernel {
namespace {

KERNEL_TEST_SHOULD_RESET(triple_fault, resets_the_machine) { triple_fault(); }

}  // namespace
}  // namespace kernel
