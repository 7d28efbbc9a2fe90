// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/timeline/sha256.h"

#include <fmt/format.h>
#include <nettle/sha2.h>
#include <nettle/version.h>

namespace ringside {

static_assert(SHA256_DIGEST_SIZE == std::tuple_size_v<Sha256>);

Sha256 sha256(std::span<const std::byte> bytes) {
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  Sha256 hash;
#if NETTLE_VERSION_MAJOR >= 4
  sha256_digest(&context, hash.data());
#else
  sha256_digest(&context, hash.size(), hash.data());
#endif
  return hash;
}

Sha256 sha256(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

std::string hex_text(const Sha256& hash) {
  std::string text;
  for (const std::uint8_t byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

std::optional<Sha256> sha256_from_hex(std::string_view digits) {
  Sha256 hash{};
  if (digits.size() != 2 * hash.size()) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && !(c >= 'a' && c <= 'f')) return std::nullopt;
    hash[i / 2] = static_cast<std::uint8_t>(hash[i / 2] << 4 | (decimal ? c - '0' : c - 'a' + 10));
  }
  return hash;
}

}  // namespace ringside
