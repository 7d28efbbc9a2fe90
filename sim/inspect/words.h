// SPDX-License-Identifier: GPL-2.0-or-later
// The words that tables and explanations share, so that one thing has one name everywhere.
#pragma once

#include <cstdint>
#include <string>

#include "sim/base/units.h"
#include "sim/cpu/cpu_state.h"
#include "sim/cpu/delivery.h"
#include "sim/cpu/paging.h"
#include "sim/symbols/symbols.h"

namespace ringside {

std::string vector_words(std::uint8_t vector);      // "#PF", "NMI", "vector 33"
std::string vector_long_name(std::uint8_t vector);  // "page fault (#PF)", "interrupt 33"
const char* irq_device(unsigned irq);               // "timer", "keyboard", ...; what a PC has on that line

// "0x0008 (GDT entry 1, ring 0)"; a null selector says so.
std::string selector_words(std::uint16_t selector);

// The bits of a pushed error code: "write, page not present, kernel"; the selector form for #TS, #NP, #SS and
// #GP (SDM volume 3A 6.13). Empty for vectors that push none.
std::string error_code_words(std::uint8_t vector, std::uint32_t error_code);

// "idt_load+0x12"; empty where no symbol is. A linker script's label counts for the page behind it only: it
// has no size, so that everything up to the next symbol would be called after it.
std::string name_at(const Symbols& symbols, std::uint64_t address);
// The same, else "0x101000".
std::string place_words(const Symbols& symbols, std::uint64_t address);
// "shell.cpp:41"; empty without debug information.
std::string source_words(const Symbols& symbols, std::uint64_t address);

std::string bytes_words(std::uint64_t bytes);                // "4 KiB", "2 MiB", "48 bytes"
std::string count_words(std::uint64_t number);               // "1,234,567"
std::string time_words(Ticks ticks);                         // "1.234 ms", "17 us", "3 ns"
std::string ring_words(unsigned cpl);                        // "ring 3 (user)", "ring 0 (kernel)"
const char* pushed_words(Pushed what, bool long_mode);       // "RIP" or "EIP", "error code", ...
const char* gate_type_words(unsigned type, bool long_mode);  // "interrupt gate", ...; null where it is none

// Flags of a paging-structure entry as letters: "P W U A D PS G NX", those set, in this order.
std::string entry_flags(const WalkEntry& entry, PagingMode paging);

// One sentence about a walk: where the address leads, or which entry and which bit stopped it.
std::string walk_sentence(const Walk& walk);

}  // namespace ringside
