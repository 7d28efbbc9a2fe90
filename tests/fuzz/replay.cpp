// SPDX-License-Identifier: GPL-2.0-or-later
// A target without libFuzzer: runs it once with each file named, or in each folder named, in the order of
// names. Fails where the target does, and where there was nothing to run.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/input.h"

int main(int count, char** arguments) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i) {
    if (std::filesystem::is_directory(arguments[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(arguments[i]))
        files.push_back(entry.path());
    } else {
      files.emplace_back(arguments[i]);
    }
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    std::printf("%s\n", file.filename().c_str());  // the last line says which one it was
    std::fflush(stdout);
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), {});
    if (!stream) return std::fputs("This file cannot be read.\n", stderr), 2;
    // A copy of exactly this size, so that AddressSanitizer sees a step beyond its end.
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  std::printf("%zu inputs.\n", files.size());
  if (files.empty()) return std::fputs("There was nothing to replay: name files or folders.\n", stderr), 2;
}
