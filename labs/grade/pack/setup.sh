#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs what Ringside needs and builds its grader, once, as root, while the image of the grading service is made. Debian 12
# or newer, Ubuntu 24.04 or newer. Environment: RINGSIDE_PACK, the folder that the pack was unpacked in (default: where this
# script lies).
set -euo pipefail

pack=${RINGSIDE_PACK:-$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)}
packages=(g++ cmake ninja-build pkg-config libcapstone-dev libdw-dev libelf-dev libfmt-dev nlohmann-json3-dev libcli11-dev
  nettle-dev libtomlplusplus-dev libarchive-dev libgtest-dev libgmock-dev bubblewrap util-linux)

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "${packages[@]}"

version=$(cmake --version | sed -n '1s/^cmake version //p')
if [[ $(printf '%s\n' 3.25 "$version" | sort -V | head -n 1) != 3.25 ]]; then
  echo "This image is too old for Ringside (CMake $version, 3.25 is needed): choose Ubuntu 24.04 or Debian 12 or newer." >&2
  exit 1
fi

cd -- "$pack/ringside"
# Unicorn lies in build/deps/unicorn already: the one that the pack was made with.
cmake --preset release -DRINGSIDE_WINDOW=OFF
cmake --build --preset release --target ringside-grade
"$pack/lock.sh" . "@LAB@"
