// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's threads as tables. A kernel that has none gives an empty table whose note says so.
#pragma once

#include "sim/base/error.h"
#include "sim/inspect/context.h"
#include "sim/inspect/table.h"
#include "sim/inspect/threads.h"

namespace ringside {

// All threads: state, what they wait for, what they have used. Rows by id.
Table threads_table(const InspectContext&);
Table threads_table(const InspectContext&, const KernelThreads&);

// Who runs next: the queues of the policy in use, in order.
Table ready_table(const InspectContext&);
Table ready_table(const KernelThreads&);

// The newest switches that the kernel has recorded, newest last; rows by number.
Table switches_table(const InspectContext&, std::size_t most = 64);

// The calls that led to where a thread stands, innermost first. Null: of nobody, as nobody runs yet.
Table thread_table(const InspectContext&, const KernelThreads&, const GuestThread*);

// Every stack there is, of threads and of the image: how much of it was ever used.
Table stacks_table(const InspectContext&);

}  // namespace ringside
