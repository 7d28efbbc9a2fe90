// SPDX-License-Identifier: GPL-2.0-or-later
// Files of the host, with a sentence for everything that can go wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/error.h"

namespace ringside {

// A whole file. `what` names its part in the sentence of an error: "kernel image", "module".
Result<std::vector<std::byte>> read_file(const std::string& path, std::string_view what);

// The kernel that is run when no image is named: $RINGSIDE_KERNEL, else the one that was built beside this
// program.
Result<std::string> default_kernel();

// Bytes that leave the program while the guest runs: what is handed over is with the operating system when
// write() returns, so nothing is lost however the program ends. Move-only; "-" is standard output.
class OutputFile {
 public:
  OutputFile() = default;  // writes nothing
  static Result<OutputFile> open(const std::string& path, std::string_view what);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  bool is_open() const { return fd_ >= 0; }
  bool is_standard_output() const;
  Result<void> write(std::span<const std::uint8_t> bytes);
  Result<void> close();  // some file systems report a full disk only here

 private:
  int fd_ = -1;
  std::string path_, what_;
};

}  // namespace ringside
