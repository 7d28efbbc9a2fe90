// SPDX-License-Identifier: GPL-2.0-or-later
// The header inside a kernel's file by which it asks a boot loader to be loaded, in both versions of the
// Multiboot specification, read into one form.
//
//            magic        where in the file      aligned   checked by
//   1        0x1BADB002   the first 8192 bytes   4 bytes   magic + flags + checksum = 0
//   2        0xE85250D6   the first 32768 bytes  8 bytes   magic + architecture + length + checksum = 0
//
// Sources: Multiboot Specification 0.6.96, section 3.1; Multiboot2 Specification 2.0, section 3.1. Where
// those leave a choice, GRUB 2 decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/base/error.h"
#include "sim/boot/byte_view.h"

namespace ringside {

enum class BootProtocol { multiboot1, multiboot2 };

// The fields that replace an ELF's program headers: for flat images, or an ELF that wants it so. All
// physical.
struct AddressFields {
  std::uint32_t header_addr = 0;    // where the header itself comes to lie: ties file offsets to addresses
  std::uint32_t load_addr = 0;      // of the first byte loaded
  std::uint32_t load_end_addr = 0;  // one past the last byte loaded; 0: to the end of the file
  std::uint32_t bss_end_addr = 0;   // one past the last byte zeroed; 0: nothing to zero
};

// Multiboot 2, section 3.1.12: the image may be moved as a whole.
struct Relocatable {
  enum class Preference : std::uint32_t { none = 0, lowest = 1, highest = 2 };
  std::uint32_t min_addr = 0;  // no byte of the image below
  std::uint32_t max_addr = 0;  // the image ends here at the latest
  std::uint32_t align = 1;
  Preference preference = Preference::none;
};

struct MultibootHeader {
  BootProtocol protocol = BootProtocol::multiboot1;
  std::uint64_t offset = 0;  // in the file
  std::optional<AddressFields> address_fields;
  std::optional<std::uint32_t> entry;  // physical; where it is given it replaces the ELF's
  std::optional<Relocatable> relocatable;
};

// What a search found. `near_miss` is a sentence about the best explanation why there is no header although a
// magic number is in the file (wrong checksum, misaligned, too far back), and empty without such a trace.
struct HeaderSearch {
  std::optional<std::uint64_t> offset;
  std::string near_miss;
};
HeaderSearch find_multiboot1(Bytes file);
HeaderSearch find_multiboot2(Bytes file);

// REQUIRES an offset that the search found. Errors: a required feature that is unknown, fields cut off.
Result<MultibootHeader> read_multiboot1(Bytes file, std::uint64_t offset);
Result<MultibootHeader> read_multiboot2(Bytes file, std::uint64_t offset);

// The header to load by: version 2 where both are there. Without any, the sentence says what the file looks
// like.
Result<MultibootHeader> read_multiboot(Bytes file);

}  // namespace ringside
