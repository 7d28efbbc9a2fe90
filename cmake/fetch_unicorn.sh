#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cmake/fetch_unicorn.sh FOLDER
#
# Puts Unicorn 2.1 from Debian 13 ("trixie") into FOLDER (FOLDER/usr/include, FOLDER/usr/lib/TRIPLET), for systems whose
# own libunicorn-dev is older. The library depends on nothing but libc 2.34, so it runs on Debian 12 too.
#
# It needs no root and changes nothing but FOLDER: apt runs with a configuration of its own, which reads
# none of /etc/apt's sources, states or hooks and keeps only the machine's download settings (proxies, certificates,
# retries). apt checks the archive's signature against the Debian archive keyring and each package against the signed
# index; without a good signature nothing is unpacked.
#
# From the environment, for mirrors and for the tests:
#   RINGSIDE_DEBIAN_MIRROR    address of a Debian archive   (default: the one this machine uses)
#   RINGSIDE_DEBIAN_KEYRING   file of OpenPGP keys          (default: the Debian archive keyring)
#   RINGSIDE_DEBIAN_SUITE     the release to take it from   (default: trixie)
# Ends with 0 and FOLDER complete, or with 1, a sentence on stderr and FOLDER as it was.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
refuse() {
  local sentence
  for sentence in "$@"; do say "$sentence"; done
  exit 1
}

[[ $# == 1 && -n $1 ]] || refuse "usage: fetch_unicorn.sh FOLDER"
for tool in apt-get apt-config dpkg; do
  command -v "$tool" >/dev/null || refuse \
    "Unicorn 2.1 can be fetched on Debian and its relatives only: there is no $tool here." \
    "Install Unicorn 2.1 or newer yourself and configure with -DUNICORN_ROOT=FOLDER."
done
mkdir -p "$(dirname -- "$1")"
target="$(cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")"
suite=${RINGSIDE_DEBIAN_SUITE:-trixie}

find_keyring() {
  local candidate
  for candidate in "${RINGSIDE_DEBIAN_KEYRING:-}" /usr/share/keyrings/debian-archive-keyring.gpg \
    /usr/share/keyrings/debian-archive-keyring.pgp; do
    # A keyring that was named is the only one: no second choice.
    if [[ -n ${RINGSIDE_DEBIAN_KEYRING:-} || -r $candidate ]]; then
      printf '%s' "$candidate"
      return
    fi
  done
}

# The archive this machine already reaches: the address of its own Debian release, not the one of security updates.
find_mirror() {
  local address
  if [[ -n ${RINGSIDE_DEBIAN_MIRROR:-} ]]; then
    printf '%s' "$RINGSIDE_DEBIAN_MIRROR"
    return
  fi
  # shellcheck disable=SC2016 # $(...) is apt's own notation
  while read -r address; do
    if [[ $address == */debian/ || $address == */debian ]]; then
      printf '%s' "$address"
      return
    fi
  done < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null)
}

keyring=$(find_keyring)
[[ -n $keyring && -r $keyring ]] || refuse \
  "The Debian archive keyring ${RINGSIDE_DEBIAN_KEYRING:+($RINGSIDE_DEBIAN_KEYRING) }cannot be read, so Unicorn's signature cannot be checked." \
  "Install the package debian-archive-keyring and start again."
mirror=$(find_mirror)
[[ -n $mirror ]] || refuse \
  "No Debian archive is among this machine's package sources, so there is none to take Unicorn 2.1 from." \
  "Name one: RINGSIDE_DEBIAN_MIRROR=ADDRESS, and start again."

# Everything apt writes lies in one folder, removed at the end. Not beside the target: apt takes a Signed-By path with a
# space in it for a list of fingerprints.
work=$(mktemp -d /tmp/ringside-unicorn.XXXXXX)
unpacked="$target.new"
trap 'rm -rf -- "$work" "$unpacked"' EXIT
mkdir -p "$work"/{lists/partial,state,cache/archives/partial,packages}
: >"$work/status"
cp -- "$keyring" "$work/keyring.${keyring##*.}"

cat >"$work/debian.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: $work/keyring.${keyring##*.}
SOURCES

# APT_CONFIG is read first and here turns off all other files; what concerns downloading is carried over by hand.
{
  apt-config dump | grep -E '^Acquire::' | grep -vE '^Acquire::(IndexTargets|Changelogs|Allow)' || true
  cat <<CONFIG
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourcelist "$work/debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "/dev/null";
Dir::State "$work/state";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Log "$work/state";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "root";
APT::Architectures { "$(dpkg --print-architecture)"; };
CONFIG
} >"$work/apt.conf"
export APT_CONFIG="$work/apt.conf"
export LC_ALL=C

# apt-get update calls an unreachable archive a warning unless told otherwise.
if ! apt-get update -q --error-on=any; then
  refuse "The package index of Debian $suite at $mirror could not be fetched or its signature is not good (see the lines above)." \
    "Check the network, or name another archive: RINGSIDE_DEBIAN_MIRROR=http://... ./ringside"
fi
# The shared library's package has changed its name between releases (libunicorn2, libunicorn2t64): ask the index.
library=$(apt-cache depends --important libunicorn-dev 2>/dev/null | sed -n 's/^ *Depends: \(libunicorn[^ ]*\)$/\1/p')
# shellcheck disable=SC2086 # no name or one, no spaces in package names
if ! (cd -- "$work/packages" && apt-get download -q libunicorn-dev $library); then
  refuse "Unicorn's packages could not be fetched from Debian $suite at $mirror (see the lines above)." \
    "Check the network and start again."
fi
rm -rf -- "$unpacked"
for package in "$work"/packages/*.deb; do
  dpkg -x "$package" "$unpacked"
done
header="$unpacked/usr/include/unicorn/unicorn.h"
[[ -r $header ]] || refuse "The packages of Debian $suite hold no unicorn/unicorn.h: RINGSIDE_DEBIAN_SUITE names a release without it."
rm -rf -- "$target"
mv -- "$unpacked" "$target"
