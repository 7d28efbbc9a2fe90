// SPDX-License-Identifier: MIT
//
// Hours of everything at once: threads and coroutines made at random, which allocate, sleep, wait for each
// other and compute; keys, if any are typed; the policy changing under them; and all lists checked all the
// while. The seed and the keys decide everything on a machine that is deterministic. Most of the time
// everybody sleeps, so that an hour of the machine is not an hour of work.
#include <array>

#include "drivers/pit8254.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/random.h"
#include "lib/text.h"
#include "memory/frame_allocator.h"
#include "memory/heap.h"
#include "shell/task_commands.h"
#include "task/coroutine/join.h"
#include "task/coroutine/keys.h"
#include "task/mutex.h"
#include "task/with_scheduler.h"

namespace kernel {
namespace {

constexpr size_t kMostThreads = 12;
constexpr size_t kMostTasks = 12;
constexpr uint64_t kReportEvery = 60 * kTicksPerSecond;

// What two runs must agree in. Every step of every thread and task goes in, with its time.
struct Digest {
  uint64_t hash = 0;
  uint64_t threads = 0, tasks = 0, blocks = 0, keys = 0, sleeps = 0, policies = 0, checks = 0;
  void add(uint64_t value) {
    const InterruptGuard guard;
    hash = (hash ^ value ^ clock.now() << 32) * 0x100000001b3;
  }
};

struct Shared {
  explicit Shared(uint64_t seed) : random(seed) {}
  Random random;  // for the conductor alone: the others get seeds
  Digest digest;
  Mutex first{"soak 1"}, second{"soak 2"};
  uint64_t left = 0, right = 0;  // equal whenever nobody holds both mutexes
  size_t live_threads = 0, live_tasks = 0;
  WaitQueue someone_ended;
};

// A block of memory with a pattern of its own in it.
class Block {
 public:
  Block(Shared& shared, Random& random) : words_(1 + random.below(64)), pattern_(random.next()) {
    memory_ = new uint64_t[words_];
    for (size_t i = 0; i < words_; ++i) memory_[i] = pattern_ + i;
    const InterruptGuard guard;
    ++shared.digest.blocks;
  }
  ~Block() {
    for (size_t i = 0; i < words_; ++i)
      if (memory_[i] != pattern_ + i) panic("soak: word {} of a block has changed", i);
    delete[] memory_;
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

 private:
  size_t words_;
  uint64_t pattern_;
  uint64_t* memory_;
};

void compute(Random& random) {
  for (volatile uint64_t rest = random.below(20'000); rest != 0;) rest = rest - 1;
}

void change_both(Shared& shared, Random& random) {
  const MutexGuard first(shared.first);
  const uint64_t value = shared.left + 1;
  shared.left = value;
  compute(random);
  const MutexGuard second(shared.second);
  if (random.below(4) == 0) sleep_for(1);
  shared.right = value;
}

struct Assignment {
  Shared& shared;
  uint64_t seed;
};

void ended(Shared& shared, size_t& live) {
  const DispatchGuard guard;
  --live;
  shared.someone_ended.wake_all();
}

void work(void* argument) {
  auto* const assignment = static_cast<Assignment*>(argument);
  Shared& shared = assignment->shared;
  Random random(assignment->seed);
  delete assignment;
  for (size_t steps = 1 + random.below(6); steps > 0; --steps) {
    const Block block(shared, random);
    switch (random.below(4)) {
      case 0: sleep_for(random.below(30)); break;
      case 1: change_both(shared, random); break;
      case 2: compute(random); break;
      case 3: yield(); break;
    }
    shared.digest.add(current->id);
  }
  ended(shared, shared.live_threads);
}

Task<uint64_t> rest(uint64_t ticks) {
  co_await sleep(ticks);
  co_return ticks;
}

Task<char> read_key() { co_return co_await next_key(); }

Task<void> live(Shared& shared, uint64_t seed) {
  Random random(seed);
  for (size_t steps = 1 + random.below(5); steps > 0; --steps) {
    const Block block(shared, random);
    switch (random.below(4)) {
      case 0: co_await sleep(random.below(40)); break;
      case 1: {
        const auto key = co_await with_timeout(executor, "key", read_key(), 1 + random.below(50));
        if (key) {
          ++shared.digest.keys;
          shared.digest.add(static_cast<uint8_t>(*key));
        }
        break;
      }
      case 2: {
        Started<uint64_t> one(executor, "one", rest(random.below(20)));
        Started<uint64_t> other(executor, "other", rest(random.below(20)));
        co_await first_of(one, other);  // the other one is cancelled
        break;
      }
      case 3: {
        Started<uint64_t> one(executor, "joined", rest(random.below(20)));
        shared.digest.add(co_await one.join());
        break;
      }
    }
    shared.digest.add(steps);
  }
  ended(shared, shared.live_tasks);
}

void start_one(Shared& shared) {
  Random& random = shared.random;
  const uint64_t seed = random.next();
  if (random.below(2) == 0 && shared.live_threads < kMostThreads) {
    auto* const assignment = new Assignment{shared, seed};
    const ThreadOptions options{.priority = static_cast<uint8_t>(random.below(kPriorities - 1)),
                                .weight = static_cast<uint8_t>(1 + random.below(4)),
                                .detached = true,
                                .stack_pages = 2 + random.below(3)};
    const DispatchGuard guard;
    if (spawn("soak", work, assignment, options) == nullptr) panic("soak: no memory for a thread");
    ++shared.live_threads;
    ++shared.digest.threads;
  } else if (shared.live_tasks < kMostTasks) {
    const DispatchGuard guard;
    executor.start_detached("soak", live(shared, seed));
    ++shared.live_tasks;
    ++shared.digest.tasks;
  }
}

void check_everything(Shared& shared) {
  {
    const InterruptGuard guard;
    if (!threads.is_sound()) panic("soak: the list of threads is broken");
    if (!alarms.is_sound()) panic("soak: the list of alarms is broken");
    if (!executor.tasks().is_sound()) panic("soak: the list of tasks is broken");
    if (const Defect defect = heap.check(); defect.found())
      panic("soak: the heap is broken: {}", defect.what);
  }
  const MutexGuard first(shared.first);
  const MutexGuard second(shared.second);
  if (shared.left != shared.right)
    panic("soak: {} changes on the left, {} on the right", shared.left, shared.right);
  ++shared.digest.checks;
}

void change_policy(Shared& shared) {
  set_scheduler(kSchedulers[shared.random.below(std::size(kSchedulers))]);
  ++shared.digest.policies;
}

void wait_for_the_last(Shared& shared) {
  const DispatchGuard guard;
  while (shared.live_threads + shared.live_tasks > 0) shared.someone_ended.wait();
}

}  // namespace

void soak(std::string_view text) {
  const uint64_t seconds = parse_number(take_word(text)).value_or(10);
  const uint64_t seed = parse_number(text).value_or(1);
  const size_t frames_before = frames.used() - heap.frames(), blocks_before = heap.statistics().live;
  const size_t threads_before = threads.size();
  Shared shared(seed);
  const uint64_t start = clock.now(), end = start + seconds * kTicksPerSecond;
  {
    const WithScheduler restore(scheduler->name);
    uint64_t next_report = start + kReportEvery;
    while (clock.now() < end) {
      if (clock.now() >= next_report) {
        print("soak: {} of {} seconds, digest {:016x}\n", (next_report - start) / kTicksPerSecond, seconds,
              shared.digest.hash);
        next_report += kReportEvery;
      }
      start_one(shared);
      if (shared.random.below(16) == 0) change_policy(shared);
      check_everything(shared);
      sleep_for(1 + shared.random.below(8));
    }
    wait_for_the_last(shared);
    sleep_for(2);  // the last ones have ended; now they are also gone
  }
  const Digest& digest = shared.digest;
  print("soak: seed {}, {} ticks, {} threads, {} tasks, {} blocks, {} keys, {} policies, {} checks, ", seed,
        clock.now() - start, digest.threads, digest.tasks, digest.blocks, digest.keys, digest.policies,
        digest.checks);
  print("{} switches, leaks: {} frames {} blocks {} threads, digest {:016x}\n", switch_trace.count,
        frames.used() - heap.frames() - frames_before, heap.statistics().live - blocks_before,
        threads.size() - threads_before, digest.hash);
}

}  // namespace kernel
