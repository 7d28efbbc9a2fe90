# SPDX-License-Identifier: GPL-2.0-or-later
# run_one LAB SUBMISSION FORMAT RESULT: grades one submission and puts what the service reads into the file RESULT.
# Environment: RINGSIDE_GRADE, the program (default: the one that setup.sh built in $pack).
run_one() {
  local lab=$1 submission=$2 format=$3 result=$4 out sandbox=()
  out=$(mktemp -d)
  chmod 711 "$out"
  # Inside of a container there is often no sandbox to be had. The container is thrown away, and the compiler runs as nobody.
  bwrap --unshare-all --ro-bind / / true 2>/dev/null || sandbox=(--no-sandbox)
  "${RINGSIDE_GRADE:-$pack/ringside/build/release/labs/ringside-grade}" "$submission" --single --lab "$lab" \
    --format "$format" --jobs 1 --out "$out" "${sandbox[@]}" || true
  mkdir -p "$(dirname -- "$result")"
  cp "$out/$(basename -- "$submission")/$format.json" "$result"
  rm -rf "$out"
}
