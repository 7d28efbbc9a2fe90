/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the processor does with exceptions and interrupts in long mode, told by the guest itself: each case raises
 * something, and the handler prints all that the processor left behind, one line a case. Nothing here knows what is
 * right: two machines run the same image and their lines are compared.
 */
    .include "long_mode.inc"
    .include "cases_instructions.inc"
    .include "cases_protection.inc"
    .include "cases_pages.inc"
    .include "cases_gates.inc"
    .include "cases_rings.inc"
    .include "cases_interrupts.inc"
    .include "cases_debug.inc"
    long_mode_end
