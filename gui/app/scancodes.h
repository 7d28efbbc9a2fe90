// SPDX-License-Identifier: GPL-2.0-or-later
// SDL's scan codes are places on the keyboard, as the guest's keys are: one maps to the other whatever the
// layout.
#pragma once

#include <SDL.h>

#include "sim/devices/key.h"

namespace ringside {

// Key::none where a US keyboard has no such key.
Key key_of(SDL_Scancode code);

}  // namespace ringside
