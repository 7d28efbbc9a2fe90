// SPDX-License-Identifier: GPL-2.0-or-later
// Small kernel images as bytes, written from the gABI's and the Multiboot specifications' tables and not with
// the loader's own code: a misreading in one of the two shows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ringside::testing {

using ByteVector = std::vector<std::byte>;

inline void put(ByteVector& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> 8 * i));
}
inline void put16(ByteVector& out, std::uint64_t value) { put(out, value, 2); }
inline void put32(ByteVector& out, std::uint64_t value) { put(out, value, 4); }
inline void put64(ByteVector& out, std::uint64_t value) { put(out, value, 8); }
inline void pad(ByteVector& out, std::size_t alignment) {
  while (out.size() % alignment != 0) out.push_back(std::byte{0});
}
inline void append(ByteVector& out, const ByteVector& more) {
  out.insert(out.end(), more.begin(), more.end());
}
inline void overwrite(ByteVector& out, std::size_t offset, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.at(offset + i) = static_cast<std::byte>(value >> 8 * i);
}

inline ByteVector words(std::initializer_list<std::uint32_t> values) {
  ByteVector out;
  for (const std::uint32_t value : values) put32(out, value);
  return out;
}
inline ByteVector text(std::string_view characters) {
  ByteVector out;
  for (const char c : characters) out.push_back(static_cast<std::byte>(c));
  return out;
}
inline ByteVector filled(std::size_t size, unsigned value) {
  return ByteVector(size, static_cast<std::byte>(value));
}

inline std::uint64_t number_at(const ByteVector& from, std::size_t offset, int bytes) {
  std::uint64_t value = 0;
  for (int i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(from.at(offset + i));
  return value;
}
inline std::uint64_t u16_at(const ByteVector& from, std::size_t offset) { return number_at(from, offset, 2); }
inline std::uint64_t u32_at(const ByteVector& from, std::size_t offset) { return number_at(from, offset, 4); }
inline std::uint64_t u64_at(const ByteVector& from, std::size_t offset) { return number_at(from, offset, 8); }
// The characters up to a zero byte, at most 256.
inline std::string text_at(const ByteVector& from, std::size_t offset) {
  std::string out;
  for (char c; out.size() < 256 && (c = static_cast<char>(from.at(offset + out.size()))) != 0;) out += c;
  return out;
}

// Multiboot 1: magic, flags, checksum, then whatever fields the flags announce.
inline ByteVector multiboot1_header(std::uint32_t flags, std::initializer_list<std::uint32_t> fields = {}) {
  ByteVector out = words({0x1BADB002, flags, 0u - (0x1BADB002u + flags)});
  append(out, words(fields));
  return out;
}

// Multiboot 2: magic, architecture, length, checksum, the given tags, padded each, and the end tag.
inline ByteVector multiboot2_tag(std::uint16_t type, std::uint16_t flags,
                                 std::initializer_list<std::uint32_t> fields) {
  ByteVector out;
  put16(out, type);
  put16(out, flags);
  put32(out, 8 + 4 * fields.size());
  append(out, words(fields));
  return out;
}
inline ByteVector multiboot2_header(std::initializer_list<ByteVector> tags = {}) {
  ByteVector list;
  for (const ByteVector& tag : tags) {
    append(list, tag);
    pad(list, 8);
  }
  put32(list, 0);
  put32(list, 8);
  const auto length = static_cast<std::uint32_t>(16 + list.size());
  ByteVector out = words({0xE85250D6, 0, length, 0u - (0xE85250D6u + length)});
  append(out, list);
  return out;
}

struct TestSegment {
  std::uint64_t physical = 0;
  ByteVector content;
  std::uint64_t memory_size = 0;      // 0: as long as the content
  std::uint64_t virtual_address = 0;  // 0: the same as the physical one
};

struct TestSection {
  std::uint32_t type = 1;
  std::uint64_t address = 0;
  ByteVector content;
  std::uint64_t alignment = 1;
};

struct TestElf {
  bool is_64 = true;
  std::uint64_t entry = 0;
  std::vector<TestSegment> segments;
  std::vector<TestSection> sections;  // behind the empty one that every table starts with
  std::uint16_t names_index = 0;
  std::uint16_t type = 2;     // ET_EXEC
  std::uint16_t machine = 0;  // 0: the class's own

  // Header, program headers, segments at multiples of 16, sections, section headers last.
  ByteVector build() const {
    const int word = is_64 ? 8 : 4;
    const std::size_t header = is_64 ? 64 : 52, row = is_64 ? 56 : 32;
    ByteVector body(header + row * segments.size());
    ByteVector rows;
    for (const TestSegment& s : segments) {
      pad(body, 16);
      const std::size_t offset = body.size();
      append(body, s.content);
      const std::uint64_t memory = s.memory_size ? s.memory_size : s.content.size();
      const std::uint64_t linked = s.virtual_address ? s.virtual_address : s.physical;
      put32(rows, 1);
      if (is_64) put32(rows, 7);
      put(rows, offset, word);
      put(rows, linked, word);
      put(rows, s.physical, word);
      put(rows, s.content.size(), word);
      put(rows, memory, word);
      if (!is_64) put32(rows, 7);
      put(rows, 16, word);
    }
    std::copy(rows.begin(), rows.end(), body.begin() + header);
    ByteVector section_rows(sections.empty() ? 0 : (is_64 ? 64 : 40));
    for (const TestSection& s : sections) {
      pad(body, 8);
      put32(section_rows, 0);
      put32(section_rows, s.type);
      put(section_rows, 0, word);
      put(section_rows, s.address, word);
      put(section_rows, body.size(), word);
      put(section_rows, s.content.size(), word);
      put32(section_rows, 0);
      put32(section_rows, 0);
      put(section_rows, s.alignment, word);
      put(section_rows, 0, word);
      append(body, s.content);
    }
    pad(body, 8);
    const std::size_t section_table = sections.empty() ? 0 : body.size();
    append(body, section_rows);

    ByteVector top = text(
        "\x7F"
        "ELF");
    put(top, is_64 ? 2 : 1, 1);
    put(top, 1, 1);
    put(top, 1, 1);
    top.resize(16);
    put16(top, type);
    put16(top, machine ? machine : (is_64 ? 62 : 3));
    put32(top, 1);
    put(top, entry, word);
    put(top, header, word);
    put(top, section_table, word);
    put32(top, 0);
    put16(top, header);
    put16(top, row);
    put16(top, segments.size());
    put16(top, is_64 ? 64 : 40);
    put16(top, sections.empty() ? 0 : sections.size() + 1);
    put16(top, names_index);
    std::copy(top.begin(), top.end(), body.begin());
    return body;
  }
};

}  // namespace ringside::testing
