// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// Twice at each level, 200 levels deep.
#include "screen.cpp"
#include "screen.cpp"
