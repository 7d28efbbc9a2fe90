// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 (FIPS 180-4), by Nettle: what a recording names files by, and what it guards itself with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringside {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::span<const std::byte> bytes);
Sha256 sha256(std::string_view text);

std::string hex_text(const Sha256& hash);                        // 64 lower-case digits
std::optional<Sha256> sha256_from_hex(std::string_view digits);  // nothing but those

}  // namespace ringside
