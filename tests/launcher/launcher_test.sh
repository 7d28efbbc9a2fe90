#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# launcher_test.sh TEST: one behaviour of ./ringside, in a copy of the project's launcher files whose PATH holds only what
# the test puts there. apt-get, cmake, ninja, ctest and sudo are small scripts that write down how they were called;
# nothing is installed, built or fetched.
set -euo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
source_root="$(cd -- "$here/../.." && pwd)"

sandbox=$(mktemp -d /tmp/ringside-test.XXXXXX)
trap 'rm -rf -- "$sandbox"' EXIT
project="$sandbox/a lab" # with a space: students' folders have them
bin="$sandbox/bin"
calls="$sandbox/calls"
mkdir -p "$project/.ci" "$bin"
: >"$calls"
cp "$source_root/ringside" "$source_root/CMakeLists.txt" "$project/"
cp "$source_root/.ci/run" "$project/.ci/"
cp -r "$source_root/cmake" "$project/cmake"
unset DISPLAY WAYLAND_DISPLAY CXX UNICORN_ROOT RINGSIDE_NO_INSTALL

# ---- the machine that the launcher sees ---------------------------------------------------------------------------
for tool in bash env readlink dirname basename sed mkdir cat head tail sort cut rm grep mktemp chmod tee mv cp ls flock; do
  ln -s "$(command -v "$tool")" "$bin/$tool"
done

fake() { # NAME BODY: a program that records its call and then does BODY
  printf '#!/usr/bin/env bash\nprintf "%%s\\n" "%s $*" >>"%s"\n%s\n' "$1" "$calls" "$2" >"$bin/$1"
  chmod +x "$bin/$1"
}

a_debian_machine() { # all packages installed, a user without rights
  fake id 'echo 1000'
  fake dpkg 'echo amd64'
  # shellcheck disable=SC2016 # the body of a script
  fake dpkg-query 'shift 2; for package; do echo "$package installed"; done'
  fake apt-get 'echo "E: apt-get was called"; exit 100'
  fake apt-cache ''
  mkdir -p "$project/build/deps/unicorn/usr/include/unicorn"
  printf '#define UC_API_MAJOR 2\n#define UC_API_MINOR 1\n' >"$project/build/deps/unicorn/usr/include/unicorn/unicorn.h"
}

a_built_project() { # PRESET
  a_debian_machine
  fake g++ ''
  fake pkg-config ''
  # shellcheck disable=SC2016
  fake cmake 'if [[ $1 == --version ]]; then echo "cmake version 3.25.1"; fi'
  fake ninja 'echo "[0/1] Re-checking globbed directories..."; echo "ninja: no work to do."'
  local build="$project/build/$1"
  mkdir -p "$build/sim/cli" "$build/gui"
  : >"$build/build.ninja"
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=$project" >"$build/CMakeCache.txt"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\necho "cli:$(printf "<%%s>" "$@")"\nexit 7\n' >"$build/sim/cli/ringside-cli"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\necho "window:$(printf "<%%s>" "$@")"\n' >"$build/gui/ringside-gui"
  chmod +x "$build/sim/cli/ringside-cli" "$build/gui/ringside-gui"
}

# ---- running and judging ------------------------------------------------------------------------------------------
status=0
run() { # COMMAND...: with stdout, stderr in files of these names
  status=0
  PATH="$bin" "$@" >"$sandbox/stdout" 2>"$sandbox/stderr" </dev/null || status=$?
}
launch() { run "$project/ringside" "$@"; }

