// SPDX-License-Identifier: GPL-2.0-or-later
// What a terminal sends, turned back into the keys that were struck.
// Source: ECMA-48; xterm, "XTerm Control Sequences", section "PC-Style Function Keys".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/devices/key_text.h"

namespace ringside {

class TerminalKeys {
 public:
  static constexpr char kLeave = 0x1D;  // Ctrl-]

  // Appends the strokes of these bytes. A sequence that is cut off is kept for the next call. Characters that
  // a US keyboard lacks are passed over.
  void feed(std::string_view bytes, std::vector<KeyStroke>& strokes);
  // Nothing has come for a while: an ESC that nothing followed is the key Escape.
  void pause(std::vector<KeyStroke>& strokes);
  // Ctrl-] was among the bytes; what came behind it was dropped.
  bool leave() const { return leave_; }

 private:
  std::string pending_;
  bool leave_ = false;
};

}  // namespace ringside
