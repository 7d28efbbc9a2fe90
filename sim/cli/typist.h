// SPDX-License-Identifier: GPL-2.0-or-later
// Types for an absent person: keys on the PS/2 keyboard and characters into COM1, at a pace that the guest
// can follow. It begins when the guest first waits, gives the next stroke or character when the last was
// taken, and after Enter waits until the guest waits again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"
#include "sim/cli/guest_watch.h"
#include "sim/devices/key_text.h"
#include "sim/timeline/timeline.h"

namespace ringside {

class Typist {
 public:
  Typist() = default;
  // `keys` as key_strokes() reads them; `serial` with the escapes \n \r \t \e \xHH and \\.
  static Result<Typist> make(std::string_view keys, std::string_view serial);

  bool done() const { return next_stroke_ == strokes_.size() && next_byte_ == serial_.size(); }
  // What has not been typed, in words: "3 key strokes"; empty when all was.
  std::string left() const;
  // Between two slices: types what may be typed now, at most one stroke and one character.
  Result<void> type(Timeline& timeline, GuestWatch& watch);

 private:
  bool guest_is_ready(const GuestWatch& watch) const;

  std::vector<KeyStroke> strokes_;
  std::string serial_;
  std::size_t next_stroke_ = 0, next_byte_ = 0;
  bool wait_for_guest_ = true;  // at the beginning and after each Enter
};

// The bytes that a text with escapes stands for.
Result<std::string> unescape(std::string_view text);

}  // namespace ringside
