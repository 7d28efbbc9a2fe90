# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # variables of whoever sources it
#
# One image on one machine, until it ends or its time is up. For test/run.sh.
#
#   boot MACHINE IMAGE COMMAND-LINE [more options of QEMU...]
#
# leaves what the kernel said on the serial line in $scratch/log, and sets `ending`:
#
#   status N   the kernel left with N in its debug exit port: (N << 1) | 1. Bochs cannot say N: `off`
#   reset      the machine was reset
#   hang       neither, in the time it was given
#   failed     the emulator did not run at all; $scratch/output says why
#
# Time passes in all three by instructions, not by the clock of this computer: what a test sees does not depend on how
# busy that is.

machine_is_here() { # MACHINE: true, or says what is missing
  case $1 in
    qemu) command -v qemu-system-x86_64 >/dev/null || { echo "qemu-system-x86_64 is not installed" && return 1; } ;;
    ringside) [[ -x ${ringside:-} ]] || { echo "ringside-cli is not built" && return 1; } ;;
    bochs)
      local tool
      for tool in bochs script grub-mkrescue xorriso mformat; do
        command -v "$tool" >/dev/null || { echo "$tool is not installed" && return 1; }
      done
      [[ -d /usr/lib/grub/i386-pc ]] || { echo "GRUB for a PC BIOS (grub-pc-bin) is not installed" && return 1; }
      ;;
  esac
}

# Runs a command until it ends, until the log says that it went round through a reset, or until the time is up. An image
# that says that it must hang is given two seconds to prove it. Sets `status`: the command's, or reset, or hang.
supervise() { # SECONDS COMMAND...
  local end=$((SECONDS + $1)) log='' pid
  shift
  setsid "$@" >"$scratch/output" 2>&1 </dev/null &
  pid=$!
  status=''
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.05
    log=$(tr -d '\0' 2>/dev/null <"$scratch/log")
    if [[ $log == *'the machine must hang'* ]] && ((end > SECONDS + 2)); then end=$((SECONDS + 2)); fi
    if [[ $log == *'the machine must reset'*'the machine must reset'* ]]; then status=reset; fi
    if ((SECONDS >= end)); then status=hang; fi
    [[ -z $status ]] || kill -- "-$pid" 2>/dev/null
  done
  wait "$pid" 2>/dev/null
  status=${status:-$?}
}

boot() { # MACHINE IMAGE COMMAND-LINE...
  local on=$1 image=$2 append=$3
  shift 3
  : >"$scratch/log"
  "boot_on_$on" "$image" "$append" "$@"
  tr -d '\r' <"$scratch/log" >"$scratch/text" && mv "$scratch/text" "$scratch/log"
}

boot_on_qemu() {
  local image=$1 append=$2
  shift 2
  # -icount: an instruction takes a nanosecond, and a halted CPU jumps to its next event.
  supervise 120 qemu-system-x86_64 -accel tcg -icount shift=0,sleep=off -kernel "$image" -append "$append" -display none \
    -serial "file:$scratch/log" -monitor none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04 "$@"
  case $status in
    hang | reset) ending=$status ;;
    0) ending=reset ;; # -no-reboot: a reset ends QEMU
    *) if ((status % 2)) && [[ -s $scratch/log ]]; then ending="status $status"; else ending=failed; fi ;;
  esac
}

boot_on_ringside() {
  supervise 240 "$ringside" run "$1" --append "$2" --serial "$scratch/log" --max-time 60 --idle-time 60 --max-instructions 3G
  case $status in
    hang | 4 | 6 | 8) ending=hang ;;
    reset | 10 | 12) ending=reset ;;
    *) if ((status % 2)); then ending="status $status"; else ending=failed; fi ;;
  esac
}

boot_on_bochs() {
  "$here/../tools/iso.sh" "$scratch/test.iso" "kernel|$1|$2" 2>"$scratch/output" || { ending=failed && return; }
  # Its text display wants a terminal, which `script` is. Debian's Bochs has a debugger in front: it waits for "c", and
  # comes back at a reset.
  local bochs='bochs' debugger=''
  if command -v bochs-bin >/dev/null; then bochs='bochs-bin'; fi
  if [[ $("$bochs" --help 2>&1) == *'-rc '* ]]; then
    printf 'c\nq\n' >"$scratch/debugger"
    debugger="-rc '$scratch/debugger'"
  fi
  cat >"$scratch/bochsrc" <<TEXT
cpu: model=corei7_haswell_4770, ips=100000000, reset_on_triple_fault=1
clock: sync=none
memory: guest=64, host=64
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
display_library: term
ata0-master: type=cdrom, path=$scratch/test.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$scratch/log
log: $scratch/bochs.log
panic: action=fatal
error: action=report
TEXT
  supervise 120 script -qec "$bochs -q -f '$scratch/bochsrc' $debugger" /dev/null
  case $status in
    hang | reset) ending=$status ;;
    *)
      if grep -q 'Shutdown port: shutdown requested' "$scratch/bochs.log"; then
        ending=off
      elif (($(grep -c 'bx_pc_system_c::Reset' "$scratch/bochs.log") > 1)); then # the first is power-on
        ending=reset
      else
        ending=failed
        tail -n 20 "$scratch/bochs.log" >"$scratch/output"
      fi
      ;;
  esac
}
