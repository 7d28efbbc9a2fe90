// SPDX-License-Identifier: MIT
//
// What libstdc++'s headers expect the rest of libstdc++ to have. With _GLIBCXX_ASSERTIONS they check indices
// and empty optionals, and call __glibcxx_assert_fail when a check fails. Functions that would throw (at,
// substr) call a __throw function instead: we have no exceptions, so that is the end as well. Since GCC 13
// the headers of a freestanding build define those functions themselves and end in std::terminate or abort.
#include "lib/panic.h"

namespace std {

[[noreturn]] void __glibcxx_assert_fail(const char* file, int line, const char*,
                                        const char* condition) noexcept {
  kernel::panic("{} does not hold ({}:{})", condition, file, line);
}

#if __GNUC__ < 13
[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...) {
  kernel::panic("out of range: {}", format);
}
#else
[[noreturn]] void terminate() noexcept { kernel::panic("the C++ library gave up"); }
#endif

}  // namespace std

#if __GNUC__ >= 13
extern "C" [[noreturn]] void abort() { kernel::panic("the C++ library gave up"); }
#endif