wrong() {
  printf 'FAILED: %s\n--- status %s\n--- stdout\n%s\n--- stderr\n%s\n--- calls\n%s\n' "$1" "$status" \
    "$(cat "$sandbox/stdout")" "$(cat "$sandbox/stderr")" "$(cat "$calls")" >&2
  exit 1
}
expect_status() { [[ $status == "$1" ]] || wrong "status is $status and not $1"; }
expect_in() { grep -qF -- "$2" "$1" || wrong "'$2' is not in $(basename "$1")"; }
expect_not_in() { ! grep -qF -- "$2" "$1" || wrong "'$2' is in $(basename "$1")"; }
expect_stdout() { [[ $(cat "$sandbox/stdout") == "$1" ]] || wrong "stdout is not '$1'"; }
expect_silent() { [[ ! -s $1 ]] || wrong "$(basename "$1") is not empty"; }
stdout="$sandbox/stdout" stderr="$sandbox/stderr"

# ---- before anything is built -------------------------------------------------------------------------------------
test_help_is_answered_before_anything_is_built() {
  launch --help
  expect_status 0
  for word in '/ringside run' 'inspect' 'test' 'kernel-test' 'iso [--out FILE]' 'qemu' 'window' 'NO_COLOR'; do expect_in "$stdout" "$word"; done
  expect_silent "$stderr"
  [[ ! -e $project/build ]] || wrong "help made a build folder"
}

