// Every recipe in golden/ with the messages it must give. Comments in its first lines say what else happens: "# --set
// a.b=c" is applied as the option would be; "# for predicting" reads it as `dltrain predict` does; "# data: digits"
// checks it against data that looks like that (signatures.h). To accept new texts: DLTRAIN_UPDATE_GOLDEN=1
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdlib>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "models/checks.h"
#include "models/recipe/overrides.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "tests/models/recipe/catalogue.h"
#include "tests/models/recipe/signatures.h"
#include "tests/support/paths.h"

namespace dltrain::models {
namespace {

std::string texts_of(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += diagnostic.text();
  return text;
}

// What a person sees: all messages and the exit code.
std::string outcome(const std::string& name, const std::string& text) {
  ReadOptions options;
  Diagnostics diagnostics;
  std::vector<Override> changes;
  std::string data;
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with("# ")) break;
    if (line == "# for predicting") options.for_training = false;
    if (line.starts_with("# --set ")) changes.emplace_back(line.substr(8));
    if (line.starts_with("# data: ")) data = line.substr(8);
  }
  try {
    Recipe recipe = parse_recipe(name, text);
    recipe.path = name;
    apply_overrides(recipe, changes, test::small_catalogue());
    const Spec spec = read_spec(recipe, test::small_catalogue(), options, diagnostics);
    if (!data.empty()) check_against_data(spec, test::signature(data), diagnostics);
    diagnostics.throw_if_errors(ExitCode::recipe);
  } catch (const UserError& error) {
    return texts_of(error.diagnostics()) + "exit code " + std::to_string(static_cast<int>(error.code())) + "\n";
  }
  return texts_of(diagnostics.list()) + "exit code 0\n";
}

TEST_CASE("recipes give the messages that golden files hold", "[golden]") {
  const std::string folder = test::source_path("tests/models/recipe/golden");
  size_t cases = 0;
  for (const std::string& file : list_directory(folder, ExitCode::io)) {
    if (!file.ends_with(".toml")) continue;
    ++cases;
    const std::string expected_path = folder + "/" + file.substr(0, file.size() - 5) + ".txt";
    const std::string found = outcome(file, read_text(folder + "/" + file, ExitCode::io));
    if (std::getenv("DLTRAIN_UPDATE_GOLDEN") != nullptr) {
      write_file_durably(expected_path, found);
      continue;
    }
    const std::string expected = exists(expected_path) ? read_text(expected_path, ExitCode::io) : "";
    INFO("recipe " << file);
    CHECK(found == expected);
  }
  CHECK(cases >= 150);
}

}  // namespace
}  // namespace dltrain::models
