// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/grade/markup.h"

#include <fmt/format.h>
#include <nettle/base64.h>

#include <array>

namespace ringside::labs {
namespace {

constexpr unsigned kCellWidth = 8, kCellHeight = 16, kColumns = 80;

// The adapter's colours as the standard palette has them: two thirds of full intensity, one third more where
// bit 3 is set, and brown in the place of dark yellow.
constexpr std::array<const char*, 16> kPalette{"#000", "#00a", "#0a0", "#0aa", "#a00", "#a0a",
                                               "#a50", "#aaa", "#555", "#55f", "#5f5", "#5ff",
                                               "#f55", "#f5f", "#ff5", "#fff"};

const char* color(char digit) {
  const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
  return kPalette[static_cast<std::size_t>(value) & 15];
}

// The characters of a row of UTF-8.
std::vector<std::string_view> characters(std::string_view row) {
  std::vector<std::string_view> all;
  for (std::size_t at = 0; at < row.size();) {
    std::size_t end = at + 1;
    while (end < row.size() && (static_cast<unsigned char>(row[end]) & 0xC0) == 0x80) ++end;
    all.push_back(row.substr(at, end - at));
    at = end;
  }
  return all;
}

}  // namespace

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(out.data(), bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return out;
}

std::string screen_svg(const ScreenPicture& screen) {
  const std::size_t height = screen.rows.size() * kCellHeight;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\" "
      "font-family=\"'DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace\" font-size=\"13.3\" "
      "xml:space=\"preserve\" style=\"white-space:pre\">\n<rect width=\"{0}\" height=\"{1}\" "
      "fill=\"#000\"/>\n",
      kColumns * kCellWidth, height);
  std::string text;
  for (std::size_t row = 0; row < screen.rows.size() && row < screen.colors.size(); ++row) {
    const auto cells = characters(screen.rows[row]);
    const std::string& colors = screen.colors[row];
    const std::size_t count = std::min(cells.size(), colors.size() / 2);
    // Neighbours of the same colours are one piece; a blank has no foreground to look at.
    for (std::size_t start = 0; start < count;) {
      std::size_t end = start + 1;
      while (end < count && colors.substr(2 * end, 2) == colors.substr(2 * start, 2)) ++end;
      if (colors[2 * start] != '0')
        out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                           start * kCellWidth, row * kCellHeight, (end - start) * kCellWidth, kCellHeight,
                           color(colors[2 * start]));
      std::string piece;
      for (std::size_t i = start; i < end; ++i) piece += cells[i];
      const std::size_t last = piece.find_last_not_of(' ');
      if (last != std::string::npos) {
        const std::size_t blanks = piece.size() - 1 - last;
        piece.resize(last + 1);
        text += fmt::format(
            "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" "
            "fill=\"{}\">{}</text>\n",
            start * kCellWidth, row * kCellHeight + 12, (end - start - blanks) * kCellWidth,
            color(colors[2 * start + 1]), xml_escape(piece));
      }
      start = end;
    }
  }
  return out + text + "</svg>\n";
}

}  // namespace ringside::labs
