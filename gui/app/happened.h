// SPDX-License-Identifier: GPL-2.0-or-later
// The sentence after a stop, with its nouns as links.
#pragma once

#include <vector>

#include "gui/view/machine_view.h"

namespace ringside {

std::vector<SentencePart> what_happened(const Machine& machine, const Stop& stop, const Symbols& symbols);

}  // namespace ringside
