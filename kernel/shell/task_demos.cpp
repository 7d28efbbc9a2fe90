// SPDX-License-Identifier: MIT
#include "shell/task_demos.h"

#include "lib/print.h"
#include "task/coroutine/join.h"
#include "task/coroutine/keys.h"
#include "task/jobs.h"

namespace kernel {
namespace {

Task<void> tell(std::string_view what, uint64_t every, unsigned times) {
  for (unsigned i = 1; i <= times; ++i) {
    co_await sleep(every);
    print("{} {}\n", what, i);
  }
}

Task<char> read_key() { co_return co_await next_key(); }

Task<void> tell_and_ask() {
  {
    Started<void> slow(executor, "slow", tell("slow", 20, 2));
    Started<void> quick(executor, "quick", tell("quick", 8, 4));
    co_await slow.join();
    co_await quick.join();
  }
  print("a key, please, within two seconds\n");
  const std::optional<char> key = co_await with_timeout(executor, "read key", read_key(), 200);
  if (key)
    print("it was '{}'\n", *key);
  else
    print("none came; the task that waited for it is gone\n");
}

}  // namespace

void run_coroutines() { executor.run_to_end("demo", tell_and_ask()); }

void run_jobs() {
  static constinit Job urgent{"urgent", 3, [](Job&) { print("    urgent job, priority 3\n"); }};
  static constinit Job modest{"modest", 1, [](Job&) {
                                constexpr Resource kShared{.ceiling = 3};
                                print("  modest job, priority 1, asks for the urgent one\n");
                                jobs.ask_for(urgent);
                                print("  modest job claims what both use, and asks again\n");
                                {
                                  const Claim claim(kShared);
                                  jobs.ask_for(urgent);
                                  print("  modest job still claims it\n");
                                }
                                print("  modest job ends\n");
                              }};
  print("a thread asks for the modest job\n");
  jobs.ask_for(modest);
  print("the thread goes on\n");
}

}  // namespace kernel
