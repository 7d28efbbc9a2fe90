// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
#include "/etc/passwd"
