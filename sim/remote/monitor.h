// SPDX-License-Identifier: GPL-2.0-or-later
// gdb's "monitor": Ringside's own words, from gdb's prompt.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/remote/motion.h"
#include "sim/session/session.h"

namespace ringside {

class Monitor {
 public:
  using Typing = std::function<Result<void>(std::string_view keys)>;
  struct Answer {
    std::string text;    // to be printed, mistakes included
    bool moved = false;  // the machine stands elsewhere, or something of it was changed
  };

  Monitor(Session& session, Motion& motion) : session_(session), motion_(motion) {}
  void set_typing(Typing typing) { typing_ = std::move(typing); }
  Answer run(std::string_view line);

 private:
  Result<std::string> command(std::string_view line);
  std::string help();
  Session& session_;
  Motion& motion_;
  Typing typing_;
};

}  // namespace ringside
