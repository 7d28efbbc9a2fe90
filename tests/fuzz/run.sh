#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh BUILD_FOLDER [TARGET...] [--minutes N]: runs fuzz targets one after the other, N minutes each (default 1; 0.5 is
# half a minute). What is learnt stays in BUILD_FOLDER/corpus and is where the next run goes on. An input that breaks
# something lands in BUILD_FOLDER/findings, beside what was said about it; then the status is 1.
set -euo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
build=$1 minutes=1 targets=()
shift

refuse() { printf 'ringside: %s\n' "$1" >&2 && exit 2; }
known() { for program in "$build"/tests/fuzz/fuzz_*; do [[ -f $program && -x $program ]] && printf '%s\n' "${program##*/fuzz_}"; done; }

while (($#)); do
  case $1 in
    --minutes) [[ ${2:-} =~ ^[0-9]+([.][0-9]+)?$ ]] || refuse "--minutes needs a number: --minutes 10." && minutes=$2 && shift ;;
    -*) refuse "$1 is not known: fuzz [TARGET...] [--minutes N]." ;;
    *) [[ -x $build/tests/fuzz/fuzz_$1 ]] || refuse "There is no target $1; there are $(known | paste -sd ' ')." && targets+=("$1") ;;
  esac
  shift
done
if ((!${#targets[@]})); then mapfile -t targets < <(known); fi
seconds=$(awk "BEGIN { print int($minutes * 60) }")
((seconds > 0)) || refuse "--minutes $minutes is no time at all."

findings="$build/findings"
mkdir -p "$findings"
found=0 executions=0
printf '%d targets, %d seconds each. Ctrl-C ends the run; what was learnt is kept.\n' "${#targets[@]}" "$seconds"
for target in "${targets[@]}"; do
  corpus="$build/corpus/$target" log="$findings/$target.log"
  mkdir -p "$corpus"
  options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix="$findings/$target-")
  # The engine's own memory is not to be looked through after each input.
  if [[ $target == guest_* ]]; then options+=(-detect_leaks=0); fi
  printf '%-14s ' "$target"
  status=0
  nice "$build/tests/fuzz/fuzz_$target" "${options[@]}" "$corpus" "$here/corpus/$target" >"$log" 2>&1 || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  executions=$((executions + ${runs:-0}))
  printf '%9s inputs, %6s a second, corpus of %4s: ' "${runs:-?}" "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")" \
    "$(find "$corpus" -type f | wc -l)"
  if ((status == 0)); then
    printf 'nothing found\n'
    rm -f "$log"
  elif ((status >= 130 && status <= 143)); then # a signal from outside
    printf 'interrupted\n'
    exit "$status"
  else
    found=$((found + 1))
    printf 'FOUND something\n'
    grep -m 1 -E 'FOUND|ERROR: |runtime error' "$log" | cut -c -200 | sed 's/^/    /' || true
    printf '    again: %s FILE\n' "$build/tests/fuzz/fuzz_$target"
  fi
done
printf '%d inputs in %d s, %d findings: %s\n' "$executions" "$SECONDS" "$found" "$findings"
((found == 0))
