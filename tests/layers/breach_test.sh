#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh accepts an orderly tree and refuses each of these breaches.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{kernel,gui/panels,labs/{book,kit},sim/{base,devices,board,cpu,machine,inspect,cli}}
echo '#include <unicorn/unicorn.h>' >"$tree/sim/cpu/engine.cpp"
echo '#include <SDL.h>' >"$tree/gui/panels/panel.cpp"
echo '#include "labs/book/verdict.h"' >"$tree/gui/panels/lab_panel.cpp"
"$here/check.sh" "$tree" >/dev/null || { echo 'an orderly tree was refused'; exit 1; }
failed=0
refused() {  # FILE LINE
  echo "$2" >"$tree/$1"
  if "$here/check.sh" "$tree" >/dev/null; then
    echo "not noticed: $2 in $1"
    failed=1
  fi
  rm "$tree/$1"
}
refused gui/panels/bad.cpp '#include <unicorn/unicorn.h>'
refused sim/cli/bad.cpp '#include "imgui.h"'
refused sim/board/bad.cpp '#include <capstone/capstone.h>'
refused sim/devices/bad.h '#include "sim/machine/machine.h"'
refused sim/cpu/bad.h '  #  include "sim/board/board.h"'
refused kernel/bad.h '#include "sim/devices/pic8259.h"'
refused gui/panels/bad.h '#include "labs/kit/pc.h"'
refused labs/book/bad.h '#include "sim/machine/machine.h"'
refused labs/kit/bad.h '#include "gui/view/markdown.h"'
refused labs/book/bad.cpp '#include <md4c.h>'
refused sim/machine/bad.cpp '#include "kernel/arch/ports.h"'
refused sim/devices/bad.cpp 'auto now = std::chrono::steady_clock::now();'
exit $failed
