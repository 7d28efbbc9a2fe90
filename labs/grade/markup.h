// SPDX-License-Identifier: GPL-2.0-or-later
// What reports are made of: escaped text, and the guest's screen as a picture.
#pragma once

#include <string>
#include <string_view>

#include "labs/book/verdict.h"

namespace ringside::labs {

std::string xml_escape(std::string_view text);  // & < > " ' ; for HTML too
std::string base64(std::string_view bytes);     // RFC 4648, section 4
// 80 by 25 cells of 8 by 16 in the sixteen colours of the adapter, as an <svg> element that stands alone.
std::string screen_svg(const ScreenPicture& screen);

}  // namespace ringside::labs
