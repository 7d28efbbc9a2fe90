// SPDX-License-Identifier: MIT
#include "labs/kit/kit.h"

using namespace ringside::labs;
using namespace testing;

STEP(1) {
  Pc pc;
  pc.run_until("lab::ready");
  const std::uint64_t number = 3 + dice().below(1000);
  expect(pc, "lab::twice of a number", pc.call("lab::twice", {number}).rax, Eq(2 * number),
         "Why this matters to a student.");
}

QUESTION(1) {
  Pc pc;
  pc.run_until("lab::ready");
  return {.text = "How many bits has the processor's mode? (16, 32 or 64)",
          .answer = "64",
          .because = "The kernel runs in long mode."};
}
