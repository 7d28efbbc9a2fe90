// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/segment_words.h"

namespace ringside {
namespace {

std::string system_words(unsigned type, bool ia32e) {
  switch (type) {
    case 0x2: return "LDT";
    case 0x9: return ia32e ? "64-bit TSS, available" : "32-bit TSS, available";
    case 0xB: return ia32e ? "64-bit TSS, busy" : "32-bit TSS, busy";
    case 0xC: return ia32e ? "64-bit call gate" : "32-bit call gate";
    case 0xE: return ia32e ? "64-bit interrupt gate" : "32-bit interrupt gate";
    case 0xF: return ia32e ? "64-bit trap gate" : "32-bit trap gate";
    default: break;
  }
  if (ia32e) return "reserved type";
  switch (type) {
    case 0x1: return "16-bit TSS, available";
    case 0x3: return "16-bit TSS, busy";
    case 0x4: return "16-bit call gate";
    case 0x5: return "task gate";
    case 0x6: return "16-bit interrupt gate";
    case 0x7: return "16-bit trap gate";
    default: return "reserved type";
  }
}

}  // namespace

std::string segment_words(const Segment& s, bool ia32e) {
  if (!s.code_or_data()) return system_words(s.type(), ia32e);
  if (s.type() & 8) {
    std::string words = "code, ";
    if (s.long_mode() && ia32e)
      words += s.default_big() ? "L and D both set: reserved" : "64-bit";
    else
      words += s.default_big() ? "32-bit" : "16-bit";
    words += s.type() & 2 ? ", readable" : ", execute only";
    return words + (s.type() & 4 ? ", conforming" : "");
  }
  std::string words = s.type() & 2 ? "data, writable" : "data, read-only";
  return words + (s.type() & 4 ? ", expand down" : "");
}

bool takes_two_slots(const Segment& s, bool ia32e) {
  const unsigned type = s.type();
  return ia32e && !s.code_or_data() && (type == 2 || type == 9 || type == 0xB || type == 0xC);
}

}  // namespace ringside
