#include "training/experiment.h"

#include <set>

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
  models::resolve_extends(recipe, catalogue(), warnings);  // what is wrong there is said with all the rest
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

// Where the recipe says what a message is about: a column, array or file that it names.
class PlaceFinder {
 public:
  explicit PlaceFinder(const Diagnostic& message) : message_(message) {}

  void look(const Table& keys) {
    for (const Table::Entry& entry : keys.entries()) look(entry.value, entry.key_place);
  }
  const Place& best() const { return best_; }

 private:
  void look(const Setting& value, const Place& key_place) {
    if (const Table* table = value.table()) look(*table);
    for (const Setting& each : value.list() != nullptr ? *value.list() : List()) look(each, key_place);
    if (value.text() == nullptr || value.text()->empty()) return;
    const bool named = message_.what.find(quote(*value.text())) != std::string::npos;
    const bool file = value.text()->size() > 2 && message_.who.find(*value.text()) != std::string::npos;
    const int likely = named ? 2 : file ? 1 : 0;
    if (likely <= found_) return;
    found_ = likely;
    best_ = value.place().known() ? value.place() : key_place;
  }

  const Diagnostic& message_;
  int found_ = 0;
  Place best_;
};

// Mistakes in the data have no place of their own: they are said where the recipe names what they are about.
template <class Work> auto at_source(const models::Spec& spec, Work work) {
  try {
    return work();
  } catch (const UserError& error) {
    std::vector<Diagnostic> said = error.diagnostics();
    std::set<std::pair<int, int>> shown;
    for (Diagnostic& each : said) {
      if (each.place.known()) continue;
      PlaceFinder finder(each);
      finder.look(spec.data.source.params);
      for (const auto* part : {&spec.data.validation, &spec.data.test}) {
        if (*part && (*part)->source) finder.look((*part)->source->params);
      }
      const Place& best = finder.best();
      const bool again = !shown.emplace(best.line, best.column).second;  // of many cells: the line is shown once
      each.place = again ? Place{best.source} : best;
    }
    throw UserError(error.code(), std::move(said));
  }
}

datasets::SourceRegistry all_sources() {
  datasets::SourceRegistry registry;
  datasets::register_all(registry);
  return registry;
}

}  // namespace

std::unique_ptr<datasets::Dataset> open_data(const models::Spec& spec, const datasets::DataContract* contract,
                                             Diagnostics& warnings) {
  const auto open = [&] { return datasets::open_dataset(all_sources(), request_of(spec), warnings, contract); };
  return contract == nullptr ? at_source(spec, open) : open();  // the recipe of a trained model is not the user's
}

datasets::DataLook look_at_data(const models::Spec& spec, Diagnostics& warnings) {
  return at_source(spec, [&] { return datasets::look_at_data(all_sources(), request_of(spec), warnings); });
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
