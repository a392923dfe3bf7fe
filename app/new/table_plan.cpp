#include "app/new/table_plan.h"

#include <algorithm>
#include <cctype>

#include "app/progress.h"
#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

constexpr int64_t most_classes_of_integers = 20;
constexpr int64_t fewest_rows = 10;
constexpr int64_t most_categories = 100;
constexpr double largest_number = 1e18;  // the variance of larger ones is infinite in float32
constexpr int64_t fewest_rows_of_a_class = 5;  // as a mean; fewer, and a text is no class but a name

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool text_can_be_classes(const Column& column) {
  return column.texts > 0 && !column.is_date() && !column.many_values() &&
         column.present() >= column.distinct() * fewest_rows_of_a_class;
}

bool can_be_target(const Column& column) {
  return !column.constant() && (text_can_be_classes(column) || (column.is_number() && !column.is_row_number()));
}

bool integers_are_classes(const Column& column) {
  return column.integers && column.distinct() <= most_classes_of_integers &&
         column.present() >= column.distinct() * fewest_rows_of_a_class;
}

std::string different_texts(const Column& column) {
  return (column.many_values() ? "more than " + count_text(most_distinct) : count_text(column.distinct())) +
         " different texts";
}

// Why a column is no target, for messages.
std::string no_target(const Column& column) {
  if (column.present() == 0) return "has no values";
  if (column.constant()) return "has the same value in every row";
  if (column.is_date()) return "holds dates";
  if (column.is_row_number()) return "counts the rows";
  return "has " + different_texts(column) + " in " + counted(column.present(), "row") +
         ": too many to be classes, and they are no numbers (" + column.odd_place + ": " +
         quote(utf8_prefix(column.odd_text, 40)) + ")";
}

size_t wanted_column(const TableSurvey& survey, const std::string& wanted) {
  datasets::ColumnRef ref;
  const auto number = parse_integer(wanted);
  const auto& names = survey.layout.names;
  if (number && std::ranges::find(names, wanted) == names.end()) ref.name = *number;
  else ref.name = wanted;
  const size_t index = datasets::find_column(survey.layout, ref, "--target");
  if (!can_be_target(survey.columns[index])) {
    throw UserError(ExitCode::data, "column-roles", survey.path,
                    survey.layout.column_text(index) + " cannot be predicted: it " + no_target(survey.columns[index]),
                    "name another one with --target");
  }
  return index;
}

void choose_target(const TableSurvey& survey, const std::string& wanted, TablePlan& plan) {
  if (!wanted.empty()) {
    plan.target = wanted_column(survey, wanted);
    plan.target_why = "as --target says";
    return;
  }
  const std::vector<std::string> known = {"target", "label", "labels", "class", "y", "outcome", "output", "response"};
  for (const Column& column : survey.columns) {
    if (survey.layout.names.empty() || !can_be_target(column)) continue;
    if (std::ranges::find(known, lower(survey.layout.names[column.index])) == known.end()) continue;
    plan.target = column.index;
    plan.target_why = "for its name";
    return;
  }
  const Column& last = survey.columns.back();
  if (can_be_target(last)) {
    plan.target = last.index;
    plan.target_why = "the last column, as in most tables";
    return;
  }
  const Column& first = survey.columns.front();
  if (!can_be_target(first)) {
    throw UserError(ExitCode::data, "column-roles", survey.path,
                    "the last column, " + survey.layout.column_text(last.index) + ", " + no_target(last),
                    "say which column is to be predicted: --target NAME or --target NUMBER");
  }
  plan.target = first.index;
  plan.target_why = "the first column; the last one " + no_target(last);
}

void choose_task(const TableSurvey& survey, TablePlan& plan) {
  const Column& column = survey.columns[plan.target];
  Task& task = plan.task;
  if (text_can_be_classes(column) || integers_are_classes(column)) {
    task = {Task::Kind::classes, column.distinct(), column.most_frequent()};
    plan.task_why = column.texts > 0
                        ? "Its " + std::to_string(column.distinct()) + " different texts are the classes."
                        : "It holds " + std::to_string(column.distinct()) +
                              " different integers, which are taken for classes; for a number, see loss \"mse\".";
    return;
  }
  task = {Task::Kind::numbers, 1, 0, column.mean(), column.deviation()};
  plan.task_why = column.integers ? "It holds more than " + std::to_string(most_classes_of_integers) +
                                        " different integers: a number."
                                  : "It holds numbers with fractions: a number.";
}

// A column of 0 and 1 for each of its texts; numbers among them are texts as well.
bool is_categorical(const Column& column) {
  return !column.constant() && text_can_be_classes(column) && column.distinct() <= most_categories;
}

// Why a column is no feature; empty if it is one.
std::string no_feature(const TableSurvey& survey, const Column& column) {
  if (column.present() == 0) return "no values";
  if (column.constant()) return "always " + quote(column.values.begin()->first);
  if (column.is_row_number() && column.missing == 0) return "counts the rows";
  if (column.is_date()) return "dates";
  if (column.has_commas()) return "numbers with commas";
  if (column.is_number() && std::max(-column.least, column.greatest) > largest_number)
    return "numbers up to " + short_number(std::max(-column.least, column.greatest)) + ", whose squares are too large";
  if (is_categorical(column)) return {};
  if (column.numbers == 0) return different_texts(column);
  if (column.texts > 0) {
    return "numbers and texts, " + column.odd_place.substr(column.odd_place.find(file_name(survey.path))) + ": " +
           quote(utf8_prefix(column.odd_text, 20));
  }
  return {};
}

}  // namespace

TablePlan plan_table(const TableSurvey& survey, const std::string& wanted) {
  if (survey.columns.size() < 2) {
    throw UserError(ExitCode::data, "table-layout", survey.path, "the table has a single column",
                    "one column is predicted from the others: there must be two at least");
  }
  if (survey.rows < fewest_rows) {
    throw UserError(ExitCode::data, "nothing-to-learn", survey.path, "has " + counted(survey.rows, "row"),
                    "training, validation and test need " + std::to_string(fewest_rows) + " together at least");
  }
  if (std::ranges::all_of(survey.columns, [](const Column& column) { return column.constant(); }))
    throw UserError(ExitCode::data, "nothing-to-learn", survey.path,
                    "has the same values in every row: there is nothing to learn");
  TablePlan plan;
  choose_target(survey, wanted, plan);
  choose_task(survey, plan);
  for (const Column& column : survey.columns) {
    if (column.index == plan.target) continue;
    plan.in_time = plan.in_time || (column.is_date() && column.ascending && column.missing == 0);
    if (const std::string why = no_feature(survey, column); !why.empty()) plan.left_out.push_back({column.index, why});
    else (is_categorical(column) ? plan.categorical : plan.features).push_back(column.index);
  }
  if (plan.features.empty() && plan.categorical.empty()) {
    std::string seen;
    for (const TablePlan::LeftOut& each : plan.left_out) {
      if (&each - plan.left_out.data() == 5) break;
      seen += (seen.empty() ? "" : "; ") + survey.layout.column_text(each.column) + ": " + each.why;
    }
    throw UserError(ExitCode::data, "text-column", survey.path,
                    "has no column to predict " + survey.layout.column_text(plan.target) + " from (" + seen + ")",
                    "features are numbers, or texts of which few are different");
  }
  return plan;
}

}  // namespace dltrain::app
