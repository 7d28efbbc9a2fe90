// SPDX-License-Identifier: GPL-2.0-or-later
// Markdown (CommonMark, and tables) as a flat list of blocks, ready to be drawn from top to bottom. Whatever
// the text is, a list comes back: Markdown knows no errors. Raw HTML is text like any other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringside {

// A piece of text in one manner.
struct TextRun {
  std::string text;  // '\n' = the line ends here
  bool strong = false, emphasis = false, code = false;
  std::string link = {};  // where it leads; "" = nowhere
  bool operator==(const TextRun&) const = default;
};
using TextRuns = std::vector<TextRun>;

struct MarkdownBlock {
  enum class Kind : unsigned char { heading, paragraph, code, table, rule };
  Kind kind = Kind::paragraph;
  unsigned level = 0;                         // of a heading, 1 to 6
  unsigned depth = 0;                         // lists and quotations that it stands in
  bool quoted = false;                        // in a quotation
  std::string marker{};                       // of the first block of a list's item: a bullet, "1."
  TextRuns runs{};                            // of a heading, a paragraph
  std::vector<std::string> lines{};           // of code
  std::vector<std::vector<TextRuns>> rows{};  // of a table; the first is its head
  bool operator==(const MarkdownBlock&) const = default;
};

struct Markdown {
  std::vector<MarkdownBlock> blocks;
  bool cut = false;  // there was more than kMostMarkdown
};

inline constexpr std::size_t kMostMarkdown = 256 * 1024;  // bytes that are looked at
inline constexpr unsigned kDeepestMarkdown = 8;           // what stands deeper is drawn at this depth

Markdown parse_markdown(std::string_view text);

// Its words without their manner.
std::string plain_text(const TextRuns& runs);

}  // namespace ringside
