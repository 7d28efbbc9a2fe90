// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// The files beside this one would run commands if anybody built by them.
int x =
