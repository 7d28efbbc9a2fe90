// SPDX-License-Identifier: GPL-2.0-or-later
// expect: not-built 0
// A file of the host, by its name.
#include "@SECRET@"
