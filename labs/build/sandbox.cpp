// SPDX-License-Identifier: GPL-2.0-or-later
#include "labs/build/sandbox.h"

#include <fmt/format.h>

#include "labs/book/manifest.h"
#include "labs/build/process.h"

namespace ringside::labs {

using std::filesystem::path;

std::vector<std::string> in_sandbox(const SandboxView& view, const std::vector<std::string>& command) {
  std::vector<std::string> all{
      "bwrap",  "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--setenv",
      "PATH",   "/usr/bin",      "--setenv",          "LC_ALL",        "C",          "--setenv",
      "TMPDIR", "/tmp",          "--ro-bind",         "/usr",          "/usr"};
  const auto add = [&](std::initializer_list<std::string> words) { all.insert(all.end(), words); };
  // A merged /usr has links at the root; elsewhere they are folders of their own.
  for (const char* name : {"/bin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    std::error_code error;
    if (std::filesystem::is_symlink(name, error))
      add({"--symlink", std::filesystem::read_symlink(name, error).string(), name});
    else if (std::filesystem::is_directory(name, error))
      add({"--ro-bind", name, name});
  }
  // Debian's g++ may be a link that leads through here.
  add({"--ro-bind-try", "/etc/alternatives", "/etc/alternatives"});
  // Nothing that a compiler could wait for: no terminal, no pipe by way of /proc/self/fd.
  add({"--dev-bind", "/dev/null", "/dev/null"});
  if (view.proc) add({"--proc", "/proc"});
  add({"--size", fmt::to_string(view.tmp_bytes), "--tmpfs", "/tmp"});
  for (const path& one : view.read_only) add({"--ro-bind", one.string(), one.string()});
  for (const auto& [from, inside] : view.placed) add({"--ro-bind", from.string(), inside.string()});
  add({"--ro-bind", view.work.string(), kHandIn});
  if (!view.written.empty())
    add({"--bind", view.written.string(),
         (kHandIn / view.written.lexically_relative(view.work)).lexically_normal().string()});
  // What bubblewrap made itself is a file system in memory, which could be filled.
  add({"--remount-ro", "/", "--chdir", kHandIn, "--"});
  add({"prlimit", fmt::format("--nproc={}", view.processes), "--"});
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
