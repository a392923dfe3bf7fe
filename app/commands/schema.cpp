// dltrain schema: what editors need to complete and check recipes.
#include <cstdio>

#include "app/commands.h"
#include "app/schema/json_schema.h"
#include "core/files.h"
#include "formats/json/json.h"
#include "training/experiment.h"

namespace dltrain::app {

ExitCode schema(const SchemaOptions& options, const CommonOptions&) {
  const std::string text = formats::json_text(Setting(recipe_schema(training::catalogue())), 1) + "\n";
  if (options.output.empty()) std::fputs(text.c_str(), stdout);
  else write_file_durably(options.output, text);
  return ExitCode::ok;
}

}  // namespace dltrain::app
