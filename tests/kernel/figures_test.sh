#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel stays below: a file of 256 KiB without debug information, with its table of symbols; 3 million
# instructions to the prompt, where it then sleeps; 150 instructions from thread to thread under every policy, with the
# choice of the next one and all bookkeeping.
#   usage: figures_test.sh KERNEL.ELF RINGSIDE-CLI
set -euo pipefail
kernel=$1 ringside=$2 readme="$(dirname -- "$0")/../../kernel/README.md"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wrong() { echo "FAILED: $1" >&2 && exit 1; }

cp "$kernel" "$folder/kernel.elf"
strip --strip-debug "$folder/kernel.elf"
bytes=$(stat -c %s "$folder/kernel.elf")
((bytes < 256 * 1024)) || wrong "without debug information the kernel has $bytes bytes"

status=0
"$ringside" run "$kernel" --serial "$folder/log" 2>"$folder/summary" || status=$?
((status == 6)) || wrong "status is $status and not 6 (the guest waits for input): $(cat "$folder/summary")"
grep -q 'ringside> $' "$folder/log" || wrong "there is no prompt"
instructions=$(sed -n 's/.* \([0-9,]*\) instructions.*/\1/p' "$folder/summary" | tr -d ,)
((instructions < 3000000)) || wrong "to the prompt and through 2 s of sleep it took $instructions instructions"

costs=()
for policy in round-robin priority fair-share tickless completion; do
  "$ringside" run "$kernel" --append "exit=1 quiet run=sched $policy;demo switch" --serial "$folder/log" 2>/dev/null || true
  cost=$(sed -n "s/^\([0-9]*\) cycles .* from thread to thread.* policy $policy.*/\1/p" "$folder/log")
  [[ $cost ]] || wrong "demo switch says nothing of $policy: $(cat "$folder/log")"
  ((cost < 150)) || wrong "under $policy a switch from one thread to the next takes $cost instructions"
  costs+=("$policy $cost")
done

# The table of allocators in the README, which another compiler's code may miss by a little.
"$ringside" run "$kernel" --append 'exit=1 quiet run=alloc bench' --serial "$folder/log" 2>/dev/null || true
compared=0
while read -r name allocate release _ needed _; do
  row=$(grep "^| \[$name\]" "$readme") || wrong "$readme has no row for the allocator $name"
  awk -F'|' -v a="$allocate" -v r="$release" -v k="$needed" '
    function near(x, y) { return x >= y * 0.9 - 1 && x <= y * 1.1 + 1 }
    { exit !(near($3, a) && near($4, r) && near($5, k)) }' <<<"$row" ||
    wrong "alloc bench says $name $allocate $release $needed, and $readme: $row"
  compared=$((compared + 1))
done < <(tr -d '\r' <"$folder/log" | sed -n '/^bump /,/^redzones /p')
((compared == 6)) || wrong "alloc bench shows $compared allocators: $(cat "$folder/log")"
echo "$bytes bytes, $instructions instructions to the prompt and through 2 s of sleep, for a switch: ${costs[*]}"
