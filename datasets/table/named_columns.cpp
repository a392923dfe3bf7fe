#include "datasets/table/named_columns.h"

#include <algorithm>
#include <functional>

#include "core/diagnostic.h"
#include "core/text.h"

namespace dltrain::datasets {

namespace {

using See = std::function<void(const ColumnRef& column, const std::string& key)>;

void see_groups(const std::optional<ColumnGroups>& groups, const std::string& key, const See& see) {
  if (!groups) return;
  for (const ColumnGroups::Group& group : groups->groups) {
    for (const ColumnRef& column : group.columns) see(column, key);
  }
}

// All but those of target and categorical.
void see_columns(const RoleOptions& options, const See& see) {
  see_groups(options.inputs, "inputs", see);
  if (options.features) {
    for (const ColumnRef& column : *options.features) see(column, "features");
  }
  for (const ColumnRef& column : options.ignore) see(column, "ignore");
  if (options.weight) see(*options.weight, "weight");
  for (const auto& [column, rule] : options.on_missing.by_column) see(column, "on_missing");
}

void see_categorical(const RoleOptions& options, const See& see) {
  for (const CategoryChoice::Column& each : options.categorical.columns) see(each.column, "categorical");
}

}  // namespace

bool means_input(const TableLayout& layout, const std::vector<ColumnRef>& columns) {
  if (columns.size() != 1) return false;
  const std::string* name = std::get_if<std::string>(&columns[0].name);
  return name != nullptr && *name == "input" && std::ranges::find(layout.names, "input") == layout.names.end();
}

void check_columns(const TableLayout& layout, const RoleOptions& options, const LoadRequest& request) {
  Diagnostics mistakes;
  const See check = [&](const ColumnRef& column, const std::string& key) {
    try {
      find_column(layout, column, key);
    } catch (const UserError& error) {
      mistakes.add(error.diagnostics());
    }
  };
  see_columns(options, check);
  if (request.contract == nullptr) {
    see_categorical(options, check);
    for (const auto& group : options.target ? options.target->groups : std::vector<ColumnGroups::Group>()) {
      if (means_input(layout, group.columns)) continue;
      for (const ColumnRef& column : group.columns) check(column, "target");
    }
  }
  mistakes.sort_by_place();
  mistakes.throw_if_errors(ExitCode::recipe);
}

std::vector<std::string> mentioned_names(const RoleOptions& options, const LoadRequest& request) {
  std::vector<std::string> names;
  const See add = [&](const ColumnRef& column, const std::string&) {
    if (const std::string* name = std::get_if<std::string>(&column.name)) names.push_back(*name);
  };
  see_groups(options.target, "target", add);
  see_columns(options, add);
  see_categorical(options, add);
  if (request.contract == nullptr) return names;
  for (const InputContract& input : request.contract->inputs) {
    for (const std::string& name : input.preparation.columns) {
      if (!parse_integer(name)) names.push_back(name);
    }
  }
  return names;
}

}  // namespace dltrain::datasets
