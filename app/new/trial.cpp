#include "app/new/trial.h"

#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "training/experiment.h"

namespace dltrain::app {

std::vector<Diagnostic> try_recipe(const std::string& path, const std::string& text) {
  Diagnostics warnings;
  models::Recipe recipe = models::parse_recipe(path, text);
  recipe.path = path;
  const models::Spec spec = models::read_spec(recipe, training::catalogue(), {}, warnings);
  const bool slow = spec.data.source.kind == "images";  // every image would be decoded
  const DataSignature signature = slow ? training::look_at_data(spec, warnings).signature
                                       : training::open_data(spec, nullptr, warnings)->signature();
  training::open_program(spec, signature, warnings);
  return warnings.list();
}

}  // namespace dltrain::app
