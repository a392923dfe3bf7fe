// dltrain schema: what editors need to complete and check recipes.
#include <cstdio>

#include "app/command_line/command.h"
#include "app/reference_catalogue.h"
#include "app/schema/json_schema.h"
#include "core/files.h"
#include "formats/json/json.h"

namespace dltrain::app {

namespace {

struct SchemaOptions {
  std::string output;  // empty: standard output
};

ExitCode schema(const SchemaOptions& options, const CommonOptions& common) {
  const Setting described(recipe_schema(reference_catalogue()));
  const std::string text = formats::json_text(described, common.json ? 0 : 1) + "\n";
  if (options.output.empty()) std::fputs(text.c_str(), stdout);
  else write_file_durably(options.output, text);
  return ExitCode::ok;
}

}  // namespace

void register_schema(CommandLine& line) {
  Command& command =
      line.add(Group::look_up, "schema", "the JSON Schema of recipes, for completion and errors in editors");
  SchemaOptions& options = command.values<SchemaOptions>();
  command.option("--output", &options.output, "FILE", "write it to a file");
  command.examples = {"dltrain schema --output recipe.schema.json"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return schema(options, common); };
}

}  // namespace dltrain::app
