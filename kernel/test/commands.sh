# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # variables of run.sh
#
# The kernel as it ships, with command lines. Every line is one boot, with the status it must leave with and pieces of
# text that must be in its log. Error codes and the like are worked out from the Intel SDM, vol. 3, chapter 6; where a
# machine differs, it is said. For test/run.sh.

# Boots once and compares. A status of 0 stands for a reset.
boots_to() { # MACHINE NAME COMMAND-LINE STATUS TEXT...
  local on=$1 name=$2 append=$3 wanted="status $4" text problem=''
  shift 4
  boot "$on" "$images/../kernel.elf" "$append"
  if [[ $wanted == 'status 0' ]]; then wanted=reset; fi
  # Bochs does not say the status.
  [[ $ending == "$wanted" || $ending == off && $wanted == status* ]] || problem="$wanted expected, got $ending"
  for text in "$@"; do
    grep -qF -- "$text" "$scratch/log" || problem="this is missing: $text"
  done
  if [[ -z $problem ]]; then ((++commands_passed)); else verdict "$on" "commands: $name" "$problem"; fi
}

# The status is 11 = (5 << 1) | 1 when `run=` came to its end, 35 = (0x11 << 1) | 1 after a panic.
fault() { # NAME STATUS TEXT...
  local name=$1 status=$2
  shift 2
  boots_to "$on" "fault $name" "quiet exit=5 run=fault $name" "$status" "$@"
}

