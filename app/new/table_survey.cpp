#include "app/new/table_survey.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::app {

namespace {

// What people write for "not known"; the first three are the reader's own.
const std::vector<std::string> words_for_missing = {"",    "?",   "NA",   "N/A",  "n/a",  "na",
                                                    "NaN", "nan", "null", "NULL", "None", "-"};

// The character that divides the first line most often.
char find_separator(const std::string& path) {
  InputFile file(path, ExitCode::data);
  if (file.size() == 0) throw UserError(ExitCode::data, "no-samples", path, "is empty", "give a line for each sample");
  const auto stream = formats::open_stream(path);
  std::vector<std::byte> start(64 * 1024);
  const size_t read = stream->read(start);
  std::string_view line(reinterpret_cast<const char*>(start.data()), read);
  line = line.substr(0, line.find('\n'));
  char best = ',';
  for (const char other : {';', '\t', '|'}) {
    if (std::ranges::count(line, other) > std::ranges::count(line, best)) best = other;
  }
  return best;
}

// "2016-07-01 00:00:00", "1949-01", "2016/07/01".
bool looks_like_date(std::string_view text) {
  const auto digits = [&](size_t from, size_t count) {
    return text.size() >= from + count &&
           std::ranges::all_of(text.substr(from, count), [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(0, 4) && text.size() >= 7 && (text[4] == '-' || text[4] == '/') && digits(5, 2) &&
         (text.size() == 7 || !std::isalnum(static_cast<unsigned char>(text[7])));
}

// "1,234", "-12,345,678".
bool may_be_thousands(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  size_t group = text.find(',');
  if (group == 0 || group > 3 || text[0] == '0') return false;
  for (; group < text.size(); group += 4) {
    if (text[group] != ',' || text.size() < group + 4) return false;
    const std::string_view digits = text.substr(group + 1, 3);
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return false;
  }
  return true;
}

// A comma if numbers have one that cannot stand for thousands, and no number has a point. Looks at the first rows.
char find_decimal(const std::string& path, char separator) {
  constexpr int64_t most_rows = 1000;
  formats::CsvReader reader(formats::open_stream(path), separator);
  bool commas = false;
  for (int64_t row = 0; row < most_rows && reader.next(); ++row) {
    for (const std::string_view text : reader.fields()) {
      const bool comma = text.find(',') != std::string_view::npos;
      if (!comma && text.find('.') != std::string_view::npos && formats::parse_number(text)) return '.';
      commas = commas || (comma && !may_be_thousands(text) && formats::parse_number(text, ','));
    }
  }
  return commas ? ',' : '.';
}

void add_number(Column& column, double value, int64_t row) {
  if (column.numbers == 0) column.least = column.greatest = value;
  ++column.numbers;
  column.integers = column.integers && value == std::floor(value);
  column.counts_rows = column.counts_rows && value - column.least == static_cast<double>(row);
  column.least = std::min(column.least, value);
  column.greatest = std::max(column.greatest, value);
  column.sum += value;
  column.squares += value * value;
}

void add_text(Column& column, std::string_view text, const std::string& place) {
  if (column.texts++ == 0) {
    column.odd_text = text;
    column.odd_place = place;
  }
  column.commas += may_be_thousands(text) || formats::parse_number(text, ',').has_value();
  if (!looks_like_date(text)) return;
  ++column.dates;
  column.ascending = column.ascending && column.last <= text;
  column.last = text;
}

void add_cell(TableSurvey& survey, Column& column, std::string_view text, const formats::CsvReader& reader,
              size_t index) {
  if (const auto word = std::ranges::find(words_for_missing, text); word != words_for_missing.end()) {
    ++column.missing;
    if (std::ranges::find(survey.missing, *word) == survey.missing.end()) survey.missing.push_back(*word);
    return;
  }
  if (!column.many_values()) ++column.values[std::string(text)];
  const auto number = formats::parse_number(text, survey.layout.dialect.decimal);
  if (number) add_number(column, *number, survey.rows);
  else add_text(column, text, column.texts == 0 ? reader.place(index) : "");
}

}  // namespace

double Column::mean() const { return numbers == 0 ? 0 : sum / static_cast<double>(numbers); }

double Column::deviation() const {
  return numbers == 0 ? 0 : std::sqrt(std::max(0.0, squares / static_cast<double>(numbers) - mean() * mean()));
}

double Column::most_frequent() const {
  int64_t most = 0;
  for (const auto& [text, count] : values) most = std::max(most, count);
  return present() == 0 ? 0 : static_cast<double>(most) / static_cast<double>(present());
}

TableSurvey survey_table(const std::string& path) {
  formats::CsvDialect dialect{find_separator(path)};
  dialect.decimal = find_decimal(path, dialect.separator);
  TableSurvey survey;
  survey.path = path;
  survey.layout = datasets::find_layout(path, {dialect, std::nullopt, {}, words_for_missing, {}});
  survey.columns.resize(survey.layout.columns);
  for (size_t i = 0; i < survey.columns.size(); ++i) survey.columns[i].index = i;
  formats::CsvReader reader(formats::open_stream(path), dialect.separator);
  if (survey.layout.header) reader.next();
  while (reader.next()) {
    const auto fields = reader.fields();
    if (fields.size() != survey.columns.size()) {
      throw UserError(ExitCode::data, "table-layout", reader.place(std::min(fields.size(), survey.columns.size())),
                      "this row has " + counted(static_cast<int64_t>(fields.size()), "field") + ", the first line " +
                          std::to_string(survey.columns.size()),
                      "each row needs a field for each column; texts that hold the separator stand in quotes");
    }
    for (size_t i = 0; i < fields.size(); ++i) add_cell(survey, survey.columns[i], fields[i], reader, i);
    ++survey.rows;
  }
  return survey;
}

}  // namespace dltrain::app
