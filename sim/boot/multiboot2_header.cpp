// SPDX-License-Identifier: GPL-2.0-or-later
// The Multiboot 2 header (2.0, section 3.1): magic, architecture, header_length, checksum, then tags at
// multiples of 8 bytes, each a 16-bit type, 16-bit flags (bit 0: optional) and a 32-bit size that counts
// these 8 bytes and no padding. The list ends with a tag of type 0, which is what GRUB goes by; header_length
// it only adds up, so a length that is off does no harm as long as the checksum agrees.
#include <fmt/format.h>

#include "sim/base/bits.h"
#include "sim/boot/multiboot_header.h"

namespace ringside {
namespace {

// Section 3.1.3 on; the numbers are the tags' types.
enum HeaderTag : std::uint16_t {
  kEnd = 0,
  kInformationRequest = 1,
  kAddress = 2,
  kEntryAddress = 3,
  kConsoleFlags = 4,
  kFramebuffer = 5,
  kModuleAlignment = 6,
  kEfiBootServices = 7,
  kEfiEntryI386 = 8,
  kEfiEntryAmd64 = 9,
  kRelocatable = 10,
};
constexpr std::uint32_t kLastInformationTag = 21;  // image load base, section 3.6.21

struct Tag {
  std::uint16_t type;
  bool optional;
  std::uint32_t size;
  std::uint64_t at;  // offset in the file
};

// Sizes of the tags whose fields are read; 8 is the bare tag.
std::uint32_t least_size(std::uint16_t type) {
  switch (type) {
    case kAddress: return 24;
    case kEntryAddress: return 12;
    case kConsoleFlags: return 12;
    case kFramebuffer: return 20;
    case kRelocatable: return 24;
    default: return 8;
  }
}

class HeaderReader {
 public:
  HeaderReader(Bytes bytes, std::uint64_t offset) : file_(bytes) {
    header_.protocol = BootProtocol::multiboot2;
    header_.offset = offset;
  }

  Result<MultibootHeader> read() {
    const std::uint64_t length = file_.u32(header_.offset + 8);
    for (std::uint64_t at = header_.offset + 16;;) {
      const Tag tag{file_.u16(at), bit(file_.u16(at + 2), 0), file_.u32(at + 4), at};
      if (file_.holds(at, 8) && tag.type == kEnd) return finish();
      if (auto done = take(tag); !done) {
        // Nonsense behind the header's length is whatever follows a list that nobody ended.
        if (at - header_.offset < length && file_.holds(at, 8)) return std::unexpected(done.error());
        return fail(fmt::format(
            "the Multiboot 2 header at offset {:#x} is {} bytes long but no end tag is in it; end its "
            "tags with type 0, size 8.",
            header_.offset, length));
      }
      at += (std::uint64_t{tag.size} + 7) & ~std::uint64_t{7};
    }
  }

 private:
  Result<void> take(const Tag& tag) {
    if (const std::uint32_t least = least_size(tag.type);
        tag.size < least || !file_.holds(tag.at, tag.size)) {
      return fail(
          fmt::format("the Multiboot 2 header's tag of type {} at offset {:#x} has the size {}, which {}; "
                      "correct it (tags start at multiples of 8 bytes).",
                      tag.type, tag.at, tag.size,
                      tag.size < least ? fmt::format("is less than the {} it needs", least)
                                       : std::string("reaches past the end of the file")));
    }
    switch (tag.type) {
      case kInformationRequest: return requests(tag);
      case kAddress:
        header_.address_fields = AddressFields{.header_addr = file_.u32(tag.at + 8),
                                               .load_addr = file_.u32(tag.at + 12),
                                               .load_end_addr = file_.u32(tag.at + 16),
                                               .bss_end_addr = file_.u32(tag.at + 20)};
        return {};
      case kEntryAddress: header_.entry = file_.u32(tag.at + 8); return {};
      case kConsoleFlags: return console(tag);
      case kRelocatable: return relocatable(tag);
      // A graphics mode is a wish (the answer is EGA text), modules are always page aligned, and the EFI tags
      // speak only to a loader that runs on EFI.
      case kFramebuffer:
      case kModuleAlignment:
      case kEfiBootServices:
      case kEfiEntryI386:
      case kEfiEntryAmd64: return {};
      default: break;
    }
    if (tag.optional) return {};
    return fail(fmt::format(
        "the Multiboot 2 header requires a feature that does not exist (tag of type {} at offset {:#x}); "
        "remove the tag or set its optional flag.",
        tag.type, tag.at));
  }

  // Asking for a known tag is granted even where the machine has no such information; the tag is then left
  // out.
  Result<void> requests(const Tag& tag) {
    if (tag.optional) return {};
    for (std::uint64_t at = tag.at + 8; at + 4 <= tag.at + tag.size; at += 4) {
      if (const std::uint32_t wanted = file_.u32(at); wanted > kLastInformationTag) {
        return fail(fmt::format(
            "the Multiboot 2 header requires boot information of type {} (offset {:#x}), which does not "
            "exist; remove the request or make it optional.",
            wanted, at));
      }
    }
    return {};
  }

  Result<void> console(const Tag& tag) {
    const std::uint32_t flags = file_.u32(tag.at + 8);
    if (bit(flags, 0) && !bit(flags, 1)) {
      return fail(fmt::format(
          "the Multiboot 2 header requires a console but does not support EGA text (console flags {:#x} at "
          "offset {:#x}), and this PC has no other; set bit 1 or clear bit 0.",
          flags, tag.at + 8));
    }
    return {};
  }

  Result<void> relocatable(const Tag& tag) {
    const std::uint32_t align = file_.u32(tag.at + 16), preference = file_.u32(tag.at + 20);
    if ((align & (align - 1)) != 0) {
      return fail(fmt::format(
          "the Multiboot 2 header's relocatable tag wants an alignment of {:#x} (offset {:#x}), which is "
          "not a power of two.",
          align, tag.at + 16));
    }
    header_.relocatable = Relocatable{
        .min_addr = file_.u32(tag.at + 8),
        .max_addr = file_.u32(tag.at + 12),
        .align = align == 0 ? 1 : align,
        .preference = preference <= 2 ? Relocatable::Preference{preference} : Relocatable::Preference::none};
    return {};
  }

  Result<MultibootHeader> finish() {
    if (header_.address_fields && !header_.entry) {
      return fail(fmt::format(
          "the Multiboot 2 header at offset {:#x} has an address tag (type 2) without an entry address tag "
          "(type 3); add one.",
          header_.offset));
    }
    if (auto& fields = header_.address_fields; fields && fields->load_addr == 0xFFFFFFFF) {
      // Section 3.1.5: -1 says that the file is loaded from its first byte on.
      fields->load_addr = fields->header_addr - static_cast<std::uint32_t>(header_.offset);
    }
    return header_;
  }

  ByteView file_;
  MultibootHeader header_;
};

}  // namespace

Result<MultibootHeader> read_multiboot2(Bytes file, std::uint64_t offset) {
  return HeaderReader(file, offset).read();
}

}  // namespace ringside
