// Which column of a table is what: a feature of an input, a target, the weight, or nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/source.h"
#include "datasets/table/category_choice.h"
#include "datasets/table/column_ref.h"
#include "datasets/table/layout.h"

namespace dltrain::datasets {

// The keys of a recipe that give columns their roles.
struct RoleOptions {
  std::optional<ColumnGroups> target;
  std::optional<std::vector<ColumnRef>> features;
  std::optional<ColumnGroups> inputs;
  std::vector<ColumnRef> ignore;
  std::optional<ColumnRef> weight;
  CategoryChoice categorical;
  MissingRules on_missing;
  std::string missing_category;  // what a missing value is called where it is a category of its own
  Place place;  // of the source, for what is missing altogether
};

struct TableRoles {
  struct Input {
    std::string name;
    std::vector<size_t> columns;
    std::vector<MissingRule> rules;  // by column
    // By column: none: numbers; else its categories, which are its distinct values where the list is empty.
    std::vector<std::optional<std::vector<std::string>>> categories;
  };
  struct Target {
    std::string name;
    TargetKind kind = TargetKind::automatic;
    bool is_input = false;  // an autoencoder: the target is the first input
    std::vector<size_t> columns;
    bool drops_missing = false;
  };
  std::vector<Input> inputs;
  std::vector<Target> targets;
  std::optional<size_t> weight;
};

// With a contract, inputs have the contract's columns and categories in its order. Throws UserError (recipe) for columns
// that do not exist, a target that is also a feature, inputs or outputs without columns, rules that do not fit their
// column; (data) if features hold texts.
TableRoles assign_roles(const TableLayout& layout, const RoleOptions& options, const LoadRequest& request);

}  // namespace dltrain::datasets
