// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// A tree of 2^60 templates: no depth, but no end either.
template <unsigned Depth, unsigned long Path>
struct Tree {
  static constexpr int value = Tree<Depth - 1, 2 * Path>::value + Tree<Depth - 1, 2 * Path + 1>::value;
};
template <unsigned long Path>
struct Tree<0, Path> {
  static constexpr int value = 1;
};
int x = Tree<60, 1>::value;
