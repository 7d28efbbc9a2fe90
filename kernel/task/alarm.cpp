// SPDX-License-Identifier: MIT
#include "task/alarm.h"

#include "task/thread.h"
#include "task/wait_queue.h"

namespace kernel {

constinit AlarmList alarms;

void AlarmList::set(Alarm& alarm, uint64_t due) {
  cancel(alarm);
  Alarm* later = list_.first;
  while (later != nullptr && later->due <= due) later = later->links.next;
  alarm.due = due;
  list_.insert_before(later, alarm);
}

void AlarmList::cancel(Alarm& alarm) {
  if (!alarm.is_set()) return;
  list_.remove(alarm);
  alarm.due = kNever;
}

void AlarmList::ring(uint64_t now) {
  while (!list_.empty() && list_.first->due <= now) {
    Alarm& alarm = *list_.first;
    cancel(alarm);
    if (alarm.thread != nullptr)
      end_wait(*alarm.thread, Wakeup::alarm);
    else
      alarm.waker.wake();
  }
}

bool AlarmList::is_sound() const {
  for (const Alarm& alarm : list_)
    if (alarm.links.next != nullptr && alarm.links.next->due < alarm.due) return false;
  return list_.is_sound();
}

}  // namespace kernel
