#include "training/experiment.h"

#include "backends/host.h"
#include "core/files.h"
#include "core/text.h"
#include "datasets/open.h"
#include "layers/registry.h"
#include "models/catalogue.h"
#include "models/checks.h"
#include "models/losses/loss.h"
#include "models/recipe/extends.h"
#include "models/recipe/overrides.h"
#include "models/recipe/parse.h"
#include "models/recipe/reader.h"
#include "training/callback.h"
#include "training/callbacks/support/direction.h"

namespace dltrain::training {

const Catalogue& catalogue() {
  static const Catalogue all = [] {
    Catalogue catalogue;
    layers::fill_catalogue(catalogue);
    models::fill_catalogue(catalogue);
    datasets::fill_catalogue(catalogue);
    callback_registry().fill(catalogue);
    models::add_planned(catalogue);
    return catalogue;
  }();
  return all;
}

namespace {

// More threads than processors wait for each other in every kernel.
void warn_of_threads(const models::Recipe& recipe, int64_t threads, Diagnostics& warnings) {
  const int usable = backends::usable_threads();
  if (threads <= usable) return;
  const Setting* run = recipe.table.find("run");
  const Setting* given = run != nullptr && run->table() != nullptr ? run->table()->find("threads") : nullptr;
  warnings
      .warning("threads", given != nullptr ? given->place() : Place(), "[run]",
               "threads is " + std::to_string(threads) + ", and this process may use " + counted(usable, "processor") +
                   ": threads beyond that wait for each other")
      .help = "leave it out, or write threads = " + std::to_string(usable);
}

models::Spec read_changed(const models::Recipe& recipe, Diagnostics& warnings) {
  try {
    return models::read_spec(recipe, catalogue(), {}, warnings);
  } catch (const UserError& error) {
    std::vector<Diagnostic> all = error.diagnostics();
    for (Diagnostic& each : all) models::explain_quotes(each);
    throw UserError(error.code(), std::move(all));
  }
}

}  // namespace

OpenedRecipe open_recipe(const std::string& path, const std::vector<models::Override>& changes, Diagnostics& warnings) {
  models::Recipe recipe = models::load_recipe(path);
  OpenedRecipe opened{recipe.source->text, {}, {}};
  models::resolve_extends(recipe, catalogue());
  models::apply_overrides(recipe, changes, catalogue());
  opened.spec = read_changed(recipe, warnings);
  warn_of_threads(recipe, opened.spec.run.threads, warnings);
  opened.table = std::move(recipe.table);
  check_monitor_modes(opened.spec, warnings);
  return opened;
}

namespace {

DataRequest request_of(const models::Spec& spec) {
  DataRequest request;
  request.spec = spec.data;
  request.recipe_folder = parent_path(spec.recipe_path);
  request.seed = spec.seed;
  for (const models::InputSpec& input : spec.model.inputs) request.input_names.push_back(input.name);
  for (const models::OutputSpec& output : spec.train.outputs) {
    request.targets.push_back({output.name, models::make_loss(output.loss)->traits().target_kind()});
  }
  if (request.targets.size() == 1) {
    request.target_kind = request.targets.front().kind;
    request.targets.clear();
  }
  return request;
}

datasets::SourceRegistry all_sources() {
  datasets::SourceRegistry registry;
  datasets::register_all(registry);
  return registry;
}

}  // namespace

std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec, const datasets::DataContract* contract,
                                             Diagnostics& warnings) {
  return datasets::open_dataset(all_sources(), request_of(spec), warnings, contract);
}

datasets::DataLook look_at_data(const models::Spec& spec, Diagnostics& warnings) {
  return datasets::look_at_data(all_sources(), request_of(spec), warnings);
}

models::Program open_program(const models::Spec& spec, const DataSignature& signature, Diagnostics& warnings) {
  Diagnostics found;
  models::check_against_data(spec, signature, found);
  found.throw_if_errors(ExitCode::recipe);
  models::Program program(spec, signature);
  warnings.add(found.list());
  warnings.add(program.warnings().list());
  return program;
}

}  // namespace dltrain::training
