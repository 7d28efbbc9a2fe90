// SPDX-License-Identifier: GPL-2.0-or-later
// Code page 437, the character set in the ROM of every PC's display adapter, as Unicode.
// Source: IBM code page 437; Unicode Consortium mapping table CP437.TXT, and for 0x01-0x1F and 0x7F the
// graphic characters that the ROM shows there.
#pragma once

#include <cstdint>
#include <string>

namespace ringside {

// The Unicode character of a cell's byte. 0x00 is a blank, like 0x20; 0xFF is a no-break space.
char32_t cp437_to_unicode(std::uint8_t character);

// The same, appended as UTF-8.
void append_cp437(std::string& text, std::uint8_t character);

}  // namespace ringside
