// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/sandbox.h"

#include <fmt/format.h>

#include "labs/build/process.h"

namespace ringside::labs {

std::vector<std::string> in_sandbox(const SandboxView& view, const std::vector<std::string>& command) {
  std::vector<std::string> all{
      "bwrap",  "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--setenv",
      "PATH",   "/usr/bin",      "--setenv",          "LC_ALL",        "C",          "--setenv",
      "TMPDIR", "/tmp",          "--ro-bind",         "/usr",          "/usr"};
  // A merged /usr has links at the root; elsewhere they are folders of their own.
  for (const char* name : {"/bin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code error;
    if (std::filesystem::is_symlink(name, error))
      all.insert(all.end(), {"--symlink", std::filesystem::read_symlink(name, error).string(), name});
    else if (std::filesystem::is_directory(name, error))
      all.insert(all.end(), {"--ro-bind", name, name});
  }
  // Debian's g++ may be a link that leads through here.
  all.insert(all.end(), {"--ro-bind-try", "/etc/alternatives", "/etc/alternatives", "--proc", "/proc",
                         "--dev", "/dev", "--tmpfs", "/tmp"});
  for (const auto& path : view.read_only) all.insert(all.end(), {"--ro-bind", path.string(), path.string()});
  all.insert(all.end(), {"--bind", view.work.string(), "/work", "--chdir", "/work", "--"});
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

Result<void> sandbox_works() {
  const auto result = run_process(in_sandbox({.read_only = {}, .work = "/tmp"}, {"true"}), "/",
                                  {.wall = std::chrono::seconds(10)});
  if (!result)
    return fail(
        "bubblewrap is not installed, and without it the compiler would see this computer's files: install "
        "the package bubblewrap.");
  if (result->ok()) return {};
  const std::string says = result->output.substr(0, result->output.find('\n'));
  return fail(
      fmt::format("bubblewrap cannot make a sandbox here ({}): user namespaces may be switched off.", says));
}

}  // namespace ringside::labs
