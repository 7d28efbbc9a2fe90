// SPDX-License-Identifier: GPL-2.0-or-later
// The Multiboot 1 header (0.6.96, section 3.1):
//   0 magic  4 flags  8 checksum
//   12 header_addr  16 load_addr  20 load_end_addr  24 bss_end_addr  28 entry_addr     if flags bit 16 is set
//   32 mode_type  36 width  40 height  44 depth                                        if flags bit 2 is set
// The video mode is a wish; the answer is always EGA text, so its fields are not looked at.
#include <fmt/format.h>

#include "sim/base/bits.h"
#include "sim/boot/multiboot_header.h"

namespace ringside {
namespace {

constexpr std::uint32_t kRequired = 0x0000FFFF;    // flags that a loader must understand or refuse
constexpr std::uint32_t kUnderstood = 0x00000007;  // page-aligned modules, memory information, video mode
constexpr unsigned kAddressFieldsValid = 16;

}  // namespace

Result<MultibootHeader> read_multiboot1(Bytes bytes, std::uint64_t offset) {
  const ByteView file(bytes);
  const std::uint32_t flags = file.u32(offset + 4);
  if (const std::uint32_t unknown = flags & kRequired & ~kUnderstood; unknown != 0) {
    return fail(fmt::format(
        "the Multiboot 1 header at offset {:#x} requires features that do not exist (flags {:#x}, of "
        "which {:#x} is unknown); only bits 0, 1, 2 and 16 are defined.",
        offset, flags, unknown));
  }
  MultibootHeader header{.protocol = BootProtocol::multiboot1, .offset = offset};
  if (!bit(flags, kAddressFieldsValid)) return header;
  if (!file.holds(offset, 32)) {
    return fail(fmt::format(
        "the Multiboot 1 header at offset {:#x} announces address fields (flags bit 16), but the file "
        "ends before them; build or copy it again.",
        offset));
  }
  header.address_fields = AddressFields{.header_addr = file.u32(offset + 12),
                                        .load_addr = file.u32(offset + 16),
                                        .load_end_addr = file.u32(offset + 20),
                                        .bss_end_addr = file.u32(offset + 24)};
  header.entry = file.u32(offset + 28);
  return header;
}

}  // namespace ringside
