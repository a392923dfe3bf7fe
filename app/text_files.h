// What the commands that write recipes anew share: files, standard input, --check.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/options.h"
#include "core/exit_code.h"

namespace dltrain::app {

struct Rewritten {
  std::string text;
  std::vector<std::string> changes;  // to be said, a line each
  std::string left = {};             // what is not mended; empty: nothing
};

// Hands each recipe's text to `rewrite` and writes what comes back, where it differs; with `check` nothing is written
// and exit code 10 says that something differs, `difference` how. All mistakes in all recipes are reported, as
// UserError; recipes without any are written all the same.
ExitCode rewrite_recipes(const std::vector<std::string>& paths, bool check, const CommonOptions& common,
                         const std::string& command, const std::string& difference,
                         const std::function<Rewritten(const std::string& name, const std::string& text)>& rewrite);

}  // namespace dltrain::app
