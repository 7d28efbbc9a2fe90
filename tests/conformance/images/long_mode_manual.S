/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cases that QEMU cannot be asked: it takes what the manual forbids and is lost afterwards. The test knows from the
 * manual what has to be printed.
 */
    .include "long_mode.inc"
    .include "cases_manual.inc"
    long_mode_end
