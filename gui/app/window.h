// SPDX-License-Identifier: GPL-2.0-or-later
// The window: SDL's events in, frames out. Draws only when something changed.
#pragma once

#include "gui/app/options.h"
#include "gui/app/stage.h"
#include "sim/base/error.h"

namespace ringside {

// Runs until the window is closed or the options say so. An error is a sentence about the display or the
// image.
Result<void> run_window(const Options& options, WindowSubject subject);

}  // namespace ringside
