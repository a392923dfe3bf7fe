#include "datasets/table/roles.h"

#include <algorithm>

#include "core/diagnostic.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "datasets/table/named_columns.h"

namespace dltrain::datasets {

namespace {

bool contains(const std::vector<size_t>& columns, size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

[[noreturn]] void refuse(const Place& place, const std::string& what, const std::string& help = {}) {
  Diagnostic error{Severity::error, "column-roles", place, "data", what};
  error.help = help;
  throw UserError(ExitCode::recipe, {error});
}

class Assigner {
 public:
  Assigner(const TableLayout& layout, const RoleOptions& options, const LoadRequest& request)
      : layout_(layout), options_(options), request_(request) {}

  TableRoles assign() {
    check_columns(layout_, options_, request_);
    if (options_.weight) roles_.weight = find_column(layout_, *options_.weight, "weight");
    assign_targets();
    assign_inputs();
    assign_categories();
    assign_rules();
    check_text_features();
    return std::move(roles_);
  }

 private:
  std::vector<size_t> find_all(const std::vector<ColumnRef>& columns, const std::string& key) const {
    std::vector<size_t> found;
    for (const ColumnRef& column : columns) {
      const size_t at = find_column(layout_, column, key);
      if (contains(found, at)) refuse(column.place, key + " names " + layout_.column_text(at) + " twice");
      found.push_back(at);
    }
    return found;
  }

  void add_target(const TargetRequest& wanted, const std::vector<ColumnRef>& columns) {
    TableRoles::Target target{wanted.name, wanted.kind, means_input(layout_, columns), {}, false};
    if (!target.is_input) refuse_without_answers(columns);
    if (!target.is_input) target.columns = find_all(columns, "target");
    if (roles_.weight && contains(target.columns, *roles_.weight)) {
      refuse(options_.weight->place, layout_.column_text(*roles_.weight) + " is the target and the weight of samples",
             "name another column, or leave weight out");
    }
    if (target.columns.size() > 1 && target.kind == TargetKind::classes) {
      refuse(columns[0].place,
             "target names " + std::to_string(target.columns.size()) + " columns, but a classification has one",
             "name the column that holds the class; with a column of 0 and 1 for each class, the loss is "
             "\"categorical_crossentropy\"");
    }
    roles_.targets.push_back(std::move(target));
  }

  // A model's data without the column that it predicts.
  void refuse_without_answers(const std::vector<ColumnRef>& columns) const {
    if (request_.contract == nullptr || layout_.names.empty()) return;
    for (const ColumnRef& column : columns) {
      const std::string* name = std::get_if<std::string>(&column.name);
      if (name == nullptr || std::ranges::find(layout_.names, *name) != layout_.names.end()) continue;
      throw UserError(ExitCode::data, "part-differs", layout_.path,
                      "has no column " + quote(*name) + ", which the model predicts",
                      "to measure a model, its data must hold the answers; dltrain predict needs none");
    }
  }

  void assign_targets() {
    if (!options_.target) {
      refuse(options_.place, "the key \"target\" is missing",
             "say which column the model learns to predict: target = " +
                 (layout_.names.empty() ? std::string("-1 (the last)") : quote(layout_.names.back())));
    }
    const std::vector<ColumnGroups::Group>& groups = options_.target->groups;
    const bool several = request_.targets.size() > 1;
    for (const TargetRequest& wanted : request_.targets) {
      const auto group =
          std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == wanted.name; });
      if (group != groups.end()) {
        add_target(wanted, group->columns);
      } else if (!several && groups.size() == 1) {
        add_target(wanted, groups[0].columns);
      } else {
        refuse(groups.empty() ? options_.place : groups[0].place,
               "target has no column for the output " + quote(wanted.name),
               "write target = { " + wanted.name + " = \"COLUMN\", ... } with one entry for each output");
      }
    }
    for (const auto& group : groups) check_output_exists(group);
  }

  void check_output_exists(const ColumnGroups::Group& group) const {
    if (group.name.empty() || request_.targets.size() == 1) return;
    std::vector<std::string> names;
    for (const TargetRequest& wanted : request_.targets) names.push_back(wanted.name);
    if (std::find(names.begin(), names.end(), group.name) != names.end()) return;
    Diagnostic error{Severity::error, "unknown-output", group.place, "data",
                     "target names the output " + quote(group.name) + ", which the model does not have"};
    suggest(error, group.name, names);
    throw UserError(ExitCode::recipe, {error});
  }

  void assign_inputs() {
    if (options_.inputs && options_.features) {
      refuse(options_.place, "features and inputs are both given", "use inputs for several inputs, features for one");
    }
    if (options_.inputs) return assign_named_inputs();
    if (request_.input_names.size() > 1) {
      refuse(
          options_.place,
          "the model has the inputs " + join(request_.input_names, ", ") + ", and the key \"inputs\" is missing",
          "write inputs = { " + request_.input_names[0] + " = [\"COLUMN\", ...], ... } with one entry for each input");
    }
    const std::string name = request_.input_names.empty() ? "input" : request_.input_names[0];
    add_input(name, options_.features ? find_all(*options_.features, "features") : other_columns());
  }

