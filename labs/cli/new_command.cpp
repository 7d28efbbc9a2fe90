// SPDX-License-Identifier: GPL-2.0-or-later
// `ringside lab new`: the folder of a lab for its author to fill.
#include <fmt/format.h>

#include <fstream>

#include "labs/cli/command.h"

namespace ringside::labs {

Command add_new(CLI::App& program, const Labs& labs) {
  auto name = std::make_shared<std::string>();
  CLI::App* app =
      program.add_subcommand("new", "for authors: a new lab that builds, with one step, to be filled");
  app->add_option("name", *name, "two digits, a dash and words: 24-disks")->required();
  return {app, [&labs, name]() -> Result<int> {
            const bool well_formed =
                name->size() >= 4 && std::isdigit(static_cast<unsigned char>((*name)[0])) &&
                std::isdigit(static_cast<unsigned char>((*name)[1])) && (*name)[2] == '-' &&
                name->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
            if (!well_formed)
              return fail(fmt::format(
                  "A lab's name is two digits, a dash and small letters, as 24-disks, and not {}.", *name));
            for (const Lab& lab : labs.manifest.labs())
              if (lab.number() == name->substr(0, 2))
                return fail(fmt::format("There is a lab {} already: {}.", lab.number(), lab.name));
            const std::filesystem::path folder = labs.here.labs() / *name;
            std::error_code error;
            std::filesystem::copy(labs.here.labs() / "00-template", folder,
                                  std::filesystem::copy_options::recursive, error);
            if (error) return fail(fmt::format("{} cannot be made: {}.", folder.string(), error.message()));
            std::ofstream manifest(labs.here.labs() / "labs.toml", std::ios::app);
            manifest << fmt::format(
                "\n[[lab]]\nname = \"{}\"\ntitle = \"{}\"\nabout = \"a line about it\"\nfiles = "
                "[\"lab.cpp\"]\n[[lab.step]]\ntitle = \"The first step\"\npoints = 100\n",
                *name, name->substr(3));
            manifest.close();
            if (!manifest) return fail("labs.toml cannot be written.");
            fmt::print(
                "{} is in labs.toml. Write its README.md, given/, start/, solution/, wrong/, hints.md and "
                "check.cpp; labs/README.md says how.\n",
                folder.string());
            return kAllPoints;
          }};
}

}  // namespace ringside::labs
