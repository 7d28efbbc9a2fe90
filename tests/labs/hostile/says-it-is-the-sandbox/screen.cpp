// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// The grader must not take this for a failure of its own.
#line 1 "bwrap: setting up uid map: Permission denied"
#error bwrap
