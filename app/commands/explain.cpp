// dltrain explain: a recipe at any stage of its way to kernels, or the documentation of anything that a recipe can
// name.
#include <algorithm>
#include <cstdio>

#include "app/command_line/command.h"
#include "app/error_pages.h"
#include "app/experiment.h"
#include "app/explain/origin.h"
#include "app/explain/search.h"
#include "app/json_events.h"
#include "app/reference_catalogue.h"
#include "app/reference_text.h"
#include "backends/factory.h"
#include "backends/plan.h"
#include "core/files.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "graph/passes.h"
#include "graph/print.h"
#include "models/recipe/canonical.h"
#include "models/recompute.h"
#include "models/zoo/zoo.h"
#include "training/device.h"
#include "training/hints/rule.h"

namespace dltrain::app {

namespace {

struct ExplainOptions {
  RecipeOptions recipe;  // recipe, or the name of a component
  std::string stage = "spec";
  bool markdown = false;  // the page of a family in docs/reference
  bool origin = false;    // where each value comes from
  std::string search;     // words
};

bool looks_like_recipe(const std::string& name) {
  const bool path = name.find('/') != std::string::npos && !name.starts_with(models::zoo::prefix);
  return name == "-" || name.ends_with(".toml") || path || exists(name);
}

// A hint's page without how it is measured, or the titles of all pages; empty if there is no such hint.
std::string hint_text(const std::string& name, bool markdown) {
  const std::map<std::string, std::string>& pages = training::hints::pages();
  if (name == "hint" || name == "hints") {
    std::string text;
    for (const auto& [code, page] : pages) text += page.substr(2, page.find('\n') - 1);
    return text;
  }
  const auto page = pages.find(name);
  if (page == pages.end()) return {};
  if (markdown) return page->second;
  std::string text = page->second.substr(2, page->second.find("## How it is measured") - 2);
  if (const size_t mark = text.find("## "); mark != std::string::npos) text.erase(mark, 3);
  return text + "How it is measured, and where the thresholds come from: dltrain explain " + name + " --markdown\n";
}

// "tf.keras.layers.Dense", "keras.losses.MeanSquaredError", "zoo/resnet20": what stands before the name says nothing.
std::string bare_name(const std::string& given) {
  if (given.starts_with(models::zoo::prefix)) return given.substr(models::zoo::prefix.size());
  const bool python = given.starts_with("tf.keras.") || given.starts_with("keras.");
  return python ? given.substr(given.rfind('.') + 1) : given;
}

// A text as people read it, or as the "text" of one line of JSON.
void print_text(const std::string& what, const std::string& text, bool json) {
  if (!json) {
    std::printf("%s", text.c_str());
    return;
  }
  Table line;
  line.set("event", "explain");
  line.set("version", 1);
  line.set("of", what);
  line.set("text", text);
  print_line(line);
}

ExitCode explain_name(const std::string& given, bool markdown, bool json) {
  const std::string name = bare_name(given);
  std::string text =
      markdown ? reference_page(reference_catalogue(), name) : reference_text(reference_catalogue(), name);
  if (text.empty() && !markdown) text = reference_text(reference_catalogue(), meant_section(name));
  const std::string hint = text.empty() ? hint_text(name, markdown) : text;
  const std::string key = hint.empty() && !markdown ? key_text(reference_catalogue(), name) : hint;
  if (const std::string found = key.empty() ? errors::text(name, markdown) : key; !found.empty()) {
    print_text(name, found, json);
    return ExitCode::ok;
  }
  std::vector<std::string> names = reference_families();
  const auto add_family = [&](const std::string& family) {
    for (const std::string& kind : reference_catalogue().names(family)) {
      names.push_back(kind);
      for (const Field& field : reference_catalogue().find(family, kind)->fields) names.push_back(field.name);
    }
  };
  for (const std::string& family : training::catalogue().families()) add_family(family);
  for (const auto& [code, page] : training::hints::pages()) names.push_back(code);
  for (const CodeEntry& entry : code_table)
    for (const std::string_view each : {entry.number, entry.name}) names.emplace_back(each);
  std::sort(names.begin(), names.end());
  add_family("zoo");  // last: of names that are as near, others are meant
  Diagnostic d{Severity::error,
               "unknown-name",
               {},
               "dltrain explain",
               "nothing is called " + quote(name),
               "",
               "",
               "name a recipe, or anything that \"dltrain list\" shows; --search WORDS looks for it"};
  // "conv" is the beginning of names rather than "csv" misspelt.
  const auto begins = [&](const std::string& each) { return snake_case(each).starts_with(snake_case(name)); };
  auto near = nearest(name, names);
  if (near && name.size() > 2 && !begins(*near) && std::ranges::any_of(names, begins)) near.reset();
  if (near) d.hint = "did you mean \"" + *near + "\"?";
  else if (const std::string found = search_text(reference_catalogue(), name); !found.empty())
    d.help = "what has it:\n" + found.substr(0, found.size() - 1);
  throw UserError(ExitCode::recipe, {std::move(d)});
}

void print_origins(const std::vector<Origin>& origins, bool json) {
  if (!json) std::printf("%s", origins_text(origins).c_str());
  if (!json) return;
  for (const Origin& each : origins) {
    Table line;
    line.set("path", each.path);
    line.set("value", each.value);
    line.set("from", each.from);
    print_line(line);
  }
}

graph::Graph simplified(const graph::Graph& graph) { return graph::run_passes(graph, graph::general_passes(), {}); }

std::string plan_text(const models::Spec& spec, models::Program& program) {
  const auto backend = training::open_device(spec.run);
  backends::require_precision(backend->device(), spec.run.precision);
  const auto plan = backends::compile_plan(program.train(spec.train.batch_size), *backend,
                                           {.recompute = models::recompute_wish(spec)});
  return "# training step, batch " + std::to_string(static_cast<int64_t>(spec.train.batch_size)) + ", device " +
         backend->device().name + ": " + backend->device().description + "\n" + plan->text();
}

ExitCode search(const std::string& words, bool json) {
  if (const std::string missing = missing_text(reference_catalogue(), words); !missing.empty())
    throw UserError(ExitCode::recipe, "unknown-name", "dltrain explain", missing, "see what there is: dltrain list");
  const std::string found = search_text(reference_catalogue(), words);
  if (found.empty()) {
    throw UserError(ExitCode::recipe, "unknown-name", "dltrain explain", "nothing has the words " + quote(words),
                    "use fewer words, or see what there is: dltrain list");
  }
  print_text(words, found, json);
  return ExitCode::ok;
}

ExitCode explain(const ExplainOptions& options, const CommonOptions& common) {
  if (!options.search.empty()) return search(options.search, common.json);
  if (options.recipe.recipe.empty()) {
    throw UserError(ExitCode::recipe, "command-line", "dltrain explain", "RECIPE or NAME is missing",
                    "name a recipe, or anything that \"dltrain list\" shows; --search WORDS looks for it");
  }
  if (!looks_like_recipe(options.recipe.recipe))
    return explain_name(options.recipe.recipe, options.markdown, common.json);
  const std::vector<std::string> stages = {"spec", "graph", "train", "plan"};
  if (std::find(stages.begin(), stages.end(), options.stage) == stages.end()) {
    Diagnostic d{Severity::error, "unknown-name", {}, "dltrain explain", "there is no stage " + quote(options.stage)};
    suggest(d, options.stage, stages);
    throw UserError(ExitCode::recipe, {std::move(d)});
  }
  training::OpenedRecipe recipe = open_recipe(options.recipe);
  if (options.origin) {
    print_origins(origins_of(recipe), common.json);
    return ExitCode::ok;
  }
  if (options.stage == "spec") {
    print_text(options.stage, models::canonical_toml(recipe.spec), common.json);
    return ExitCode::ok;
  }
  const auto data = open_data(recipe.spec);
  settle_batch(recipe.spec, data->signature());
  models::Program program = open_program(recipe.spec, data->signature());
  const std::string text =
      options.stage == "graph"   ? graph::print(simplified(program.predict(recipe.spec.train.batch_size)))
      : options.stage == "train" ? graph::print(simplified(program.train(recipe.spec.train.batch_size)))
                                 : plan_text(recipe.spec, program);
  print_text(options.stage, text, common.json);
  return ExitCode::ok;
}

}  // namespace

void register_explain(CommandLine& line) {
  Command& command = line.add(Group::look_up, "explain", "a recipe at any stage, or anything that a recipe can name");
  ExplainOptions& options = command.values<ExplainOptions>();
  command
      .argument("RECIPE|NAME", &options.recipe.recipe,
                "a recipe, or a name: of a component (Dense), a family (activations), a key (units, train.epochs)")
      .offer(Offer::recipes_or_names);
  add_changes_to_recipe(command, options.recipe);
  command.option("--stage", &options.stage, "STAGE", "spec, graph, train or plan")
      .show_default()
      .choices({"spec", "graph", "train", "plan"});
  command.flag("--origin", options.origin,
               "of a recipe: where each value comes from: recipe, what it extends, command line, default");
  command.option("--search", &options.search, "WORDS", "what has all of these words in its name, its keys or its text");
  command.flag("--markdown", options.markdown, "the page of a family in docs/reference").hidden();
  command.examples = {"dltrain explain recipes/digits.toml --stage graph", "dltrain explain Dense",
                      "dltrain explain recipe.toml --set train.epochs=3 --origin",
                      "dltrain explain --search \"early stop\""};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return explain(options, common); };
}

}  // namespace dltrain::app
