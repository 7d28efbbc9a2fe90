// SPDX-License-Identifier: GPL-2.0-or-later
// Where the long-mode images may not print the same here and under QEMU (7.2, TCG), and why. QEMU is a
// witness, not the judge: what stands here is worked out from the Intel SDM.
#pragma once

#include "side_by_side.h"

namespace ringside::testing {

namespace because {
inline constexpr std::string_view kIstKeepsSs =
    "6.14.4, INT n: SS is loaded with null only when the privilege level changes; QEMU does so for IST as "
    "well";
inline constexpr std::string_view kIdtIndex =
    "6.13: the index of a gate in an error code is the vector (times 8, IDT bit set); QEMU counts in 16 "
    "bytes";
inline constexpr std::string_view kExternal =
    "6.13: EXT is set when the fault arose while delivering an interrupt or an earlier exception; QEMU "
    "leaves it 0";
inline constexpr std::string_view kReservedBit =
    "4.7: P is 1 where a reserved bit stopped the walk, as the entry was present; QEMU leaves it 0";
inline constexpr std::string_view kMsr =
    "volume 2, WRMSR and RDMSR; volume 3A 2.8.7: reserved bits and registers raise #GP(0); QEMU ignores them";
inline constexpr std::string_view kVendor =
    "volume 2, SYSCALL, SYSRET, SYSEXIT: as Intel's processors do it; QEMU's qemu64 follows AMD's";
inline constexpr std::string_view kStackFault =
    "volume 1 3.3.7.1, volume 3A 6.15: #SS(0) for a stack address that is not canonical; QEMU raises #GP(0)";
}  // namespace because

inline constexpr Deviation kLongModeDeviations[] = {
    {"DB INT1", "v=1 rip=1", "volume 2, INT n: INT1 raises #DB, a trap; QEMU takes it for an invalid opcode"},
    {"GP CR8 reserved bit", "v=d err=0 rip=5", "10.8.6.1: CR8 bits 63 to 4 are reserved; QEMU ignores them"},
    {"GP EFER reserved bit", "v=d err=0 rip=a", because::kMsr},
    {"GP LME cleared while paging", "v=d err=0 rip=c", because::kMsr},
    {"GP LSTAR not canonical", "v=d err=0 rip=a", because::kMsr},
    {"GP RDMSR of no register", "v=d err=0 rip=5", because::kMsr},
    {"GP WRMSR of no register", "v=d err=0 rip=5", because::kMsr},
    {"GP SYSRET to where is not canonical", "v=d err=0 rip=10 cs=8 ss=10 at=6ffed0 in.ss=10",
     because::kVendor},
    {"GP SYSEXIT without SYSENTER_CS", "v=d err=0 at=6ffed0", because::kVendor},
    {"32-bit code: SYSCALL", "v=6 rip=12 cs=3b rsp=75ff00 ss=1b", because::kVendor},

    {"UD LOCK MOV to memory", "v=6 rip=0", "volume 2, LOCK: #UD; QEMU ignores the prefix"},
    {"UD LOCK CMP", "v=6 rip=0", "as above"},
    {"UD LOCK INT3", "v=6 rip=0", "as above"},
    {"UD LOCK CPUID", "v=6 rip=0", "as above"},
    // CMPXCHG compares 7 with EFF5h: CF, PF, SF; CMPXCHG8B sets ZF, CMPXCHG16B clears it.
    {"LOCK where it may stand", "fl=87",
     "volume 2, CMPXCHG, CMPXCHG16B; QEMU makes flags of the value compared"},
    {"GP LTR null", "v=d err=0 rip=2", "volume 2, LTR: #GP(0) for a null selector; QEMU takes it"},
    {"GP CR0.NW without CD", "v=d err=0 rip=5", "volume 2, MOV CR: #GP(0); QEMU takes it"},
    {"GP LIDT not canonical", "v=d err=0 rip=1c", "volume 2, LGDT/LIDT: #GP(0); QEMU takes it"},
    {"GP LDMXCSR reserved bit", "v=d err=0 rip=b", "volume 2, LDMXCSR: #GP(0); QEMU takes it"},
    {"SS read by RBP not canonical", "v=c", because::kStackFault},
    {"SS read by RSP not canonical", "v=c in.ss=10", because::kStackFault},
    {"SS push not canonical", "v=c in.ss=10", because::kStackFault},
    {"SS pop not canonical", "v=c in.ss=10", because::kStackFault},
    {"SS call not canonical", "v=c in.ss=10", because::kStackFault},
    {"ring 3: SS not canonical", "v=c", because::kStackFault},
    {"IRETQ: SS not present to ring 3", "v=c", "volume 2, IRET: #SS(selector); QEMU raises #NP"},

    {"PF push", "in.ss=10", because::kIstKeepsSs},
    {"ring 0, IST *", "in.ss=10", because::kIstKeepsSs},
    {"INT, IDT on an absent page", "in.ss=10", because::kIstKeepsSs},
    {"general protection, then page fault: page fault", "in.ss=10", because::kIstKeepsSs},
    {"page fault, then page fault: double fault", "in.ss=10", because::kIstKeepsSs},
    {"push on an absent page, same stack for the handler: double fault", "in.ss=10", because::kIstKeepsSs},
    {"invalid opcode, then page fault: page fault", "in.ss=10", because::kIstKeepsSs},
    {"IRETQ: frame on an absent page", "in.ss=10", because::kIstKeepsSs},

    {"INT beyond the limit", "err=782", because::kIdtIndex},
    {"INT from ring 3 to a gate of ring 0", "err=202", because::kIdtIndex},
    {"ring 3: INT to a gate of ring 0", "err=202", because::kIdtIndex},
    {"INT to a*", "err=202", because::kIdtIndex},
    {"INT 3 from ring 3, gate not present", "err=1a", because::kIdtIndex},
    {"fault, then gate not present", "err=33", because::kExternal},
    {"fault, then IDT too short", "err=83", because::kExternal},
    {"single step, then gate not present", "err=b", because::kExternal},
    {"interrupt through a gate *", "err=103", because::kExternal},
    {"INT, handler not canonical", "v=d err=0 rip=b rsp=6fff00 at=6ffed0",
     "volume 2, INT n: an offset that is not canonical raises #GP(EXT) before anything is pushed; QEMU goes "
     "there and faults"},

    {"PF ring 0 reads: *reserved bit", "err=9", because::kReservedBit},
    {"PF ring 0 writes: *reserved bit", "err=b", because::kReservedBit},
    {"PF ring 0 fetches: *reserved bit", "err=19", because::kReservedBit},
    {"PF ring 3 reads: *reserved bit", "err=d", because::kReservedBit},
    {"PF ring 3 writes: *reserved bit", "err=f", because::kReservedBit},
    {"PF ring 3 fetches: *reserved bit", "err=1d", because::kReservedBit},
    {"PF ring 0 reads: PML4 entry with PS", "err=9", because::kReservedBit},
    {"PF ring 0 writes: PML4 entry with PS", "err=b", because::kReservedBit},
    {"PF ring 0 fetches: PML4 entry with PS", "err=19", because::kReservedBit},
    {"PF ring 3 reads: PML4 entry with PS", "err=d", because::kReservedBit},
    {"PF ring 3 writes: PML4 entry with PS", "err=f", because::kReservedBit},
    {"PF ring 3 fetches: PML4 entry with PS", "err=1d", because::kReservedBit},

    // R11 = ED7h or 240AD7h, IA32_FMASK = 40600h (AC, DF, IF).
    {"SYSCALL from ring 3", "fl=8d7",
     "volume 2, SYSCALL: RFLAGS and not IA32_FMASK; QEMU loses the arithmetic flags"},
    {"SYSCALL from ring 0", "fl=2008d7", "as above"},
    // R11 = 37FED7h.
    {"SYSRET cannot set VM and RF", "fl=347ed7 in.fl=343cd7",
     "volume 2, SYSRET: R11 and 3C7FD7h, or 2; QEMU sets RF and drops VIP"},
    {"RF is saved by a fault that follows", "fl=2",
     "17.3.1.1: RF is cleared when an instruction is done; QEMU's lasts for a block"},
    {"DR execution and TF", "dr6=ffff4ff0",
     "table 6-2: the single-step trap of the last instruction comes before the breakpoint of the next; QEMU "
     "reports both at once"},
    {"DR write of 2 bytes, address on no border", "v=1 rip=19 dr6=ffff0ff1",
     "17.2.5: the lowest bit of a 2-byte breakpoint's address is not looked at; QEMU takes it as it stands"},
    {"DR write and TF", "rip=1f fl=102 rsp=6fff00 at=6ffed8 dr6=ffff4ff1",
     "17.3.1.4: both traps are one #DB behind the instruction; QEMU raises a second one in the handler"},
    {"DR write, two registers", "dr6=ffff0ff3",
     "17.2.3: B0 to B3 tell of every condition met; QEMU stops at the first"},
    {"DR6 keeps what is set", "dr6=ffff0ff9",
     "17.2.3: the processor clears nothing in DR6 (B0 to B3: may clear); QEMU does"},
    {"DR7.GD", "v=1 rip=8 dr6=ffff2ff0",
     "17.2.4: any MOV to or from a debug register raises #DB; QEMU knows no GD"},
    {"DR6 and DR7 read back", "rcx=ffffefff rdx=7ff",
     "figure 17-1: reserved bits read as fixed; QEMU gives back what was written"},
    {"GP MOVAPS on no 16-byte border", "no exception", "a gap of ours: see sim/cpu/corrections.h"},
};

inline constexpr Deviation kProtectedModeDeviations[] = {
    {"GP EFER.LME with paging on, but no PAE", "v=d err=0 rip=c", because::kMsr},
    {"INT, handler beyond the limit", "v=d err=0 rip=9 at=6ffef0 in.cs=8",
     "volume 2, INT n: EIP outside of the code segment's limit raises #GP(EXT); QEMU goes there"},
    {"INT, handler's code not accessed yet", "cs=8", "QEMU is still in the segment of the case before"},
    {"invalid opcode, then gate not present", "err=33", because::kExternal},
};

}  // namespace ringside::testing
