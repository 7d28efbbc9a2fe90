// SPDX-License-Identifier: GPL-2.0-or-later
// All words that checks are written in. A check.cpp includes this and begins with
//   using namespace ringside::labs;
//   using namespace testing;
#pragma once

#include "labs/kit/enter.h"
#include "labs/kit/expect.h"
#include "labs/kit/heap.h"
#include "labs/kit/image_words.h"
#include "labs/kit/matchers.h"
#include "labs/kit/memory.h"
#include "labs/kit/pc.h"
#include "labs/kit/step.h"
#include "labs/kit/threads.h"
