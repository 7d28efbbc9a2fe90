// SPDX-License-Identifier: GPL-2.0-or-later
// Port 0x80: the power-on self test shows its progress here, on a card with two hexadecimal digits. On the AT
// it is a spare register of the DMA page chip that nothing else uses; kernels write to it to let about a
// microsecond pass between accesses to slow chips.
//
// NOT MODELLED: the delay (an access takes the time of its instruction).
// Source: IBM PC/AT Technical Reference (1984), "DMA page registers" and "POST diagnostic port".
#pragma once

#include <cstdint>
#include <type_traits>

namespace ringside {

struct PostPort {
  std::uint8_t code = 0;
  bool operator==(const PostPort&) const = default;
};
static_assert(std::is_trivially_copyable_v<PostPort>);

void write_port(PostPort& port, std::uint8_t value);
std::uint8_t read_port(PostPort& port);
std::uint8_t peek_port(const PostPort& port);

template <class Visitor>
void visit_fields(const PostPort& port, Visitor&& v) {
  const auto& [code] = port;
  v("code", code);
}

}  // namespace ringside
