// SPDX-License-Identifier: MIT
#include "lib/code_page_437.h"

#include <string_view>

namespace kernel {
namespace {

// Numbers 0x01 to 0x1F: on the screen they are pictures. 0x00 looks like a space.
constexpr std::u32string_view kPictures = U"☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
constexpr uint8_t kFirstPicture = 0x01;

// Numbers 0x80 to 0xFF, sixteen a row.
constexpr std::u32string_view kUpperHalf =
    U"ÇüéâäàåçêëèïîìÄÅ"
    U"ÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
    U"áíóúñÑªº¿⌐¬½¼¡«»"
    U"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    U"└┴┬├─┼╞╟╚╔╩╦╠═╬╧"
    U"╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    U"αßΓπΣσµτΦΘΩδ∞φε∩"
    U"≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
constexpr uint8_t kFirstOfUpperHalf = 0x80;
static_assert(kPictures.size() == 31 && kUpperHalf.size() == 128);

}  // namespace

uint8_t code_page_437(char32_t character) {
  if (character >= ' ' && character < 0x7f) return static_cast<uint8_t>(character);
  if (const size_t at = kUpperHalf.find(character); at != kUpperHalf.npos)
    return static_cast<uint8_t>(kFirstOfUpperHalf + at);
  if (const size_t at = kPictures.find(character); at != kPictures.npos)
    return static_cast<uint8_t>(kFirstPicture + at);
  return '?';
}

}  // namespace kernel
