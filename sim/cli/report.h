// SPDX-License-Identifier: GPL-2.0-or-later
// What is said when a run is over: a paragraph for people, an object for programs.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "sim/cli/guest_run.h"
#include "sim/inspect/table.h"
#include "sim/session/session.h"

namespace ringside {

// What ended the run, how long it was, where it stands; of a triple fault, the chain that led to it.
std::string summary(Session& session, const RunResult& result);

nlohmann::json run_as_json(Session& session, const RunResult& result);

// {name, title, note, columns: [...], rows: [{key, cells: [...]}]}
nlohmann::json table_as_json(const Table& table);
// {headline, paragraphs: [...], causes: [...]}
nlohmann::json explanation_as_json(const Explanation& explanation);

// Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& json);

}  // namespace ringside
