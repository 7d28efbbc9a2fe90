// SPDX-License-Identifier: GPL-2.0-or-later
// The guests that are followed: the kernel with its command lines, the images of this folder and of
// tests/kernel, the benchmark's workload, and random guests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "follower.h"

namespace ringside::lockstep {

struct Amount {
  std::uint64_t instructions = 5'000'000;  // of each guest, at most: all but two end before that
  unsigned random_guests = 50;
  std::uint64_t random_instructions = 50'000;  // of each of them
  std::uint64_t first_seed = 1;
};

struct Subject {
  std::string name;
  std::string image;  // path; "" = a random guest
  std::string command_line;
  std::uint64_t seed = 0;
  std::uint64_t instructions = 0;
};

std::vector<Subject> subjects(const Amount& amount);
Guest guest(const Subject& subject);
std::string launch_pad();
std::string summary(const Tally& tally);  // several lines

}  // namespace ringside::lockstep