  void assign_named_inputs() {
    const std::vector<ColumnGroups::Group>& groups = options_.inputs->groups;
    if (groups.size() == 1 && request_.input_names.size() < 2) {
      std::string name = request_.input_names.empty() ? groups[0].name : request_.input_names[0];
      return add_input(name.empty() ? "input" : name, find_all(groups[0].columns, "inputs"));
    }
    if (request_.input_names.empty()) {
      for (const auto& group : groups) add_input(group.name, find_all(group.columns, "inputs"));
      return;
    }
    for (const std::string& wanted : request_.input_names) {
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.name == wanted; });
      if (group == groups.end())
        refuse(groups[0].place, "inputs has no columns for the model's input " + quote(wanted));
      add_input(wanted, find_all(group->columns, "inputs"));
    }
  }

  std::vector<size_t> other_columns() const {
    const std::vector<size_t> ignored = find_all(options_.ignore, "ignore");
    std::vector<size_t> columns;
    for (size_t column = 0; column < layout_.columns; ++column) {
      if (!contains(ignored, column) && !is_target(column) && column != roles_.weight) columns.push_back(column);
    }
    return columns;
  }

  bool is_target(size_t column) const {
    return std::any_of(roles_.targets.begin(), roles_.targets.end(),
                       [&](const auto& t) { return contains(t.columns, column); });
  }

  // A model takes the columns it was trained with, wherever they stand.
  void obey_contract(std::vector<size_t>& columns) const {
    if (request_.contract == nullptr || roles_.inputs.size() >= request_.contract->inputs.size()) return;
    const std::vector<std::string>& wanted = request_.contract->inputs[roles_.inputs.size()].preparation.columns;
    if (layout_.names.empty()) {
      if (columns.size() == wanted.size()) return;
      throw UserError(ExitCode::data, "part-differs", layout_.path,
                      "gives " + std::to_string(columns.size()) + " features, but the training part has " +
                          std::to_string(wanted.size()));
    }
    columns.clear();
    for (const std::string& name : wanted) {
      const auto found = std::find(layout_.names.begin(), layout_.names.end(), name);
      if (found != layout_.names.end()) {
        columns.push_back(static_cast<size_t>(found - layout_.names.begin()));
      } else if (const auto number = parse_integer(name); number && *number < static_cast<int64_t>(layout_.columns)) {
        columns.push_back(static_cast<size_t>(*number));  // the training part had no names
      } else {
        throw UserError(ExitCode::data, "part-differs", layout_.path,
                        "has no column " + quote(name) + ", which the training part has");
      }
    }
  }

  void add_input(const std::string& name, std::vector<size_t> columns) {
    obey_contract(columns);
    if (columns.empty())
      refuse(options_.place, "no columns are left for the input " + quote(name) + " of " + layout_.path);
    for (const size_t column : columns) {
      if (is_target(column)) {
        refuse(options_.place, layout_.column_text(column) + " is both a feature and the target",
               "the model would only copy it; leave it out of the features");
      }
    }
    roles_.inputs.push_back({name, std::move(columns), {}, {}});
  }

  void assign_categories() {
    for (size_t i = 0; i < roles_.inputs.size(); ++i)
      roles_.inputs[i].categories.resize(roles_.inputs[i].columns.size());
    if (request_.contract != nullptr) return take_categories_of(*request_.contract);
    for (const auto& [column, categories] : options_.categorical.columns) {
      const size_t at = find_column(layout_, column, "categorical");
      if (is_target(at)) {
        refuse(column.place, "categorical names the target, " + layout_.column_text(at),
               "leave it out of categorical: texts of a target are classes without it");
      }
      std::optional<std::vector<std::string>>* found = nullptr;
      for (TableRoles::Input& input : roles_.inputs) {
        const auto k = std::find(input.columns.begin(), input.columns.end(), at) - input.columns.begin();
        if (k == std::ssize(input.columns)) continue;
        found = &input.categories[static_cast<size_t>(k)];
        if (*found) refuse(column.place, "categorical names " + layout_.column_text(at) + " twice");
        *found = categories;
      }
      if (found == nullptr) {
        refuse(column.place, "categorical names " + layout_.column_text(at) + ", which no input has",
               "take it out of ignore, or add it to the features");
      }
    }
  }

  void take_categories_of(const DataContract& contract) {
    for (size_t i = 0; i < roles_.inputs.size() && i < contract.inputs.size(); ++i) {
      const auto& categories = contract.inputs[i].preparation.categories;
      for (size_t k = 0; k < categories.size() && k < roles_.inputs[i].columns.size(); ++k) {
        if (!categories[k].empty()) roles_.inputs[i].categories[k] = categories[k];
      }
    }
  }

  static constexpr MissingRule own_category = {MissingRule::How::category, 0};

  static bool fits(MissingRule::How how, bool categorical) {
    switch (how) {
      case MissingRule::How::category: return categorical;
      case MissingRule::How::mean:
      case MissingRule::How::median:
      case MissingRule::How::constant: return !categorical;
      case MissingRule::How::error:
      case MissingRule::How::drop:
      case MissingRule::How::mode: break;
    }
    return true;
  }

  bool is_categorical(size_t column) const {
    for (const TableRoles::Input& input : roles_.inputs) {
      for (size_t k = 0; k < input.columns.size(); ++k) {
        if (input.columns[k] == column && input.categories[k]) return true;
      }
    }
    return false;
  }

  // To lists that the recipe gives; those of a model are as they are.
  void add_missing_categories(TableRoles::Input& input) const {
    if (request_.contract != nullptr) return;
    for (size_t k = 0; k < input.columns.size(); ++k) {
      if (input.rules[k].how != MissingRule::How::category || input.categories[k]->empty()) continue;
      std::vector<std::string>& list = *input.categories[k];
      if (std::ranges::find(list, options_.missing_category) == list.end()) list.push_back(options_.missing_category);
    }
  }

  // Of a rule for all columns, what is for numbers makes a category of its own of a missing category; one that does not
  // fit the column that it is given for is a mistake.
  void assign_rules() {
    std::vector<MissingRule> rules(layout_.columns, options_.on_missing.all);
    for (size_t column = 0; column < rules.size(); ++column) {
      const bool categorical = is_categorical(column);
      if (!fits(rules[column].how, categorical)) rules[column] = categorical ? own_category : MissingRule();
    }
    for (const auto& [column, rule] : options_.on_missing.by_column) {
      const size_t at = find_column(layout_, column, "on_missing");
      const bool categorical = is_categorical(at);
      if (!fits(rule.how, categorical)) {
        refuse(column.place,
               layout_.column_text(at) + (categorical
                                              ? " holds categories, which have no mean, median or number"
                                              : " is not in categorical, so a missing value is no category of its own"),
               categorical ? "write \"category\" (a category of its own), \"mode\", \"drop\" or \"error\""
                           : "add the column to categorical if it holds texts; for numbers write \"mean\", \"median\", "
                             "\"mode\", a number, \"drop\" or \"error\"");
      }
      rules[at] = rule;
    }
    for (TableRoles::Input& input : roles_.inputs) {
      for (const size_t column : input.columns) input.rules.push_back(rules[column]);
      add_missing_categories(input);
    }
    for (TableRoles::Target& target : roles_.targets) {
      for (const size_t column : target.columns) {
        if (rules[column].how == MissingRule::How::drop) target.drops_missing = true;
      }
    }
  }

  ColumnRef ref_of(size_t column) const {
    ColumnRef ref;
    if (layout_.names.empty()) ref.name = static_cast<int64_t>(column);
    else ref.name = layout_.names[column];
    return ref;
  }

  // All text columns in one message, with the lines to paste.
  void check_text_features() const {
    CategoryChoice categorical = options_.categorical;
    std::vector<ColumnRef> ignored = options_.ignore;
    std::vector<std::string> shown;
    std::string question;
    for (const TableRoles::Input& input : roles_.inputs) {
      for (size_t k = 0; k < input.columns.size(); ++k) {
        const size_t column = input.columns[k];
        if (input.categories[k] || layout_.text_examples[column].empty()) continue;
        shown.push_back(layout_.column_text(column) + " holds " + quote(layout_.text_examples[column]));
        const std::string decimals = decimal_question(layout_.text_examples[column], layout_.dialect.decimal);
        if (!decimals.empty()) question = decimals;
        else if (layout_.texts_repeat[column]) categorical.columns.push_back({ref_of(column), {}});
        else ignored.push_back(ref_of(column));
      }
    }
    if (shown.empty()) return;
    std::vector<std::string> help;
    if (!question.empty()) help.push_back(question);
    if (categorical.columns.size() > options_.categorical.columns.size()) {
      help.push_back("make a column of 0 and 1 of each of their values with categorical = " +
                     Converter<CategoryChoice>::print(categorical).toml());
    }
    if (ignored.size() > options_.ignore.size()) {
      help.push_back("leave out what hardly repeats with ignore = " +
                     Converter<std::vector<ColumnRef>>::print(ignored).toml());
    }
    throw UserError(ExitCode::data, "text-column", layout_.path,
                    "features are numbers or categories, but " + join(shown, ", "), join(help, "; "));
  }

  const TableLayout& layout_;
  const RoleOptions& options_;
  const LoadRequest& request_;
  TableRoles roles_;
};

}  // namespace

TableRoles assign_roles(const TableLayout& layout, const RoleOptions& options, const LoadRequest& request) {
  return Assigner(layout, options, request).assign();
}

}  // namespace dltrain::datasets
