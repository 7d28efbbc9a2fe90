// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of the window. Function keys and Ctrl chords work always, and with Shift they go back in time;
// plain digits, Home, End and brackets only while the guest does not have the keyboard and no field is being
// typed into.
#pragma once

#include <SDL.h>

#include <optional>

#include "gui/app/shell.h"

namespace ringside {

std::optional<UiCommand> shortcut(const SDL_Keysym& key, bool guest_focused, bool typing, const Shell& shell,
                                  const PanelState& state);

}  // namespace ringside
