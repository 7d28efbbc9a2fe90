// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/devices/post_port.h"

namespace ringside {

void write_port(PostPort& port, std::uint8_t value) { port.code = value; }
std::uint8_t read_port(PostPort& port) { return peek_port(port); }
std::uint8_t peek_port(const PostPort& port) { return port.code; }

}  // namespace ringside
