// SPDX-License-Identifier: MIT
//
// What may be done with a port or a register stands in its type. A status register is declared
// `Port<uint8_t, Access::read>`; a line of code that writes to it does not compile.
#pragma once

namespace kernel {

enum class Access { read, write, read_write };

}  // namespace kernel
