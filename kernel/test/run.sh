#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh [--on MACHINE]... [--images FOLDER] [--ringside PROGRAM] [--list] [SUITE...]
#
# The tests that run inside the kernel, each suite an image of its own, on qemu, bochs and ringside: on all that are
# here, or on those named. One line for each suite and machine; status 0 if all is well, 77 if a machine that was named is
# not here. FOLDER is where the images were
# built (kernel-tests), PROGRAM is ringside-cli. What a machine may need is in machines.sh.
#
# An image says itself how it must end: by its report, or with "the machine must reset" or "must hang". Beside the
# images there is the suite `commands`: the kernel as it ships, booted with command lines that end in a fault.
set -u
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
images=build-kernel/images ringside='' list='' named=() suites=()
refuse() { echo "kernel-test: $1" >&2 && exit 2; }
while (($#)); do
  case $1 in
    --on | --images | --ringside) (($# > 1)) || refuse "$1 needs a value." ;;&
    --on) named+=("$2") && shift ;;
    --images) images=$2 && shift ;;
    --ringside) ringside=$2 && shift ;;
    --list) list=yes ;;
    -h | --help) sed -n '4,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
    -*) refuse "there is no option $1; --help lists them." ;;
    *) suites+=("$1") ;;
  esac
  shift
done
[[ -e $images/all.elf ]] || refuse "no test images in $images; build the target kernel-tests."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=machines.sh
source "$here/machines.sh"
# shellcheck source=commands.sh
source "$here/commands.sh"

known=(commands)
for image in "$images"/*.elf; do
  suite=$(basename "$image" .elf)
  if [[ $suite != all ]]; then known+=("$suite"); fi
done
if [[ $list ]]; then printf '%s\n' "${known[@]}" && exit; fi
for suite in "${suites[@]}"; do
  [[ " ${known[*]} all " == *" $suite "* ]] || refuse "there is no suite $suite; --list shows them."
done
if ((${#suites[@]} == 0)); then suites=("${known[@]}"); fi

machines=()
for machine in "${named[@]:-any}"; do
  case $machine in
    any)
      for machine in qemu bochs ringside; do
        if missing=$(machine_is_here $machine); then machines+=($machine); else echo "left out: $machine ($missing)"; fi
      done
      ;;
    qemu | bochs | ringside) 
      if ! missing=$(machine_is_here "$machine"); then echo "kernel-test: $missing." >&2 && exit 77; fi
      machines+=("$machine")
      ;;
    *) refuse "there is no machine $machine: qemu, bochs, ringside." ;;
  esac
done
((${#machines[@]})) || refuse "there is no machine to run on."

failures=0 runs=0
verdict() { # MACHINE SUITE REASON-TO-FAIL SUMMARY
  ((++runs))
  if [[ -z $3 ]]; then
    printf 'ok      %-9s %-20s %s\n' "$1" "$2" "$4"
    return
  fi
  ((++failures))
  printf 'FAILED  %-9s %-20s %s\n' "$1" "$2" "$3"
  tail -n 30 "$scratch/log" | sed 's/^/        | /'
  if [[ $ending == failed ]]; then tail -n 10 "$scratch/output" | sed 's/^/        > /'; fi
}

run_image() { # MACHINE SUITE
  boot "$1" "$images/$2.elf" "quiet test"
  local result wanted='its report' problem=''
  result=$(grep '^test result: ' "$scratch/log")
  if grep -q 'the machine must reset$' "$scratch/log"; then wanted=reset; fi
  if grep -q 'the machine must hang$' "$scratch/log"; then wanted=hang; fi
  case $wanted/$ending in
    reset/reset | hang/hang) result="$wanted, as it must" ;;
    'its report/status 33' | 'its report/off')
      [[ $result == 'test result: ok. '* ]] || problem='no report, or a bad one'
      ;;
    *) problem="ended by $wanted expected, ended by $ending" ;;
  esac
  verdict "$1" "$2" "$problem" "${result#test result: ok. }"
}

for machine in "${machines[@]}"; do
  for suite in "${suites[@]}"; do
    if [[ $suite == commands ]]; then run_commands "$machine"; else run_image "$machine" "$suite"; fi
  done
done
if ((failures)); then echo "$failures of $runs FAILED" && exit 1; fi
echo "all $runs are ok"
