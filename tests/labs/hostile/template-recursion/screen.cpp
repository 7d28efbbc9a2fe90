// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// Endless template recursion.
template <unsigned N>
struct Endless : Endless<N + 1> {};
int x = sizeof(Endless<0>);
