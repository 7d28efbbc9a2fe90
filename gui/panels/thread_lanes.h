// SPDX-License-Identifier: GPL-2.0-or-later
// The lanes of the panel "Threads".
#pragma once

#include <string>

#include "gui/panels/panel.h"

namespace ringside {

// What a thread is called, also once it is gone; "thread 7" where nobody ever knew.
std::string thread_name(const PanelState& state, const MachineView& view, std::uint64_t id);

// Keeps what later frames need: the names of threads, and the newest view of this branch, from which what is
// yet to come is drawn while the machine stands in the past. REQUIRES: view.threads
void remember_threads(PanelState& state, const MachineView& view);

// Of a switch: from whom to whom, why and when. Of a moment in a lane: who runs or waits there; empty where
// the thread was not there yet, or is no more.
std::string switch_words(const PanelState& state, const MachineView& view, const GuestSwitch& s);
std::string lane_words(const PanelState& state, const MachineView& view, const KernelThreads& all,
                       const ThreadLane& lane, Ticks time);

// One lane a thread over machine time, `width` wide and at most `most` high: beyond that the lanes scroll. Up
// to the height `comfortable` they grow with the room. Below them kLaneTimes (at 100 %) are left to the
// caller. REQUIRES: view.threads
inline constexpr float kLaneTimes = 18;
void draw_lanes(PanelState& state, const MachineView& view, float width, float most, float comfortable,
                Commands& commands);

}  // namespace ringside
