// SPDX-License-Identifier: GPL-2.0-or-later
// Host failures travel as values: a Result holds what was asked for or one sentence that says what went wrong
// and what to do about it. Guest mistakes are never errors of ours; they are events of the machine.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace ringside {

struct Error {
  std::string sentence;  // complete, ends in a full stop, names the file or value concerned
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string sentence) {
  return std::unexpected(Error{std::move(sentence)});
}

}  // namespace ringside
