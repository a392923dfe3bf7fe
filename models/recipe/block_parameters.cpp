#include "models/recipe/block_parameters.h"

#include <algorithm>

#include "core/text.h"
#include "models/recipe/sections.h"

namespace dltrain::models {

namespace {

bool is_key_of_use(const std::string& key) {
  static const Schema schema = make_schema<BlockUseKeys>("section");
  return schema.find(key) != nullptr;
}

// Whether a value may stand where the default is of another type: whole numbers are real ones, one size stands for
// several, a name for a table with its type.
bool fits(const Setting& value, const Setting& by_default) {
  if (value.data().index() == by_default.data().index()) return true;
  const auto is_number = [](const Setting& s) { return s.integer() != nullptr || s.real() != nullptr; };
  if (is_number(value) && by_default.real() != nullptr) return true;
  const auto is_sizes = [](const Setting& s) { return s.integer() != nullptr || s.list() != nullptr; };
  if (is_sizes(value) && is_sizes(by_default)) return true;
  const auto is_component = [](const Setting& s) { return s.text() != nullptr || s.table() != nullptr; };
  return is_component(value) && is_component(by_default);
}

std::vector<std::string> parameters_of(const Block& block) {
  std::vector<std::string> names = block.required;
  for (const Table::Entry& param : block.params.entries()) names.push_back(param.key);
  return names;
}

}  // namespace

Table read_block_use(Reading& reading, const Block& block, const Table& keys, const std::string& who,
                     const Place& place) {
  const bool of_zoo = block.own_blocks != nullptr;
  const std::string what = of_zoo ? "the model" : "the block";
  const std::vector<std::string> known = parameters_of(block);
  std::vector<std::string> no_keys_of_use;
  Table parameters = block.params;
  Diagnostics& diagnostics = reading.diagnostics;
  for (const Table::Entry& entry : keys.entries()) {
    if (is_key_of_use(entry.key)) continue;
    no_keys_of_use.push_back(entry.key);
    if (entry.key == "type") continue;
    if (std::ranges::find(known, entry.key) == known.end()) {
      suggest(
          diagnostics.error("unknown-parameter", entry.key_place, who, what + " has no parameter " + quote(entry.key)),
          entry.key, known, of_zoo ? "dltrain explain " + block.name : "");
      continue;
    }
    const Setting* by_default = block.params.find(entry.key);
    if (by_default != nullptr && !fits(entry.value, *by_default)) {
      diagnostics.error("wrong-type", entry.value.place(), who,
                        entry.key + " is " + by_default->type_text() + " in " + what + " (" + by_default->toml() +
                            "), and was " + entry.value.toml());
      continue;
    }
    parameters.set(entry.key, entry.value, entry.key_place);
  }
  reading.read_as<BlockUseKeys>(keys, who, no_keys_of_use, place);
  for (const std::string& name : block.required) {
    if (parameters.contains(name)) continue;
    diagnostics.error("missing-key", place, who, "the parameter " + quote(name) + " is missing").help =
        "it has no default in [blocks." + toml_key(block.name) + "]";
  }
  return parameters;
}

}  // namespace dltrain::models
