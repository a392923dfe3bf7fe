#include <cmath>
#include <limits>

#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/preparation.h"

namespace dltrain::datasets {

namespace {

Setting texts(const std::vector<std::string>& values) {
  List list;
  for (const std::string& value : values) list.emplace_back(value);
  return list;
}

Table field_table(const DataField& field) {
  Table table;
  table.set("name", field.name);
  List shape;
  for (const int64_t size : field.shape) shape.emplace_back(size);
  table.set("shape", std::move(shape));
  table.set("dtype", std::string(name(field.dtype)));
  if (field.classes) table.set("classes", *field.classes);
  if (!field.class_names.empty()) table.set("class_names", texts(field.class_names));
  return table;
}

Setting input_setting(const InputContract& input) {
  Table table = field_table(input.field);
  const Preparation& p = input.preparation;
  table.set("scale", p.scale);
  table.set("offset", p.offset);
  if (!p.columns.empty()) table.set("columns", texts(p.columns));
  if (!p.missing.empty()) table.set("missing", texts(p.missing));
  if (p.dialect.separator != ',') table.set("separator", std::string(1, p.dialect.separator));
  if (p.dialect.decimal != '.') table.set("decimal", std::string(1, p.dialect.decimal));
  if (!p.fill.empty()) {
    List fill;
    for (const double value : p.fill) {
      if (std::isnan(value)) {
        fill.emplace_back();  // none
      } else {
        fill.emplace_back(value);
      }
    }
    table.set("fill", std::move(fill));
  }
  if (!p.categories.empty()) {
    List categories;
    for (const std::vector<std::string>& of_column : p.categories) categories.push_back(texts(of_column));
    table.set("categories", std::move(categories));
    table.set("refuses_unknown", p.refuses_unknown);
  }
  if (!p.color_mode.empty()) table.set("color_mode", p.color_mode);
  if (!p.interpolation.empty()) table.set("interpolation", p.interpolation);
  return table;
}

Setting target_setting(const TargetContract& target) {
  Table table = field_table(target.field);
  if (!target.columns.empty()) table.set("columns", texts(target.columns));
  return table;
}

// Reads what the functions above write; anything else is a damaged model.
class Reader {
 public:
  explicit Reader(const std::string& who) : who_(who) {}

  DataContract read(const Setting& setting) const {
    DataContract contract;
    const Table& table = table_of(setting);
    for (const Setting& input : list_of(table, "inputs")) contract.inputs.push_back(read_input(table_of(input)));
    for (const Setting& target : list_of(table, "targets")) {
      contract.targets.push_back({read_field(table_of(target)), read_texts(table_of(target), "columns")});
    }
    return contract;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw UserError(ExitCode::model, "no-model", who_, "is not a contract of dltrain: " + what,
                    "take the model folder as fit wrote it");
  }

  const Table& table_of(const Setting& setting) const {
    if (setting.table() == nullptr) refuse("an object is missing");
    return *setting.table();
  }

  const List& list_of(const Table& table, const std::string& key) const {
    const Setting* value = table.find(key);
    if (value == nullptr || value->list() == nullptr) refuse("the list \"" + key + "\" is missing");
    return *value->list();
  }

  std::string read_text(const Table& table, const std::string& key) const {
    const Setting* value = table.find(key);
    if (value == nullptr) return {};
    if (value->text() == nullptr) refuse("\"" + key + "\" is not a text");
    return *value->text();
  }

  char read_character(const Table& table, const std::string& key, char if_absent) const {
    if (!table.contains(key)) return if_absent;
    const std::string text = read_text(table, key);
    if (text.size() != 1) refuse("\"" + key + "\" is not one character");
    return text[0];
  }

  std::vector<std::string> texts_of(const List& list, const std::string& key) const {
    std::vector<std::string> texts;
    for (const Setting& value : list) {
      if (value.text() == nullptr) refuse("\"" + key + "\" holds what is not a text");
      texts.push_back(*value.text());
    }
    return texts;
  }

  std::vector<std::string> read_texts(const Table& table, const std::string& key) const {
    return table.contains(key) ? texts_of(list_of(table, key), key) : std::vector<std::string>();
  }

  void read_categories(const Table& table, Preparation& p) const {
    if (!table.contains("categories")) return;
    for (const Setting& of_column : list_of(table, "categories")) {
      if (of_column.list() == nullptr) refuse("\"categories\" holds what is not a list");
      p.categories.push_back(texts_of(*of_column.list(), "categories"));
    }
    if (p.categories.size() != p.columns.size()) refuse("\"categories\" has not a list for each column");
    const Setting* refuses = table.find("refuses_unknown");
    if (refuses == nullptr || refuses->boolean() == nullptr) refuse("\"refuses_unknown\" is not true or false");
    p.refuses_unknown = *refuses->boolean();
  }

  double read_real(const Setting& value, const std::string& key) const {
    if (value.is_none()) return std::numeric_limits<double>::quiet_NaN();
    if (value.integer() != nullptr) return static_cast<double>(*value.integer());
    if (value.real() == nullptr) refuse("\"" + key + "\" is not a number");
    return *value.real();
  }

  DataField read_field(const Table& table) const {
    DataField field;
    field.name = read_text(table, "name");
    std::vector<int64_t> sizes;
    for (const Setting& size : list_of(table, "shape")) {
      if (size.integer() == nullptr || *size.integer() < 0) refuse("a shape is not a list of sizes");
      sizes.push_back(*size.integer());
    }
    field.shape = Shape(std::move(sizes));
    const auto dtype = dtype_of(read_text(table, "dtype"));
    if (!dtype) refuse("a dtype is not known");
    field.dtype = *dtype;
    if (const Setting* classes = table.find("classes")) {
      if (classes->integer() == nullptr || *classes->integer() < 0) refuse("\"classes\" is not a count");
      field.classes = *classes->integer();
    }
    field.class_names = read_texts(table, "class_names");
    return field;
  }

  InputContract read_input(const Table& table) const {
    InputContract input;
    input.field = read_field(table);
    Preparation& p = input.preparation;
    if (const Setting* scale = table.find("scale")) p.scale = read_real(*scale, "scale");
    if (const Setting* offset = table.find("offset")) p.offset = read_real(*offset, "offset");
    p.columns = read_texts(table, "columns");
    p.missing = read_texts(table, "missing");
    p.dialect = {read_character(table, "separator", p.dialect.separator),
                 read_character(table, "decimal", p.dialect.decimal)};
    if (table.contains("fill")) {
      for (const Setting& value : list_of(table, "fill")) p.fill.push_back(read_real(value, "fill"));
    }
    read_categories(table, p);
    p.color_mode = read_text(table, "color_mode");
    p.interpolation = read_text(table, "interpolation");
    return input;
  }

  const std::string& who_;
};

}  // namespace

Setting contract_setting(const DataContract& contract) {
  List inputs, targets;
  for (const InputContract& input : contract.inputs) inputs.push_back(input_setting(input));
  for (const TargetContract& target : contract.targets) targets.push_back(target_setting(target));
  Table table;
  table.set("inputs", std::move(inputs));
  table.set("targets", std::move(targets));
  return table;
}

DataContract contract_from_setting(const Setting& setting, const std::string& who) { return Reader(who).read(setting); }

}  // namespace dltrain::datasets
