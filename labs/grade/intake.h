// SPDX-License-Identifier: GPL-2.0-or-later
// What a class has handed in: a folder with an entry for each student, which is a folder, or a zip or tar
// file. Nothing in here is trusted, and nothing is unpacked: the lab's files are taken out by their exact
// names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "labs/build/image.h"

namespace ringside::labs {

struct Entry {
  std::string student;          // the entry's name, of an archive without its ending; unique
  std::filesystem::path place;  // the folder or file
};

// All but hidden ones, sorted by student. A link is an entry too, and take() refuses it: nobody is lost.
Result<std::vector<Entry>> entries(const std::filesystem::path& folder);

// The lab's files out of an entry: they stand at its top, or below one folder that is all there is at the top
// (as file managers pack), or, in a folder, in one archive that is all there is (as course systems hand out).
Submission take(const Lab& lab, const Entry& entry);
// The same in a process of its own, within limits. REQUIRES: no other thread is at work.
Submission take_apart(const Lab& lab, const Entry& entry);

// zip and tar, also compressed, by their names.
bool is_archive(const std::filesystem::path& file);

// The same out of an archive. Ordinary files alone: links, devices, absolute names and names with ".." are
// passed over. Reading stops at bounds that no lab comes near, so a zip bomb is an unreadable archive.
Submission take_from_archive(const Lab& lab, const std::filesystem::path& archive);

struct ArchiveBounds {
  std::uint64_t file_bytes = std::uint64_t{64} << 20;      // of the archive itself
  std::uint64_t unpacked_bytes = std::uint64_t{64} << 20;  // of all in it that has to be read
  unsigned entries = 20'000;
};
inline constexpr ArchiveBounds kArchiveBounds;

}  // namespace ringside::labs
