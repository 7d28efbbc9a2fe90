// SPDX-License-Identifier: MIT
#include "shell/task_commands.h"
namespace kernel {
void soak(std::string_view) {}
}  // namespace kernel
