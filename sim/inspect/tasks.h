// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's coroutines and who wakes whom, read by the kernel's own types: kernel::executor with its tasks
// and its wake queue, kernel::alarms, and the waiters of kernel::input_event (kernel/task/coroutine).
#pragma once

#include "sim/inspect/context.h"
#include "sim/inspect/table.h"

namespace ringside {

// The tasks of the executor: state, what they wait for, how often they ran. Rows by id. The note says what is
// in the wake queue.
Table tasks_table(const InspectContext&);

// Who will be woken by what: alarms in the order they ring, waiters of events, ends of tasks, and the
// wake-ups that are under way.
Table wakers_table(const InspectContext&);

}  // namespace ringside
