// SPDX-License-Identifier: MIT
#include "lib/format.h"

namespace kernel {
namespace {

void fill(Sink& sink, char c, size_t count) {
  while (count-- > 0) sink.write({&c, 1});
}

void write_padded(Sink& sink, std::string_view text, const FormatSpec& spec, bool right_by_nature) {
  const size_t missing = spec.width > text.size() ? spec.width - text.size() : 0;
  const bool right =
      spec.align == FormatSpec::Align::right || (spec.align == FormatSpec::Align::natural && right_by_nature);
  if (right) fill(sink, ' ', missing);
  sink.write(text);
  if (!right) fill(sink, ' ', missing);
}

// Digits are found from the last to the first, so the buffer is filled from its end: sign, prefix, zeros,
// digits.
void write_number(Sink& sink, uint64_t value, bool negative, const FormatSpec& spec) {
  constexpr size_t kLongest = 3 + kWidestField + 64;  // sign and prefix, zeros, digits in binary
  std::array<char, kLongest> buffer;
  size_t start = buffer.size();
  const unsigned base = static_cast<unsigned>(spec.base);
  do {
    buffer[--start] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);

  const size_t before_digits = (spec.prefix && base != 10 ? 2 : 0) + (negative ? 1 : 0);
  if (spec.zero_filled)
    while (buffer.size() - start + before_digits < spec.width) buffer[--start] = '0';
  if (spec.prefix && base != 10) {
    buffer[--start] = base == 16 ? 'x' : base == 8 ? 'o' : 'b';
    buffer[--start] = '0';
  }
  if (negative) buffer[--start] = '-';
  write_padded(sink, {&buffer[start], buffer.size() - start}, spec, true);
}

void write_argument(Sink& sink, const FormatArgument& argument, FormatSpec spec) {
  switch (argument.kind) {
    case ArgumentKind::text: write_padded(sink, argument.text, spec, false); break;
    case ArgumentKind::truth: write_padded(sink, argument.value ? "true" : "false", spec, false); break;
    case ArgumentKind::character: {
      const char c = static_cast<char>(argument.value);
      write_padded(sink, {&c, 1}, spec, false);
      break;
    }
    case ArgumentKind::address:
      if (!spec.base_given)
        spec = {.base = FormatSpec::Base::hexadecimal, .prefix = true, .zero_filled = true, .width = 18};
      [[fallthrough]];
    case ArgumentKind::number: write_number(sink, argument.value, argument.negative, spec); break;
  }
}

}  // namespace

void format_to(Sink& sink, std::string_view format, std::span<const FormatArgument> arguments) {
  size_t used = 0;
  while (!format.empty()) {
    const FormatPiece piece = next_piece(format);
    if (piece.is_replacement_field)
      write_argument(sink, arguments[used++], piece.spec);
    else
      sink.write(piece.text);
  }
}

}  // namespace kernel
