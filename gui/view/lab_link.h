// SPDX-License-Identifier: GPL-2.0-or-later
// Where the links in a lab's text lead. labs/README.md, "Links in a lab's text", lists them for authors.
#pragma once

#include <string>
#include <string_view>

#include "gui/view/ui_command.h"
#include "sim/base/error.h"
#include "sim/symbols/symbols.h"

namespace ringside {

// What a click on the link asks for, with the names of the kernel that runs. The sentence of the error says
// what is wrong with the link, or that this kernel has no such name. Addresses elsewhere (http and the like)
// are copied and never opened.
Result<UiCommand> lab_link(std::string_view link, const Symbols& symbols);

// What a click will do, for the tooltip: "memory at 0xb8000".
std::string lab_link_words(std::string_view link);

}  // namespace ringside