test_version_is_the_one_of_cmakelists() {
  launch --version
  expect_status 0
  [[ $(cat "$stdout") =~ ^Ringside\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || wrong "no version"
  expect_in "$project/CMakeLists.txt" "project(ringside VERSION $(sed 's/Ringside //' "$stdout") "
}

test_without_apt_get_the_libraries_are_named() {
  launch run
  expect_status 1
  for word in 'without apt-get' 'CMake 3.25' 'Unicorn 2.1' 'SDL 2' 'Capstone' '-DUNICORN_ROOT='; do expect_in "$stderr" "$word"; done
  expect_silent "$stdout"
}

test_without_root_and_sudo_the_exact_command_is_said() {
  a_debian_machine
  # shellcheck disable=SC2016
  fake dpkg-query 'shift 2; for package; do [[ $package == g++ ]] || echo "$package installed"; done'
  launch run
  expect_status 1
  expect_in "$stderr" '1 package is missing'
  expect_in "$stderr" 'apt-get install --no-install-recommends g++'
  expect_not_in "$stderr" 'cmake ninja-build'
  expect_not_in "$calls" 'apt-get '
}

test_sudo_that_would_ask_is_not_called_without_a_terminal() {
  a_debian_machine
  fake dpkg-query 'exit 1'
  fake sudo 'exit 1'
  launch run
  expect_status 1
  expect_in "$stderr" 'no terminal'
  expect_in "$stderr" 'Run: sudo apt-get install --no-install-recommends g++ cmake'
  expect_not_in "$calls" 'apt-get '
}

test_a_failed_install_is_tried_once_with_new_lists_and_then_explained() {
  a_debian_machine
  fake id 'echo 0'
  fake dpkg-query 'exit 1'
  fake apt-get 'echo "E: Unable to locate package g++"; exit 100'
  launch run
  expect_status 1
  [[ $(grep -c 'apt-get .* install ' "$calls") == 2 ]] || wrong "apt-get install was not called twice"
  grep -q 'apt-get .* update' "$calls" || wrong "the lists were not updated"
  expect_in "$calls" ' --no-install-recommends '
  expect_in "$calls" ' -y '
  expect_in "$stderr" 'E: Unable to locate package g++'
  expect_in "$stderr" 'Is the network up'
}

test_a_cross_compiler_is_asked_for_where_the_host_is_not_x86_64() {
  a_debian_machine
  fake dpkg 'echo arm64'
  fake dpkg-query 'exit 1'
  launch run
  expect_in "$stderr" 'g++-x86-64-linux-gnu binutils-x86-64-linux-gnu'
}

test_a_build_folder_that_cannot_be_written_is_a_sentence() {
  a_built_project release
  rm -rf "$project/build"
  : >"$project/build" # a file in its place: also root cannot write into it
  launch run
  expect_status 1
  expect_in "$stderr" 'cannot be written'
}

# ---- once everything is there -------------------------------------------------------------------------------------
test_a_second_start_installs_configures_and_says_nothing() {
  a_built_project release
  launch run 'a b' --c
  expect_status 7 # the program's own
  expect_stdout 'cli:<run><a b><--c>'
  expect_silent "$stderr"
  expect_not_in "$calls" 'apt-get'
  expect_not_in "$calls" 'cmake --'
  expect_in "$calls" 'ninja -C'
}

test_a_start_that_waits_for_another_says_so() {
  a_built_project release
  exec 8>"$project/build/.lock"
  flock 8
  (sleep 1 && flock -u 8) &
  launch run
  expect_in "$stderr" 'Another start of Ringside is building here'
  expect_stdout 'cli:<run>'
}

test_unknown_commands_go_to_the_command_line_program() {
  a_built_project release
  launch replay 03 --verbose
  expect_stdout 'cli:<replay><03><--verbose>'
}

test_labs_and_grading_have_programs_of_their_own() {
  a_built_project release
  launch grade 03 --verbose
  expect_status 1
  expect_in "$stderr" 'This build has no labs'
  local program
  mkdir -p "$project/build/release/labs"
  for program in lab grade; do
    printf '#!/usr/bin/env bash\necho "%s:$(printf "<%%s>" "$@")"\n' "$program" >"$project/build/release/labs/ringside-$program"
    chmod +x "$project/build/release/labs/ringside-$program"
    launch "$program" check '0 2'
    expect_stdout "$program:<check><0 2>"
  done
}

test_a_failed_build_shows_the_failed_command_and_starts_nothing() {
  a_built_project release
  fake ninja 'echo "[1/2] Building CXX a.o"; echo "FAILED: b.o"; echo "b.cpp:3: error: what is this"; exit 1'
  launch run
  expect_status 1
  expect_in "$stderr" 'b.cpp:3: error: what is this'
  expect_not_in "$stderr" 'Building CXX a.o'
  expect_silent "$stdout"
}

test_an_interrupted_build_is_not_called_a_failure() {
  a_built_project release
  fake ninja 'echo "[1/2] Building CXX a.o"; echo "ninja: build stopped: interrupted by user."; exit 2'
  launch run
  expect_status 130
  expect_in "$stderr" 'interrupted'
  expect_not_in "$stderr" 'failed'
  expect_silent "$stdout"
}

test_a_project_that_was_moved_is_configured_anew() {
  a_built_project release
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=/somewhere/else" >"$project/build/release/CMakeCache.txt"
  launch run
  expect_in "$calls" 'cmake --preset release'
  [[ ! -e $project/build/release/CMakeCache.txt ]] || wrong "the cache of the other place was kept"
}

test_an_old_cmake_is_refused() {
  a_built_project release
  rm "$project/build/release/build.ninja"
  fake cmake 'echo "cmake version 3.9.6"'
  launch run
  expect_status 1
  expect_in "$stderr" 'CMake 3.9.6 is too old'
  expect_in "$stderr" '3.25'
}

test_without_a_display_it_runs_in_the_terminal_and_says_so() {
  a_built_project release
  launch
  expect_stdout 'cli:<run><--screen><--interactive>'
  expect_in "$stderr" 'There is no display'
  [[ $(wc -l <"$stderr") == 1 ]] || wrong "more than one line"
}

test_with_a_display_the_window_opens() {
  a_built_project release
  export DISPLAY=:99
  launch
  expect_status 0
  expect_stdout 'window:<>'
  launch window --light
  expect_stdout 'window:<--light>'
}

test_a_build_without_window_runs_in_the_terminal() {
  a_built_project release
  rm "$project/build/release/gui/ringside-gui"
  export DISPLAY=:99
  launch
  expect_stdout 'cli:<run><--screen><--interactive>'
  expect_in "$stderr" 'has no window'
}

test_tests_run_by_ctest_with_its_arguments_and_status() {
  a_built_project dev
  fake ctest 'echo "50% tests passed, 1 tests failed out of 2"; exit 8'
  launch test -R 'pic' -j 1
  expect_status 8
  expect_stdout '50% tests passed, 1 tests failed out of 2'
  expect_in "$calls" 'ctest --preset dev --parallel 2'
  expect_in "$calls" '-R pic -j 1'
}

test_asan_is_a_preset_of_its_own() {
  a_built_project asan
  fake ctest ''
  launch test --asan -R pic
  expect_status 0
  expect_in "$calls" 'ctest --preset asan'
  expect_not_in "$calls" '--asan'
}

test_bench_builds_only_the_benchmarks_and_hands_over_its_arguments() {
  a_built_project bench
  mkdir -p "$project/build/bench/tests/bench"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\necho "bench:$(printf "<%%s>" "$@")"\nexit 1\n' >"$project/build/bench/tests/bench/ringside-bench"
  chmod +x "$project/build/bench/tests/bench/ringside-bench"
  launch bench --only prompt
  expect_status 1
  expect_stdout 'bench:<--only><prompt>'
  expect_in "$calls" "ninja -C $project/build/bench ringside-bench"
}

test_fuzz_builds_the_targets_and_hands_over_its_arguments() {
  a_built_project fuzz
  mkdir -p "$project/tests/fuzz"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\necho "fuzz:$(printf "<%%s>" "$@")"\nexit 1\n' >"$project/tests/fuzz/run.sh"
  chmod +x "$project/tests/fuzz/run.sh"
  launch fuzz ports --minutes 2
  expect_status 1
  expect_stdout "fuzz:<$project/build/fuzz><ports><--minutes><2>"
  expect_in "$calls" "ninja -C $project/build/fuzz fuzz"
}

test_kernel_tests_are_built_and_run_with_their_arguments() {
  a_built_project release
  mkdir -p "$project/kernel/test"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\necho "tests:$(printf "<%%s>" "$@")"\nexit 1\n' >"$project/kernel/test/run.sh"
  chmod +x "$project/kernel/test/run.sh"
  launch kernel-test --on qemu arch
  expect_status 1
  local build="$project/build/release"
  expect_stdout "tests:<--images><$build/kernel/images><--ringside><$build/sim/cli/ringside-cli><--on><qemu><arch>"
  expect_in "$calls" "ninja -C $build kernel-tests ringside-cli"
}

test_kernel_tests_ask_for_the_emulators() {
  a_built_project release
  # shellcheck disable=SC2016
  fake dpkg-query 'shift 2; for package; do [[ $package == bochs* || $package == grub* ]] || echo "$package installed"; done'
  launch kernel-test
  expect_status 1
  expect_in "$stderr" 'bochs bochs-term bochsbios grub-common grub-pc-bin'
}

an_iso_maker() { # BODY: what stands in for kernel/tools/iso.sh
  a_built_project release
  fake grub-mkrescue ''
  mkdir -p "$project/kernel/tools"
  # shellcheck disable=SC2016
  printf '#!/usr/bin/env bash\n%s\n' "$1" >"$project/kernel/tools/iso.sh"
  chmod +x "$project/kernel/tools/iso.sh"
}

test_iso_makes_a_cd_of_the_kernel_and_its_tests() {
  an_iso_maker 'printf "<%s>" "$@"'
  local kernel="$project/build/release/kernel"
  launch iso --out 'my cd.iso'
  expect_status 0
  expect_stdout "<my cd.iso><Ringside|$kernel/kernel.elf|><Tests|$kernel/images/all.elf|test>"
  expect_in "$stderr" 'my cd.iso boots the kernel'
}

test_an_iso_that_cannot_be_made_is_a_sentence() {
  an_iso_maker 'exit 1'
  launch iso
  expect_status 1
  expect_in "$stderr" 'The CD could not be made'
  launch iso --size 3
  expect_status 1
  expect_in "$stderr" 'iso knows --out FILE, and not --size'
}

test_ci_runs_the_tests_from_any_folder() {
  a_built_project dev
  fake ctest 'exit 8'
  cd /
  run "$project/.ci/run"
  expect_status 8
  expect_in "$calls" 'ctest --preset dev'
}

test_qemu_boots_the_same_kernel_headless_with_a_command_line() {
  a_built_project release
  fake qemu-system-x86_64 'exit 33'
  launch qemu --append 'test quiet' -m 64
  expect_status 33
  expect_in "$calls" "-kernel $project/build/release/kernel/kernel.elf -serial stdio"
  expect_in "$calls" 'isa-debug-exit,iobase=0xf4,iosize=0x04'
  expect_in "$calls" '-append test quiet -m 64'
  expect_in "$calls" '-display none'
}

# ---- Unicorn: nothing without a good signature --------------------------------------------------------------------
# A Debian archive of two small packages in a folder, signed with a key made here.
an_archive() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && command -v gpg >/dev/null || exit 77
  archive="$sandbox/archive" keys="$sandbox/keys"
  local architecture index name
  architecture=$(dpkg --print-architecture)
  index="main/binary-$architecture"
  mkdir -p "$archive/pool" "$archive/dists/lab/$index" "$keys"
  chmod 700 "$keys"
  for name in libunicorn2t64 libunicorn-dev; do
    mkdir -p "$sandbox/$name/DEBIAN" "$sandbox/$name/usr/include/unicorn"
    printf 'Package: %s\nVersion: 2.1.1-2\nArchitecture: %s\nMaintainer: a <a@b.c>\nDescription: test\n' "$name" "$architecture" \
      >"$sandbox/$name/DEBIAN/control"
    if [[ $name == libunicorn-dev ]]; then
      echo 'Depends: libunicorn2t64 (= 2.1.1-2)' >>"$sandbox/$name/DEBIAN/control"
      echo '#define UC_API_MAJOR 2' >"$sandbox/$name/usr/include/unicorn/unicorn.h"
    fi
    dpkg-deb --build --root-owner-group "$sandbox/$name" "$archive/pool/$name.deb" >/dev/null
    {
      cat "$sandbox/$name/DEBIAN/control"
      printf 'Filename: pool/%s.deb\nSize: %s\nSHA256: %s\n\n' "$name" "$(stat -c %s "$archive/pool/$name.deb")" \
        "$(sha256sum "$archive/pool/$name.deb" | cut -d ' ' -f 1)"
    } >>"$archive/dists/lab/$index/Packages"
  done
  printf 'Origin: lab\nSuite: lab\nCodename: lab\nDate: %s\nArchitectures: %s\nComponents: main\nSHA256:\n %s %s %s\n' \
    "$(date -Ru)" "$architecture" "$(sha256sum "$archive/dists/lab/$index/Packages" | cut -d ' ' -f 1)" \
    "$(stat -c %s "$archive/dists/lab/$index/Packages")" "$index/Packages" >"$archive/dists/lab/Release"
  for name in good other; do
    gpg --homedir "$keys" --batch --quiet --passphrase '' --quick-generate-key "$name" rsa3072 sign never 2>/dev/null
    gpg --homedir "$keys" --batch --quiet --export "$name" >"$sandbox/$name.gpg"
  done
  gpg --homedir "$keys" --batch --quiet -u good --clearsign -o "$archive/dists/lab/InRelease" "$archive/dists/lab/Release"
  gpgconf --homedir "$keys" --kill all 2>/dev/null || true
}

fetch() { # KEYRING
  status=0
  RINGSIDE_DEBIAN_MIRROR="file://$archive" RINGSIDE_DEBIAN_SUITE=lab RINGSIDE_DEBIAN_KEYRING="$1" \
    "$project/cmake/fetch_unicorn.sh" "$project/build/deps/unicorn" >"$stdout" 2>"$stderr" </dev/null || status=$?
}
expect_refused() {
  expect_status 1
  [[ ! -e $project/build/deps/unicorn ]] || wrong "something was unpacked"
  [[ -z $(ls -A "$project/build/deps") ]] || wrong "something was left behind"
}

test_unicorn_with_a_good_signature_is_unpacked() {
  an_archive
  fetch "$sandbox/good.gpg"
  expect_status 0
  expect_in "$project/build/deps/unicorn/usr/include/unicorn/unicorn.h" UC_API_MAJOR
  [[ $(ls -A "$project/build/deps") == unicorn ]] || wrong "something was left behind"
}

test_unicorn_signed_by_another_key_is_refused() {
  an_archive
  fetch "$sandbox/other.gpg"
  expect_refused
  expect_in "$stderr" 'signature is not good'
}

test_unicorn_without_a_signature_is_refused() {
  an_archive
  rm "$archive/dists/lab/InRelease"
  fetch "$sandbox/good.gpg"
  expect_refused
  expect_in "$stderr" 'is not signed'
}

test_a_unicorn_package_that_was_altered_is_refused() {
  an_archive
  printf 'x' >>"$archive/pool/libunicorn-dev.deb"
  fetch "$sandbox/good.gpg"
  expect_refused
  expect_in "$stderr" 'could not be fetched'
}

test_an_index_that_was_altered_is_refused() {
  an_archive
  echo 'Extra: line' >>"$archive/dists/lab/main/binary-$(dpkg --print-architecture)/Packages"
  fetch "$sandbox/good.gpg"
  expect_refused
}

test_an_unreachable_archive_is_a_sentence() {
  an_archive
  rm -r "$archive/dists"
  fetch "$sandbox/good.gpg"
  expect_refused
  expect_in "$stderr" 'RINGSIDE_DEBIAN_MIRROR'
}

test_a_missing_keyring_is_a_sentence() {
  archive="$sandbox/none"
  command -v apt-get >/dev/null || exit 77
  fetch "$sandbox/nowhere.gpg"
  expect_refused
  expect_in "$stderr" 'debian-archive-keyring'
}

# ---- Unicorn's version, as CMake sees it --------------------------------------------------------------------------
look_for_unicorn() { # VERSION: as MAJOR MINOR PATCH
  local unicorn="$sandbox/unicorn"
  mkdir -p "$unicorn/include/unicorn" "$unicorn/lib"
  : >"$unicorn/lib/libunicorn.a"
  printf '#define UC_API_MAJOR %s\n#define UC_API_MINOR %s\n#define UC_API_PATCH %s\n' "$@" >"$unicorn/include/unicorn/unicorn.h"
  status=0
  cmake -DUNICORN_ROOT="$unicorn" -P "$project/cmake/Unicorn.cmake" >"$stdout" 2>"$stderr" || status=$?
}

test_configuring_refuses_a_unicorn_older_than_2_1() {
  look_for_unicorn 2 0 1
  expect_status 1
  tr '\n' ' ' <"$stderr" | tr -s ' ' >"$stderr.line" # CMake wraps its sentences
  expect_in "$stderr.line" 'Unicorn 2.0.1'
  expect_in "$stderr.line" 'is too old: Ringside needs 2.1 or newer'
  expect_in "$stderr.line" './ringside'
  expect_in "$stderr.line" '-DUNICORN_ROOT=FOLDER'
}

test_configuring_takes_newer_unicorns() {
  look_for_unicorn 2 10 0
  expect_in "$stdout" 'Unicorn 2.10.0'
  expect_not_in "$stderr" 'too old'
}

if [[ $# == 1 && $(type -t "$1") == function ]]; then
  "$1"
else
  echo "usage: launcher_test.sh TEST, one of:" >&2
  sed -n 's/^\(test_[a-z0-9_]*\)().*/  \1/p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
