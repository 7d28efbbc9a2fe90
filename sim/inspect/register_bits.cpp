// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inspect/register_bits.h"

namespace ringside {
namespace {

constexpr RegisterBit kRflags[] = {
    {0, "CF", "carry: the last addition carried, the last subtraction borrowed"},
    {2, "PF", "parity: the lowest byte of the last result has an even number of ones"},
    {4, "AF", "auxiliary carry, out of bit 3"},
    {6, "ZF", "zero: the last result was 0"},
    {7, "SF", "sign: the last result was negative"},
    {8, "TF", "trap: #DB after every instruction"},
    {9, "IF", "interrupts: the processor accepts those of the PIC"},
    {10, "DF", "direction: string instructions go down"},
    {11, "OF", "overflow: the last signed result did not fit"},
    {14, "NT", "nested task"},
    {16, "RF", "resume: no instruction breakpoint at the next instruction"},
    {17, "VM", "virtual-8086 mode"},
    {18, "AC", "alignment check; with SMAP: the kernel may touch user pages"},
    {19, "VIF", "virtual interrupt flag"},
    {20, "VIP", "virtual interrupt pending"},
    {21, "ID", "CPUID exists, if it can be changed"},
};
constexpr RegisterBit kCr0[] = {
    {0, "PE", "protected mode is on"},
    {1, "MP", "WAIT watches TS"},
    {2, "EM", "no x87: its instructions raise #NM"},
    {3, "TS", "task switched: the next x87 or SSE instruction raises #NM"},
    {4, "ET", "x87 present, always set"},
    {5, "NE", "x87 errors raise #MF"},
    {16, "WP", "read-only pages bind the kernel too"},
    {18, "AM", "alignment checks allowed"},
    {29, "NW", "caches do not write through"},
    {30, "CD", "caches off"},
    {31, "PG", "paging is on"},
};
constexpr RegisterBit kCr4[] = {
    {0, "VME", "virtual-8086 extensions"},
    {1, "PVI", "protected-mode virtual interrupts"},
    {2, "TSD", "RDTSC for ring 0 only"},
    {3, "DE", "debugging extensions: DR4 and DR5 do not exist"},
    {4, "PSE", "4 MiB pages in 32-bit paging"},
    {5, "PAE", "8-byte page-table entries; needed for long mode"},
    {6, "MCE", "machine checks"},
    {7, "PGE", "global pages keep their translation when CR3 changes"},
    {8, "PCE", "RDPMC for every ring"},
    {9, "OSFXSR", "SSE may be used"},
    {10, "OSXMMEXCPT", "SSE errors raise #XM"},
    {11, "UMIP", "SGDT, SIDT and their like for ring 0 only"},
    {12, "LA57", "five page-table levels"},
    {16, "FSGSBASE", "RDFSBASE and its like may be used"},
    {17, "PCIDE", "process-context identifiers"},
    {18, "OSXSAVE", "XSAVE may be used"},
    {20, "SMEP", "the kernel may not run code from user pages"},
    {21, "SMAP", "the kernel may not touch user pages unless AC is set"},
};
constexpr RegisterBit kEfer[] = {
    {0, "SCE", "SYSCALL and SYSRET may be used"},
    {8, "LME", "long mode begins when paging is switched on"},
    {10, "LMA", "long mode is on"},
    {11, "NXE", "bit 63 of a page-table entry forbids execution"},
};
constexpr RegisterBit kDr6[] = {
    {0, "B0", "breakpoint 0 was met"},
    {1, "B1", "breakpoint 1 was met"},
    {2, "B2", "breakpoint 2 was met"},
    {3, "B3", "breakpoint 3 was met"},
    {13, "BD", "a debug register was touched while DR7.GD was set"},
    {14, "BS", "single step"},
    {15, "BT", "task switch"},
};

}  // namespace

std::span<const RegisterBit> rflags_bits() { return kRflags; }
std::span<const RegisterBit> cr0_bits() { return kCr0; }
std::span<const RegisterBit> cr4_bits() { return kCr4; }
std::span<const RegisterBit> efer_bits() { return kEfer; }
std::span<const RegisterBit> dr6_bits() { return kDr6; }

}  // namespace ringside
