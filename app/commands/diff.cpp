// dltrain diff: what differs between two recipes in meaning, and what that costs.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "app/check/static_part.h"
#include "app/command_line/command.h"
#include "app/experiment.h"
#include "app/json_events.h"
#include "core/files.h"
#include "core/text.h"
#include "core/user_files.h"
#include "models/recipe/difference.h"
#include "models/recipe/same_layers.h"
#include "training/experiment.h"

namespace dltrain::app {

namespace {

struct DiffOptions {
  std::string before, now;
};

using models::Difference;

// What a recipe takes; none where its data or its model cannot be looked at, with the reason.
struct Cost {
  std::optional<StaticPart> part;
  std::string trouble;
};

Cost cost_of(const models::Spec& spec) {
  Findings quiet(false);
  try {
    models::Spec settled = spec;
    return {static_part(settled, quiet), ""};
  } catch (const UserError& error) {
    const Diagnostic& first = error.diagnostics().front();
    return {std::nullopt, first.who.empty() ? first.what : first.who + ": " + first.what};
  }
}

int64_t trained(const StaticPart& part) {
  int64_t count = 0;
  for (const LayerRow& layer : part.layers) count += layer.trained;
  return count;
}

std::string plus(int64_t difference, const std::string& amount) { return (difference < 0 ? "-" : "+") + amount; }

std::string count_change(int64_t before, int64_t now) {
  return plus(now - before, count_text(now > before ? now - before : before - now));
}

std::string bytes_change(int64_t before, int64_t now) {
  return plus(now - before, bytes_text(static_cast<uint64_t>(now > before ? now - before : before - now)));
}

std::string text_of(const Difference& each) {
  if (each.before.empty()) return each.path + "  new: " + each.now;
  if (each.now.empty()) return each.path + "  gone, was " + each.before;
  return each.path + "  " + each.before + " -> " + each.now;
}

// By the layer's name in the second recipe: how many more parameters it has.
std::map<std::string, int64_t> changes_by_layer(const models::Spec& a, const models::Spec& b, const StaticPart& before,
                                                const StaticPart& now) {
  std::map<std::string, std::string> called = models::same_layers(a.model, b.model);
  std::map<std::string, int64_t> changes;
  for (const LayerRow& layer : now.layers) changes[layer.name] += layer.trained;
  for (const LayerRow& layer : before.layers) {
    if (const auto known = called.find(layer.name); known != called.end()) changes[known->second] -= layer.trained;
  }
  return changes;
}

// The layer that a difference is of, among those that `changes` knows; empty if it is of none.
std::string layer_of(const Difference& each, const std::map<std::string, int64_t>& changes) {
  for (const auto& [name, change] : changes) {
    if (each.path == "layers." + name || each.path.starts_with("layers." + name + ".")) return name;
  }
  return {};
}

// Whether a difference may be why a layer has other parameters: the layer itself, or a key of sizes, yes or no, or type.
bool may_change_parameters(const Difference& each, const std::string& layer) {
  const std::string path = "layers." + layer;
  if (each.path == path) return true;
  const std::string key = each.path.substr(path.size() + 1);
  const std::string& value = each.now.empty() ? each.before : each.now;
  return key == "type" || (key.find('.') == std::string::npos &&
                           (parse_integer(value) || value.starts_with('[') || value == "true" || value == "false"));
}

// How many more parameters a layer has stands once, with the difference that it comes from.
void print_keys(const std::vector<Difference>& differences, const std::map<std::string, int64_t>& changes) {
  std::set<std::string> said, shown;
  for (const Difference& each : differences) {
    const std::string layer = layer_of(each, changes);
    shown.insert(layer);
    std::string line = text_of(each);
    const bool cause = !layer.empty() && changes.at(layer) != 0 && may_change_parameters(each, layer);
    if (cause && said.insert(layer).second) line += "  (" + count_change(0, changes.at(layer)) + " parameters)";
    std::printf("%s\n", line.c_str());
  }
  for (const auto& [name, change] : changes) {
    if (change != 0 && !said.contains(name))
      std::printf("layers.%s  %sanother input  (%s parameters)\n", name.c_str(),
                  shown.contains(name) ? "" : "the same keys, ", count_change(0, change).c_str());
  }
}

void print_costs(const StaticPart& before, const StaticPart& now) {
  const int64_t old_parameters = trained(before), parameters = trained(now);
  if (old_parameters != parameters)
    std::printf("parameters  %s -> %s  (%s)\n", count_text(old_parameters).c_str(), count_text(parameters).c_str(),
                count_change(old_parameters, parameters).c_str());
  if (before.arithmetic.forward != now.arithmetic.forward && before.arithmetic.forward > 0)
    std::printf("work        %s -> %s MFLOP for a sample forward\n", millions_text(before.arithmetic.forward).c_str(),
                millions_text(now.arithmetic.forward).c_str());
  const int64_t old_memory = before.memory.total(), memory = now.memory.total();
  if (old_memory != memory)
    std::printf("memory      %s -> %s  (%s)\n", bytes_text(static_cast<uint64_t>(old_memory)).c_str(),
                bytes_text(static_cast<uint64_t>(memory)).c_str(), bytes_change(old_memory, memory).c_str());
}

Table cost_table(const StaticPart& part) {
  Table table;
  table.set("trained_parameters", trained(part));
  table.set("forward_flops", part.arithmetic.forward);
  table.set("memory", part.memory.total());
  return table;
}

void print_json(const DiffOptions& options, const std::vector<Difference>& differences, const Cost& before,
                const Cost& now) {
  Table table;
  table.set("event", "diff");
  table.set("version", 1);
  table.set("before", options.before);
  table.set("now", options.now);
  List list;
  for (const Difference& each : differences) {
    Table entry;
    entry.set("path", each.path);
    if (!each.before.empty()) entry.set("before", each.before);
    if (!each.now.empty()) entry.set("now", each.now);
    list.emplace_back(std::move(entry));
  }
  table.set("differences", std::move(list));
  if (before.part) table.set("cost_before", cost_table(*before.part));
  if (now.part) table.set("cost_now", cost_table(*now.part));
  print_line(table);
}

// A key that only one of them has, with the value that it has by default: it came with another source or a callback.
bool is_default(const Difference& each, const models::Spec& a, const models::Spec& b) {
  const bool is_new = each.before.empty();
  if (!is_new && !each.now.empty()) return false;
  const std::string& value = is_new ? each.now : each.before;
  const std::vector<std::string> parts = split(each.path, '.');
  const Schema* schema = nullptr;
  if (parts.size() == 2 && parts[0] == "data")
    schema = training::catalogue().find("source", (is_new ? b : a).data.source.kind);
  if (parts.size() == 3 && parts[0] == "callbacks") schema = training::catalogue().find("callback", parts[1]);
  const Field* field = schema != nullptr ? schema->find(parts.back()) : nullptr;
  return field != nullptr && field->default_value.toml() == value;
}

// The same of a component that another one replaces: its own keys say nothing more where they are left to their defaults.
bool is_default_of_another(const Difference& each, const std::vector<Difference>& differences) {
  const bool is_new = each.before.empty();
  const size_t dot = each.path.rfind('.');
  if ((!is_new && !each.now.empty()) || dot == std::string::npos) return false;
  const auto type = std::ranges::find(differences, each.path.substr(0, dot), &Difference::path);
  if (type == differences.end() || type->before.empty() || type->now.empty()) return false;
  const std::string& kind = is_new ? type->now : type->before;
  return kind.size() > 2 &&
         std::ranges::any_of(
             training::catalogue().everywhere(kind.substr(1, kind.size() - 2)), [&](const Schema* schema) {
               const Field* field = schema->find(each.path.substr(dot + 1));
               return field != nullptr && field->default_value.toml() == (is_new ? each.now : each.before);
             });
}

// By key: the files and folders that a recipe's data are in, as the recipe writes them and where that is.
struct Where {
  std::string written, place;
};
std::map<std::string, Where> data_places(const models::Spec& spec) {
  std::map<std::string, Where> places;
  const auto add = [&](const std::string& section, const Component& source) {
    const Schema* schema = training::catalogue().find("source", source.kind);
    for (const Table::Entry& entry : source.params.entries()) {
      const Field* field = schema != nullptr ? schema->find(entry.key) : nullptr;
      if (field == nullptr || !field->path || entry.value.text() == nullptr || entry.value.text()->empty()) continue;
      const std::string folder = absolute_path(parent_path(absolute_path(spec.recipe_path)));
      places[section + "." + entry.key] = {entry.value.toml(), join_path(folder, *entry.value.text())};
    }
  };
  add("data", spec.data.source);
  if (spec.data.validation && spec.data.validation->source) add("data.validation", *spec.data.validation->source);
  if (spec.data.test && spec.data.test->source) add("data.test", *spec.data.test->source);
  return places;
}

// Relative paths mean other files in other folders; what neither folder has is looked for in the same place.
void compare_places(const models::Spec& a, const models::Spec& b, std::vector<Difference>& differences) {
  const std::map<std::string, Where> before = data_places(a), now = data_places(b);
  for (const auto& [key, there] : now) {
    const auto known = before.find(key);
    if (known == before.end()) continue;
    const Where& here = known->second;
    const bool found = exists(here.place) || exists(there.place);
    if (found && is_same_file(here.place, there.place)) {
      std::erase_if(differences, [&](const Difference& each) { return each.path == key; });
    } else if (found && here.written == there.written) {
      differences.push_back({key, quote(here.place), quote(there.place)});
    }
  }
}

ExitCode diff(const DiffOptions& options, const CommonOptions& common) {
  RecipeOptions recipe;
  recipe.recipe = options.before;
  const models::Spec a = open_recipe(recipe).spec;
  recipe.recipe = options.now;
  const models::Spec b = open_recipe(recipe).spec;
  std::vector<Difference> differences = models::differences_in_meaning(a, b);
  std::erase_if(differences, [&](const Difference& each) { return each.path == "name" || is_default(each, a, b); });
  const std::vector<Difference> all = differences;
  std::erase_if(differences, [&](const Difference& each) { return is_default_of_another(each, all); });
  compare_places(a, b, differences);
  const Cost before = differences.empty() ? Cost() : cost_of(a), now = differences.empty() ? Cost() : cost_of(b);
  if (common.json) {
    print_json(options, differences, before, now);
    return ExitCode::ok;
  }
  if (differences.empty()) std::printf("both recipes mean the same\n");
  const bool known = before.part && now.part;
  print_keys(differences, known ? changes_by_layer(a, b, *before.part, *now.part) : std::map<std::string, int64_t>());
  if (known) print_costs(*before.part, *now.part);
  else if (!differences.empty())
    std::fprintf(stderr, "what they take is not known: %s\n", (before.part ? now.trouble : before.trouble).c_str());
  return ExitCode::ok;
}

}  // namespace

void register_diff(CommandLine& line) {
  Command& command = line.add(Group::write, "diff", "what differs between two recipes in meaning, and what that costs");
  DiffOptions& options = command.values<DiffOptions>();
  command.argument("A", &options.before, "a recipe").required().offer(Offer::recipes);
  command.argument("B", &options.now, "another one").required().offer(Offer::recipes);
  command.examples = {"dltrain diff recipes/digits.toml recipes/digits_cnn.toml"};
  command.json = true;
  command.run = [&options](const CommonOptions& common) { return diff(options, common); };
}

}  // namespace dltrain::app
