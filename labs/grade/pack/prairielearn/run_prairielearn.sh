#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What PrairieLearn starts in the container for each submission, with the files in /grade/student. The result goes to
# /grade/results/results.json. Environment, for trying it elsewhere: GRADE_ROOT (default /grade), RINGSIDE_PACK (default
# /ringside).
set -euo pipefail
root=${GRADE_ROOT:-/grade}
pack=${RINGSIDE_PACK:-/ringside}
. "$pack/run.sh"
run_one "@LAB@" "$root/student" prairielearn "$root/results/results.json"
