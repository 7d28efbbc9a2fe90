// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the command line program as a shell would.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ringside::testing {

inline const std::string kBehave = RINGSIDE_BEHAVE;
inline const std::string kKernel = RINGSIDE_KERNEL_IMAGE;

struct Finished {
  int status = -1;  // exit status, -1 when a signal ended it
  int signal = 0;
  std::string out, err;
};

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;  // in addition to ours; an empty value removes

Finished run(const Arguments& arguments, const Environment& environment = {});

// Started, and not waited for. Standard input is /dev/null, the output goes to files of this object.
class Running {
 public:
  explicit Running(const Arguments& arguments, const Environment& environment = {});
  ~Running();
  pid_t pid() const { return pid_; }
  Finished finish();  // waits for the end

 private:
  pid_t pid_ = -1;
  std::filesystem::path out_, err_;
};

// Replaces this process by the program. Does not return.
[[noreturn]] void become(const Arguments& arguments, const Environment& environment = {});

std::string contents(const std::filesystem::path& file);

// A folder that vanishes with this object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace ringside::testing