run_commands() { # MACHINE
  local on=$1 before=$failures
  commands_passed=0
  fault de 35 "KERNEL PANIC: #DE divide error" "kernel::divide_by_zero +" "kernel::raise_fault +" "kernel_main +"
  fault db 11 "#DB debug at" "the program goes on"
  fault nmi 35 "KERNEL PANIC: NMI"
  fault bp 11 "#BP breakpoint at" "the program goes on"
  fault of 11 "#OF overflow at" "the program goes on"
  fault br 35 "KERNEL PANIC: #BR"
  fault ud 35 "KERNEL PANIC: #UD invalid opcode"
  fault nm 35 "KERNEL PANIC: #NM device not available"
  fault df 35 "KERNEL PANIC: #DF double fault, error code 0x0" "cr2 0x123456789000"
  fault ts 35 "KERNEL PANIC: #TS invalid TSS, error code 0x30" "blames entry 6 of the GDT"
  fault np 35 "KERNEL PANIC: #NP segment not present, error code 0x28" "blames entry 5 of the GDT"
  fault ss 35 "KERNEL PANIC: #SS stack-segment fault, error code 0x28"
  fault gp 35 "KERNEL PANIC: #GP general protection, error code 0x0"
  fault gpsel 35 "KERNEL PANIC: #GP general protection, error code 0x200" "blames entry 64 of the GDT"
  fault pf 35 "KERNEL PANIC: #PF page fault, error code 0x0" "read 0x0000123456789000 (CR2)" "the page is not mapped"
  fault null 35 "KERNEL PANIC: #PF page fault, error code 0x2" "write to 0x0000000000000000 (CR2)" "the page is not mapped"
  fault ro 35 "KERNEL PANIC: #PF page fault, error code 0x3" "the page is read-only"
  fault text 35 "KERNEL PANIC: #PF page fault, error code 0x3" "the page is read-only"
  fault nx 35 "KERNEL PANIC: #PF page fault, error code 0x11" "the page may not be executed" "kernel::execute_data +"
  fault mf 35 "KERNEL PANIC: #MF x87 floating-point error"
  fault mc 35 "KERNEL PANIC: #MC machine check"
  fault overflow 35 "KERNEL PANIC: #DF" "guard page of the kernel stack" "kernel::recurse_for_ever +" "kernel::overflow_stack +"
  fault triple 0
  fault bounds 35 "__n < this->size() does not hold" "kernel::index_behind_the_end +"
  fault guard 35 "KERNEL PANIC: #PF" "guard page of the demonstration stack"
  fault overrun 35 "there is no block: its header is overwritten" "kernel::write_past_a_block +"
  fault double 35 "was released twice" "kernel::release_twice +"
  fault frame 35 "KERNEL PANIC: the frame at 0x" "was released twice" "kernel::release_a_frame_twice +"
  fault panic 35 "KERNEL PANIC: somebody asked for it" "at shell/faults.cpp:"
  if [[ $on == qemu ]]; then # no #XM, #GP(0) for a stack address that is not canonical, no P with a reserved bit
    fault ss0 35 "KERNEL PANIC: #GP general protection, error code 0x0"
    fault rsvd 35 "KERNEL PANIC: #PF page fault, error code 0x8" "a reserved bit is set"
    fault xm 11 "this CPU raised no exception"
  else
    fault ss0 35 "KERNEL PANIC: #SS stack-segment fault, error code 0x0"
    fault rsvd 35 "KERNEL PANIC: #PF page fault, error code 0x9" "a reserved bit is set"
    if [[ $on == bochs ]]; then fault xm 35 "KERNEL PANIC: #XM"; else fault xm 11 "this CPU raised no exception"; fi
  fi

  boots_to "$on" "reboot resets" "quiet run=reboot" 0
  boots_to "$on" "exit takes a number" "quiet run=exit 0x2a" 85
  boots_to "$on" "a kernel without tests fails them" "test" 35 "this image holds no tests"
  boots_to "$on" "a tick at vector 8" "quiet exit=5 run=mishap vector8" 35 "KERNEL PANIC: #DF" "this was something else at vector 8"
  boots_to "$on" "mishaps with memory" \
    "quiet exit=5 run=mishap stale;alloc check;mishap leak;heap;mishap node;alloc check" 11 \
    "and reads 0xbad" "the heap is sound" "the heap is broken: a free block is not in the list, or out of order"
  boots_to "$on" "red zones name a late write" "quiet heap=redzones exit=5 run=mishap late;alloc check" 11 \
    "the heap is broken: something was written to the block after its release"
  boots_to "$on" "red zones name an overrun" "quiet heap=redzones exit=5 run=fault overrun" 35 \
    "KERNEL PANIC: block of 32 bytes" "something was written behind the end of the block"
  boots_to "$on" "maps and memory" "quiet exit=5 run=mem;map;map 0xffffffff80101234;map 5;alloc bench" 11 \
    "page tables" "4194304 KiB by 2048    rw-- direct map" "r-x- image" "nothing is mapped there" "1088    399.2 %"
  boots_to "$on" "mishaps with threads" "quiet exit=5 run=mishap register;mishap wakeup;threads;mishap stack" 35 \
    "R15 held 0x1111 before the switch and 0x2222 after it" "for ever: see threads" "careless        waits: event" \
    "guard page of the small stack" "kernel::sum_up_to +" "kernel::run_thread +"
  boots_to "$on" "policies and their faults" "quiet exit=5 run=demo inversion;demo latency;sched tickless;sched" 11 \
    "without inheritance  high waited 12 ticks" "with inheritance     high waited 2 ticks" \
    "priority     the urgent thread woke 0 ticks late" "completion   the urgent thread woke 10 ticks late" "* tickless"
  boots_to "$on" "coroutines and jobs" "quiet exit=5 run=demo tasks;tasks;demo jobs;trace" 11 "quick 4" "slow 2" \
    "the task that waited for it is gone" "of these 0 for nothing" "    urgent job, priority 3" "executor         waits"
  boots_to "$on" "everything at once" "quiet exit=5 run=soak 5 1" 11 "leaks: 0 frames 0 blocks 0 threads"
  boots_to "$on" "commands" \
    "quiet exit=5 run=echo one; echo two  words ;;walk 0xffffffff80101000;walk 0;walk 0x8000000000000000" 11 \
    "ringside> echo one" "0xffffffff80101000 -> 0x0000000000101000, read execute, page of level 1" \
    "0x0000000000000000 is not mapped" "0x8000000000000000 is not canonical"

  # The boot log is the same on machines of different sizes.
  if [[ $on == qemu ]]; then
    boots_to "$on" "boots with 3 GiB" "exit=5" 11 "ready       type help"
    cp "$scratch/log" "$scratch/large"
    boot "$on" "$images/../kernel.elf" "exit=5" -m 32
    if cmp -s "$scratch/log" "$scratch/large"; then ((++commands_passed)); else
      verdict "$on" "commands: boot log" "with 32 MiB it differs"
    fi
  fi
  if ((failures == before)); then verdict "$on" commands '' "$commands_passed boots"; fi
}
