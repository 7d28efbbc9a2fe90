// SPDX-License-Identifier: GPL-2.0-or-later
// What is uploaded to a grading service: scripts for set-up and for a submission, the project to build
// there, and Unicorn.
#pragma once

#include <filesystem>
#include <string>

#include "labs/build/image.h"

namespace ringside::labs {

// Makes the zip file for "gradescope" or "prairielearn". The same files give the same bytes.
Result<void> write_pack(const Installation& here, const Lab& lab, const std::string& service,
                        const std::filesystem::path& file);

}  // namespace ringside::labs
