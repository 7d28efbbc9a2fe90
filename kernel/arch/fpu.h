// SPDX-License-Identifier: MIT
//
// x87 and SSE. The kernel itself computes with integers only; programs and the fault demonstrations use them.
#pragma once

namespace kernel {

// Both usable, with all their errors masked; unmasked ones arrive as #MF and #XM (Intel SDM vol. 3, 9.2.1
// and 13.1).
void enable_fpu();

}  // namespace kernel
