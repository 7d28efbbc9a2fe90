#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may include whom. Each breach is printed as file:line; any makes the test fail.
#   usage: check.sh ROOT
set -u
cd "$1" || exit 2
breaches=0

# deny WHAT PATTERN PATHS...: no #include that matches PATTERN (an extended regular expression) in PATHS.
deny() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" --include='*.h' --include='*.cpp' --include='*.S' -- "$@" 2>/dev/null)
  [ -z "$found" ] && return
  printf '%s:\n%s\n\n' "$what" "$found"
  breaches=1
}

# Everything in ROOT but the folders named, of those that exist.
all_but() {
  local folder
  for folder in sim/* gui labs tests; do
    [ -e "$folder" ] || continue
    case " $* " in *" $folder "*) ;; *) printf '%s\n' "$folder" ;; esac
  done
}

mapfile -t outside_cpu < <(all_but sim/cpu)
deny 'only sim/cpu sees Unicorn' 'unicorn/' "${outside_cpu[@]}"
mapfile -t outside_capstone < <(all_but sim/cpu sim/inspect)
deny 'only sim/cpu and sim/inspect see Capstone' 'capstone' "${outside_capstone[@]}"
mapfile -t outside_gui < <(all_but gui tests)
deny 'only gui sees Dear ImGui, SDL and md4c' 'imgui|SDL|md4c' "${outside_gui[@]}"
deny 'the kernel includes only itself and freestanding headers' 'sim/|gui/|labs/|tests/' kernel
deny 'nobody includes the kernel' 'kernel/' sim gui
deny 'libdw belongs to sim/symbols' 'elfutils/|dwarf\.h|libelf|gelf' gui labs sim/base sim/devices sim/boot sim/board sim/cpu sim/machine sim/timeline sim/inspect sim/explain sim/session sim/remote sim/cli

# Lower layers do not look up.
up() {  # LAYER: the layers it may not include
  local layer=$1
  shift
  local IFS='|'
  deny "sim/$layer looks up" "(sim/($*)|gui|labs)/" "sim/$layer"
}
up base devices boot board cpu machine timeline symbols inspect explain session remote cli
up devices boot board cpu machine timeline symbols inspect explain session remote cli
up boot devices board cpu machine timeline symbols inspect explain session remote cli
up board boot cpu machine timeline symbols inspect explain session remote cli
up cpu devices boot board machine timeline symbols inspect explain session remote cli
up machine timeline symbols inspect explain session remote cli
up symbols devices boot board cpu machine timeline inspect explain session remote cli
up timeline symbols inspect explain session remote cli
up inspect timeline explain session remote cli
up explain timeline session remote cli
up session remote cli
up remote cli
deny 'gui uses sim, not its programs' 'sim/(cli|remote)/' gui
deny 'of labs the window knows verdicts and how programs are started' 'labs/(kit|check|cli|grade|[0-9])' gui
deny 'labs/book holds no machine and starts nothing' 'sim/(devices|boot|board|cpu|machine|symbols|timeline|inspect|explain|session|remote|cli)/|labs/(build|kit|check|cli|grade)/|gui/' labs/book
deny 'labs know no window' 'gui/' labs

# Nothing in the machine reads the host's clock or its randomness.
found=$(grep -rnE 'system_clock|steady_clock|gettimeofday|clock_gettime|std::time\(|[^a-z_]time\((NULL|nullptr|0)\)|random_device|[^a-z_]rand\(\)' \
  --include='*.h' --include='*.cpp' sim/base sim/devices sim/boot sim/board sim/cpu sim/machine sim/timeline 2>/dev/null)
if [ -n "$found" ]; then
  printf 'the machine must not read the clock or the randomness of the host:\n%s\n\n' "$found"
  breaches=1
fi
exit $breaches
