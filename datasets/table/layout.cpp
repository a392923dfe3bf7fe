#include "datasets/table/layout.h"

#include <algorithm>
#include <set>

#include "core/diagnostic.h"
#include "core/files.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

namespace {

using Record = std::vector<std::string>;

constexpr size_t looked_at = 200;  // records

std::vector<Record> first_records(const std::string& path, char separator) {
  formats::CsvReader reader(formats::open_stream(path), separator);
  std::vector<Record> records;
  while (records.size() < looked_at && reader.next())
    records.emplace_back(reader.fields().begin(), reader.fields().end());
  return records;
}

bool is_missing(const std::string& text, const std::vector<std::string>& missing) {
  return std::find(missing.begin(), missing.end(), text) != missing.end();
}

bool is_number(const std::string& text, char decimal) { return formats::parse_number(text, decimal).has_value(); }

void find_text_columns(TableLayout& layout, const std::vector<Record>& records,
                       const std::vector<std::string>& missing) {
  layout.text_examples.resize(layout.columns);
  layout.texts_repeat.resize(layout.columns);
  for (size_t column = 0; column < layout.columns; ++column) {
    size_t texts = 0, numbers = 0;
    const std::string* example = nullptr;
    std::set<std::string_view> distinct;
    for (size_t i = layout.header ? 1 : 0; i < records.size(); ++i) {
      if (column >= records[i].size() || is_missing(records[i][column], missing)) continue;
      if (is_number(records[i][column], layout.dialect.decimal)) {
        ++numbers;
        continue;
      }
      ++texts;
      distinct.insert(records[i][column]);
      if (example == nullptr) example = &records[i][column];
    }
    if (texts > numbers) layout.text_examples[column] = *example;
    layout.texts_repeat[column] = texts >= 2 * distinct.size();
  }
}

bool has_any(const Record& record, const std::vector<std::string>& names) {
  return std::any_of(record.begin(), record.end(), [&](const std::string& text) {
    return std::find(names.begin(), names.end(), text) != names.end();
  });
}

// Columns without a name, as pandas writes them for its row numbers, are called as pandas calls them when it reads.
Record named(Record names) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (trim(names[i]).empty()) names[i] = "Unnamed: " + std::to_string(i);
  }
  return names;
}

std::string other_separator(const Record& record, char separator) {
  if (record.size() > 1) return {};
  for (const char other : {';', '\t', ',', '|'}) {
    if (other == separator || record[0].find(other) == std::string::npos) continue;
    return std::string("is the separator another? separator = ") +
           (other == '\t' ? "\"\\t\"" : "\"" + std::string(1, other) + "\"");
  }
  return {};
}

}  // namespace

bool looks_like_header(const std::vector<std::string>& first, const std::vector<std::vector<std::string>>& others,
                       const std::vector<std::string>& missing, char decimal) {
  const auto number = [&](const std::string& text) { return is_number(text, decimal); };
  const auto name = [&](const std::string& text) { return !text.empty() && !is_missing(text, missing); };
  if (std::ranges::any_of(first, number) || std::ranges::none_of(first, name)) return false;
  const bool all_named = std::ranges::all_of(first, name);
  if (others.empty()) return all_named;  // nothing could be learned from it anyway
  for (const Record& record : others) {
    if (record.size() != first.size()) continue;
    for (size_t i = 0; i < record.size(); ++i) {
      // A row of numbers may have gaps too: where a name is missing, a number below a name must tell.
      if (number(record[i]) && (all_named || name(first[i]))) return true;
    }
  }
  return false;
}

std::string TableLayout::column_name(size_t column) const {
  return names.empty() ? std::to_string(column) : names[column];
}

std::string TableLayout::column_text(size_t column) const {
  return "column " + (names.empty() ? std::to_string(column) : quote(names[column]));
}

TableLayout find_layout(const std::string& path, const LayoutOptions& options) {
  const std::vector<Record> records = first_records(path, options.dialect.separator);
  if (records.empty())
    throw UserError(ExitCode::data, "no-samples", path, "is empty",
                    "give a line for each sample, below a line of names or without one");
  TableLayout layout;
  layout.path = path;
  layout.dialect = options.dialect;
  layout.columns = records[0].size();
  if (options.header) {
    layout.header = *options.header;
  } else if (has_any(records[0], options.mentioned)) {
    layout.header = true;
  } else {
    layout.header =
        looks_like_header(records[0], {records.begin() + 1, records.end()}, options.missing, options.dialect.decimal);
    layout.notes.push_back(file_name(path) +
                           (layout.header ? ": the first line is taken as a header (header = false if it is data)"
                                          : ": the first line is taken as data (header = true if it is a header)"));
  }
  if (layout.header) layout.names = named(records[0]);
  if (!options.names.empty()) layout.names = options.names;
  if (!layout.names.empty() && layout.names.size() != layout.columns) {
    const std::string other = other_separator(records[0], options.dialect.separator);
    throw UserError(
        ExitCode::data, "table-layout", path,
        "has " + std::to_string(layout.columns) + " columns, but names gives " + std::to_string(layout.names.size()),
        other.empty() ? "give names one name for each column, or leave it out" : other);
  }
  if (layout.header && records.size() == 1)
    throw UserError(ExitCode::data, "no-samples", path, "has a header and no rows");
  std::vector<std::string> sorted = layout.names;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    throw UserError(ExitCode::data, "table-layout", path, "two columns are called " + quote(*twice),
                    "give other names with names = [...]");
  }
  if (const std::string hint = other_separator(records[0], options.dialect.separator); !hint.empty()) {
    throw UserError(ExitCode::data, "table-layout", path, "the table has a single column", hint);
  }
  find_text_columns(layout, records, options.missing);
  return layout;
}

std::string decimal_question(std::string_view text, char decimal) {
  const char other = decimal == '.' ? ',' : '.';
  if (text.find(other) == std::string_view::npos || !formats::parse_number(text, other)) return {};
  return "is the decimal sign another? decimal = " + quote(std::string(1, other));
}

std::string key_of(const TableLayout& layout, size_t column) {
  return layout.names.empty() ? quote(std::to_string(column)) : toml_key(layout.names[column]);
}

size_t find_column(const TableLayout& layout, const ColumnRef& column, const std::string& key) {
  const auto count = static_cast<int64_t>(layout.columns);
  if (const int64_t* number = std::get_if<int64_t>(&column.name)) {
    const int64_t at = *number < 0 ? *number + count : *number;
    if (at >= 0 && at < count) return static_cast<size_t>(at);
    Diagnostic error{Severity::error, "unknown-column", column.place, "data",
                     key + " " + column.text() + ": there is no such column (" + layout.path + " has " +
                         std::to_string(count) + ")"};
    error.help = "columns count from 0, or from the end: -1 is the last";
    throw UserError(ExitCode::recipe, {error});
  }
  const std::string& name = std::get<std::string>(column.name);
  const auto found = std::find(layout.names.begin(), layout.names.end(), name);
  if (found != layout.names.end()) return static_cast<size_t>(found - layout.names.begin());
  Diagnostic error{Severity::error, "unknown-column", column.place, "data",
                   key + " " + quote(name) + ": " + layout.path + " has no such column"};
  if (layout.names.empty()) {
    error.help = "the file has no header; name columns by number, or give names = [...]";
  } else {
    suggest(error, name, layout.names);
  }
  throw UserError(ExitCode::recipe, {error});
}

}  // namespace dltrain::datasets
