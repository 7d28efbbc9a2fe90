// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a recording. What is read and written again must be read as the same, and be written as the
// same.
//
// Input: a byte; the text. If the byte's bit 0 is set, the text gets the last line that it needs, with its
// hash: a mutation would never find it.
#include <algorithm>
#include <string>

#include "sim/timeline/recording.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringside;
  using namespace ringside::fuzz;
  Input input(data, size);
  const bool guarded = input.byte() & 1;
  const auto rest = input.rest();
  std::string text(rest.begin(), rest.end());
  if (guarded) text += fmt::format("{{\"sha256\":\"{}\"}}\n", hex_text(sha256(std::string_view(text))));
  const auto recording = parse_recording(text, "fuzz.recording");
  if (!recording) {
    require_sentence(recording.error().sentence);
    return 0;
  }
  const std::string once = text_of(*recording);
  const auto again = parse_recording(once, "again");
  require(again.has_value(),
          again ? "" : "a recording that was written cannot be read: " + again.error().sentence);
  require(text_of(*again) == once, "a recording that was read and written twice is another");
  require(again->commands.size() == recording->commands.size() &&
              again->hashes.size() == recording->hashes.size(),
          "something of a recording was lost");
  if (const auto config = config_of(*recording, {}); !config) require_sentence(config.error().sentence);
  return 0;
}
