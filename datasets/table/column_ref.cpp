#include "datasets/table/column_ref.h"

#include "core/text.h"

namespace dltrain {

namespace {

using datasets::ColumnGroups;
using datasets::ColumnRef;
using datasets::MissingRule;
using datasets::MissingRules;

constexpr const char* column_complaint = "must name columns by text or whole number";
constexpr const char* missing_complaint =
    "must be \"error\", \"drop\", \"mean\", \"median\", \"mode\", \"category\" or a number, or a table of these by column";

bool is_column(const Setting& given) { return given.text() != nullptr || given.integer() != nullptr; }

bool is_column_list(const Setting& given) {
  if (given.list() == nullptr) return is_column(given);
  for (const Setting& element : *given.list()) {
    if (!is_column(element)) return false;
  }
  return true;
}

constexpr std::pair<std::string_view, MissingRule::How> rule_names[] = {
    {"error", MissingRule::How::error},   {"drop", MissingRule::How::drop}, {"mean", MissingRule::How::mean},
    {"median", MissingRule::How::median}, {"mode", MissingRule::How::mode}, {"category", MissingRule::How::category}};

bool read_rule(const Setting& given, MissingRule& rule) {
  if (given.integer() != nullptr) rule = {MissingRule::How::constant, static_cast<double>(*given.integer())};
  if (given.real() != nullptr) rule = {MissingRule::How::constant, *given.real()};
  if (given.integer() != nullptr || given.real() != nullptr) return true;
  if (given.text() == nullptr) return false;
  for (const auto& [name, how] : rule_names) {
    if (*given.text() != name) continue;
    rule = {how, 0};
    return true;
  }
  return false;
}

Setting print_rule(const MissingRule& rule) {
  for (const auto& [name, how] : rule_names) {
    if (how == rule.how) return std::string(name);
  }
  return rule.constant;
}

}  // namespace

std::string datasets::ColumnRef::text() const {
  if (const int64_t* number = std::get_if<int64_t>(&name)) return std::to_string(*number);
  return quote(std::get<std::string>(name));
}

ColumnRef datasets::column_of_key(const std::string& key, const Place& place) {
  if (const auto number = parse_integer(key)) return {*number, place};
  return {key, place};
}

std::string datasets::key_of_column(const ColumnRef& column) {
  const std::string* name = std::get_if<std::string>(&column.name);
  return name != nullptr ? *name : column.text();
}

std::string Converter<ColumnRef>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  return is_column(given) ? "" : "must be a column's name or whole number";
}

void Converter<ColumnRef>::read(const Setting& canonical, ColumnRef& value) {
  if (canonical.text() != nullptr) value.name = *canonical.text();
  if (canonical.integer() != nullptr) value.name = *canonical.integer();
  value.place = canonical.place();
}

Setting Converter<ColumnRef>::print(const ColumnRef& value) {
  if (const int64_t* number = std::get_if<int64_t>(&value.name)) return {*number, value.place};
  return {std::get<std::string>(value.name), value.place};
}

std::string Converter<std::vector<ColumnRef>>::normalise(const Setting& given, Setting& canonical) {
  if (!is_column_list(given)) return column_complaint;
  canonical = given.list() != nullptr ? given : Setting(List{given}, given.place());
  return {};
}

void Converter<std::vector<ColumnRef>>::read(const Setting& canonical, std::vector<ColumnRef>& value) {
  value.clear();
  const List one = {canonical};
  for (const Setting& element : canonical.list() != nullptr ? *canonical.list() : one) {
    Converter<ColumnRef>::read(element, value.emplace_back());
  }
}

Setting Converter<std::vector<ColumnRef>>::print(const std::vector<ColumnRef>& value) {
  List list;
  for (const ColumnRef& column : value) list.push_back(Converter<ColumnRef>::print(column));
  return list;
}

std::string Converter<ColumnGroups>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  if (given.table() == nullptr) return is_column_list(given) ? "" : column_complaint;
  for (const Table::Entry& entry : given.table()->entries()) {
    if (!is_column_list(entry.value)) return column_complaint;
  }
  return {};
}

void Converter<ColumnGroups>::read(const Setting& canonical, ColumnGroups& value) {
  value.groups.clear();
  const auto add = [&](const std::string& name, const Setting& columns, const Place& place) {
    ColumnGroups::Group& group = value.groups.emplace_back();
    group.name = name;
    group.place = place;
    Converter<std::vector<ColumnRef>>::read(columns, group.columns);
  };
  if (canonical.table() == nullptr) return add("", canonical, canonical.place());
  for (const Table::Entry& entry : canonical.table()->entries()) add(entry.key, entry.value, entry.key_place);
}

Setting Converter<ColumnGroups>::print(const ColumnGroups& value) {
  if (value.groups.size() == 1 && value.groups[0].name.empty()) {
    const std::vector<ColumnRef>& columns = value.groups[0].columns;
    if (columns.size() == 1) return Converter<ColumnRef>::print(columns[0]);
    return Converter<std::vector<ColumnRef>>::print(columns);
  }
  Table table;
  for (const ColumnGroups::Group& group : value.groups) {
    table.set(group.name, Converter<std::vector<ColumnRef>>::print(group.columns), group.place);
  }
  return table;
}

std::string Converter<MissingRules>::normalise(const Setting& given, Setting& canonical) {
  canonical = given;
  MissingRule rule;
  if (given.table() == nullptr) return read_rule(given, rule) ? "" : missing_complaint;
  for (const Table::Entry& entry : given.table()->entries()) {
    if (!read_rule(entry.value, rule)) return missing_complaint;
  }
  return {};
}

void Converter<MissingRules>::read(const Setting& canonical, MissingRules& value) {
  value = {};
  if (canonical.table() == nullptr) {
    read_rule(canonical, value.all);
    return;
  }
  for (const Table::Entry& entry : canonical.table()->entries()) {
    MissingRule rule;
    read_rule(entry.value, rule);
    value.by_column.emplace_back(datasets::column_of_key(entry.key, entry.key_place), rule);
  }
}

Setting Converter<MissingRules>::print(const MissingRules& value) {
  if (value.by_column.empty()) return print_rule(value.all);
  Table table;
  for (const auto& [column, rule] : value.by_column) {
    table.set(datasets::key_of_column(column), print_rule(rule), column.place);
  }
  return table;
}

}  // namespace dltrain
