// SPDX-License-Identifier: GPL-2.0-or-later
// The ways back in time as a menu, for the bar at the top.
#pragma once

#include "gui/panels/panel.h"

namespace ringside {

// Why there is no going back from here, in a sentence; null where there is.
const char* no_way_back(const MachineView& view);

// The popup "more back", if it is open.
void draw_back_menu(const Look& look, const MachineView& view, Commands& commands);

}  // namespace ringside
