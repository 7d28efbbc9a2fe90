// SPDX-License-Identifier: GPL-2.0-or-later
// What is said when a run is over: a paragraph for people, an object for programs.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "sim/cli/guest_run.h"
#include "sim/machine/machine.h"
#include "sim/symbols/symbols.h"

namespace ringside {

// "kernel.elf: ... After 1,234,567 instructions and 1.2 ms of machine time, at idle+0x3 (main.cpp:41)."
std::string summary(const Machine& machine, const Symbols& symbols, const RunResult& result);

nlohmann::json run_as_json(const Machine& machine, const Symbols& symbols, const RunResult& result);

// Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& json);

}  // namespace ringside
