// A draft for a CSV file.
#include "app/new/kinds.h"
#include "app/new/table_plan.h"
#include "core/files.h"
#include "core/text.h"

namespace dltrain::app {

namespace {

std::string written(const TableSurvey& survey, size_t column) {
  return survey.layout.names.empty() ? std::to_string(column) : quote(survey.layout.names[column]);
}

std::string list_of(const TableSurvey& survey, const std::vector<size_t>& columns) {
  std::vector<std::string> names;
  for (const size_t column : columns) names.push_back(written(survey, column));
  return "[" + join(names, ", ") + "]";
}

void append(std::vector<std::string>& lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

void add_left_out(const TableSurvey& survey, const TablePlan& plan, Draft& draft) {
  if (plan.left_out.empty()) return;
  std::vector<std::string> whys;
  std::vector<size_t> columns;
  constexpr size_t most_explained = 30;
  for (const TablePlan::LeftOut& each : plan.left_out) {
    columns.push_back(each.column);
    if (whys.size() < most_explained) whys.push_back(written(survey, each.column) + " (" + each.why + ")");
  }
  if (columns.size() > whys.size()) whys.push_back("and " + std::to_string(columns.size() - whys.size()) + " more");
  draft.left_out = join(whys, ", ");
  append(draft.data, comment("Left out: " + draft.left_out + "."));
  draft.data.push_back("ignore = " + list_of(survey, columns));
}

void add_categorical(const TableSurvey& survey, const TablePlan& plan, std::vector<std::string>& lines) {
  if (plan.categorical.empty()) return;
  append(lines, comment("Texts: each of their values becomes a column of 0 and 1."));
  lines.push_back("categorical = " + list_of(survey, plan.categorical));
}

// For predictions, too: a model that has learned what stands for a missing value takes one.
void add_missing(const TableSurvey& survey, const TablePlan& plan, std::vector<std::string>& lines) {
  std::vector<std::string> texts;
  bool usual = true;
  for (const std::string& word : survey.missing) {
    texts.push_back(quote(word));
    usual = usual && (word.empty() || word == "?" || word == "NA");
  }
  std::vector<std::string> meanings;
  if (!plan.features.empty()) meanings.emplace_back("the median of the training part for a number");
  if (!plan.categorical.empty()) meanings.emplace_back("a category of its own for a text");
  const bool by_column = survey.columns[plan.target].missing > 0;
  append(lines, comment("Where a value is missing, here or in predictions: " + join(meanings, ", ") +
                        (by_column ? "; a row without target is left out." : ".")));
  if (!usual) lines.push_back("missing = [" + join(texts, ", ") + "]");
  const std::string of_all = plan.features.empty() ? "category" : "median";
  if (!by_column) {
    lines.push_back("on_missing = " + quote(of_all));
    return;
  }
  std::vector<std::string> rules;
  for (const size_t column : plan.features) rules.push_back(datasets::key_of(survey.layout, column) + " = \"median\"");
  for (const size_t column : plan.categorical)
    rules.push_back(datasets::key_of(survey.layout, column) + " = \"category\"");
  rules.push_back(datasets::key_of(survey.layout, plan.target) + " = \"drop\"");
  lines.push_back("on_missing = { " + join(rules, ", ") + " }");
}

// Values of a row: numbers, and those that categories become.
int64_t width_of(const TableSurvey& survey, const TablePlan& plan) {
  auto width = static_cast<int64_t>(plan.features.size());
  for (const size_t column : plan.categorical)
    width += survey.columns[column].distinct() + (survey.columns[column].missing > 0 ? 1 : 0);
  return width;
}

std::string features_text(const TablePlan& plan) {
  std::vector<std::string> parts;
  const auto add = [&](const std::vector<size_t>& columns, const std::string& one, const std::string& several) {
    if (!columns.empty()) parts.push_back(std::to_string(columns.size()) + " " + (columns.size() == 1 ? one : several));
  };
  add(plan.features, "number", "numbers");
  add(plan.categorical, "category", "categories");
  return join(parts, " and ");
}

}  // namespace

Draft draft_of_table(const DataPlace& place, const std::string& target) {
  const TableSurvey survey = survey_table(place.path);
  const TablePlan plan = plan_table(survey, target);
  Draft draft;
  draft.task = plan.task;
  draft.sample = {width_of(survey, plan)};
  draft.numbers = !plan.features.empty();
  draft.categories = !plan.categorical.empty();
  draft.samples = survey.rows;
  draft.in_time = plan.in_time;
  if (!survey.layout.names.empty()) draft.target = survey.layout.names[plan.target];
  draft.title = file_name(place.path) + ": " + counted(survey.rows, "row") + ", " + features_text(plan) + " each, " +
                task_text(plan.task) + ".";
  draft.data = {"type = \"csv\"", "file = " + quote(place.written)};
  const formats::CsvDialect& dialect = survey.layout.dialect;
  if (dialect.separator != ',') draft.data.push_back("separator = " + quote(std::string(1, dialect.separator)));
  if (dialect.decimal != '.')
    draft.data.push_back("decimal = " + quote(std::string(1, dialect.decimal)) + "  # before the fraction of a number");
  draft.data.push_back(survey.layout.header ? "header = true  # the first line names the columns"
                                            : "header = false  # columns are numbered from 0");
  append(draft.data, comment("What is predicted: " + plan.target_why + ". " + plan.task_why));
  draft.data.push_back("target = " + written(survey, plan.target));
  draft.predicted = written(survey, plan.target) + " (" + plan.target_why + ")";
  add_left_out(survey, plan, draft);
  add_categorical(survey, plan, draft.data);
  add_missing(survey, plan, draft.data);
  return draft;
}

}  // namespace dltrain::app
