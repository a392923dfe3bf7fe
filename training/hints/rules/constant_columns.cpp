// constant-columns: columns of a table that are the same in every sample tell nothing.
#include "core/text.h"
#include "training/hints/rule.h"

namespace dltrain::training::hints {

namespace {

std::vector<Finding> judge_columns(const Evidence& e) {
  constexpr size_t most_named = 5;
  constexpr int64_t least_samples = 64;
  std::vector<Finding> found;
  for (const InputValues& input : e.look.inputs) {
    const auto& constant = input.constant_columns;
    if (constant.empty() || input.samples < least_samples) continue;
    const bool named = !input.column_names.empty() && !parse_integer(input.column_names[0]);
    std::string shown;
    for (size_t i = 0; i < constant.size() && i < most_named; ++i)
      shown += (i == 0 ? "" : ", ") + (named ? quote(input.column_names[i]) : std::to_string(constant[i]));
    if (constant.size() > most_named) shown += ", ...";
    const bool one = constant.size() == 1;
    if (!one) {
      shown = std::to_string(constant.size()) + " of its " + std::to_string(input.columns) + " columns (" +
              (named ? shown : "numbers " + shown + ", counted from 0") + ")";
    }
    found.push_back({"input " + quote(input.name),
                     (one ? "column " + shown + " has" : shown + " have") + " the same value in all of the " +
                         count_text(input.samples) + " samples looked at and can teach nothing",
                     one ? "leave it out of the data, or see why it never changes"
                         : "leave them out of the data, or see why they never change"});
  }
  return found;
}

}  // namespace

void register_constant_columns(RuleRegistry& registry) { registry.add({"constant-columns", judge_columns}); }

}  // namespace dltrain::training::hints
