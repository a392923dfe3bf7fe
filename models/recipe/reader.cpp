#include "models/recipe/reader.h"

#include <algorithm>
#include <array>

#include "core/files.h"
#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

constexpr std::array section_names = {"run", "data", "blocks", "model", "train", "evaluate", "predict"};

bool is_section(const std::string& key) {
  return std::find(section_names.begin(), section_names.end(), key) != section_names.end();
}

// Sections and keys at the top that do not exist.
std::vector<std::string> report_unknown_at_top(Reading& reading) {
  std::vector<std::string> known(section_names.begin(), section_names.end());
  known.emplace_back("callbacks");
  known.emplace_back("expect");
  std::vector<std::string> handled = known;
  known.insert(known.end(), {"name", "extends", "seed", "schema"});
  size_t count = 0;
  for (const Table::Entry& entry : reading.recipe.table.entries()) {
    const List* list = entry.value.list();
    const bool tables = list != nullptr && !list->empty() && list->front().table() != nullptr;  // [[name]]
    const bool table = entry.value.table() != nullptr || tables;
    if (is_section(entry.key) || entry.key == "callbacks" || entry.key == "expect" || !table || ++count > 20) continue;
    if (!report_later(reading.diagnostics, "recipe", entry, "")) {
      Diagnostic& d = reading.diagnostics.error(
          "unknown-section", entry.key_place, "",
          "there is no section " + (tables ? "[[" + entry.key + "]]" : "[" + entry.key + "]"));
      suggest(d, entry.key, known);
      d.help = advice_about_key("recipe", entry.key);
      if (const auto meant = nearest(entry.key, known)) reading.misspelt.push_back(*meant);
    }
    handled.push_back(entry.key);
  }
  return handled;
}

void read_top(Reading& reading, Spec& spec) {
  const TopSection top =
      reading.read_as<TopSection>(reading.recipe.table, "", report_unknown_at_top(reading), reading.whole());
  spec.seed = static_cast<uint64_t>(top.seed);
  if (top.extends) {
    reading.diagnostics
        .error("contradiction", reading.recipe.table.key_place("extends"), "",
               "the recipe in a model's folder stands on its own and extends no other")
        .help =
        "write out what it takes from there: \"dltrain explain RECIPE\" prints a recipe with all that it extends";
  }
  std::string stem = file_name(reading.recipe.path);
  if (const size_t dot = stem.rfind('.'); dot != std::string::npos && dot > 0) stem.resize(dot);
  spec.name = top.name.value_or(stem.empty() ? "recipe" : stem);
}

template <class T> T read_plain(Reading& reading, const std::string& name) {
  const Table* table = reading.section(name);
  return table == nullptr ? T() : reading.read_as<T>(*table, "[" + name + "]", {}, reading.section_place(name));
}

// What only a look at several sections shows; for recipes that are right otherwise.
void check_across(Reading& reading, const Spec& spec) {
  const Table* train =
      reading.recipe.table.find("train") != nullptr ? reading.recipe.table.at("train").table() : nullptr;
  if (train != nullptr && train->contains("validation_freq") && spec.train.validation_freq != 1 &&
      !spec.data.validation) {
    Diagnostic& d = reading.diagnostics.warning("no-effect", train->key_place("validation_freq"), "[train]",
                                                "validation_freq has no effect without a validation part");
    d.help = "add [data.validation] with split = 0.1, or leave it out";
  }
}

}  // namespace

Spec read_spec(const Recipe& recipe, const Catalogue& catalogue, const ReadOptions& options, Diagnostics& diagnostics) {
  Reading reading{catalogue, recipe, options, diagnostics, {}};
  Spec spec;
  spec.recipe_path = recipe.path;
  read_top(reading, spec);
  spec.run = read_plain<RunSpec>(reading, "run");
  spec.data = read_data(reading);
  bool outputs_ok = true;
  spec.model = read_model(reading, outputs_ok);
  spec.train = read_train(reading, spec.model, outputs_ok);
  const Table* train = reading.recipe.table.contains("train") ? reading.recipe.table.at("train").table() : nullptr;
  if (train != nullptr && train->contains("freeze")) freeze_layers(reading, train->at("freeze"), spec.model);
  if (train != nullptr && train->contains("recompute")) check_recompute(reading, train->at("recompute"), spec.model);
  spec.evaluate = read_plain<EvaluateSpec>(reading, "evaluate");
  spec.predict = read_plain<PredictSpec>(reading, "predict");
  spec.callbacks = read_callbacks(reading);
  spec.expect = read_expectations(reading);
  if (outputs_ok && options.for_training) check_values(reading, spec);
  if (!diagnostics.has_errors()) check_across(reading, spec);
  diagnostics.sort_by_place();
  diagnostics.throw_if_errors(ExitCode::recipe);
  return spec;
}

}  // namespace dltrain::models
