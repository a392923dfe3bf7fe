#include "datasets/table/target_column.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

using formats::parse_number;

void TargetColumn::add(std::string_view text, const std::function<std::string()>& place) {
  if (!codes_.empty() && values_[static_cast<size_t>(codes_.back())] == text) {  // files are often sorted by class
    codes_.push_back(codes_.back());
    return;
  }
  auto found = code_of_.find(text);
  if (found == code_of_.end()) {
    found = code_of_.emplace(std::string(text), static_cast<int32_t>(values_.size())).first;
    values_.emplace_back(text);
    places_.push_back(place());
  }
  codes_.push_back(found->second);
}

bool TargetColumn::all_numbers() const {
  return std::all_of(values_.begin(), values_.end(), [](const std::string& v) { return parse_number(v).has_value(); });
}

namespace {

// The classes that texts stand for. Numbers that are equal are one class, however they are written ("1", "1.0").
class Classes {
 public:
  explicit Classes(std::vector<std::string> names) : names_(std::move(names)) {
    numeric_ =
        std::all_of(names_.begin(), names_.end(), [](const std::string& n) { return parse_number(n).has_value(); });
    for (size_t i = 0; i < names_.size(); ++i) number_of_.emplace(key(names_[i]), static_cast<int32_t>(i));
  }

  // All distinct values, sorted.
  static Classes of_values(const std::vector<std::string>& values) {
    std::vector<std::string> names = values;
    const bool numeric =
        std::all_of(names.begin(), names.end(), [](const std::string& n) { return parse_number(n).has_value(); });
    if (numeric) {
      const auto less = [](const std::string& a, const std::string& b) { return *parse_number(a) < *parse_number(b); };
      const auto same = [](const std::string& a, const std::string& b) { return *parse_number(a) == *parse_number(b); };
      std::stable_sort(names.begin(), names.end(), less);
      names.erase(std::unique(names.begin(), names.end(), same), names.end());
    } else {
      std::sort(names.begin(), names.end());
    }
    return Classes(std::move(names));
  }

  const std::vector<std::string>& names() const { return names_; }
  int32_t number(const std::string& text) const {
    const auto found = number_of_.find(key(text));
    return found == number_of_.end() ? -1 : found->second;
  }

 private:
  std::string key(const std::string& text) const {
    if (!numeric_) return text;
    const auto number = parse_number(text);
    return number ? number_text(*number) : text;
  }

  std::vector<std::string> names_;
  bool numeric_ = false;
  std::unordered_map<std::string, int32_t> number_of_;
};

std::string shown_classes(const std::vector<std::string>& names) {
  constexpr size_t most = 20;
  if (names.size() <= most) return join(names, ", ");
  return join(std::span(names).first(most), ", ") + " and " + std::to_string(names.size() - most) + " more";
}

}  // namespace

void TargetColumn::finish_classes(TargetField& target, const DataField* fixed, const std::vector<std::string>& names,
                                  CellErrors& errors) const {
  const std::vector<std::string>& given = fixed != nullptr ? fixed->class_names : names;
  const Classes classes = given.empty() ? Classes::of_values(values_) : Classes(given);
  std::vector<int32_t> class_of(values_.size());
  for (size_t code = 0; code < values_.size(); ++code) {
    class_of[code] = classes.number(values_[code]);
    if (class_of[code] >= 0) continue;
    errors.add("unknown-class", places_[code],
               "the class " + quote(values_[code]) + " is not one of " + shown_classes(classes.names()),
               fixed != nullptr ? "the training part has no such class" : "add it to classes = [...]");
  }
  target.values = Array(DType::i32, Shape{rows()});
  const std::span<int32_t> labels = target.values.as<int32_t>();
  for (size_t i = 0; i < codes_.size(); ++i) labels[i] = class_of[static_cast<size_t>(codes_[i])];
  target.field.dtype = DType::i32;
  target.field.shape = {};
  target.field.classes = static_cast<int64_t>(classes.names().size());
  target.field.class_names = classes.names();
}

void TargetColumn::finish_numbers(TargetField& target, CellErrors& errors) const {
  std::vector<float> number_of(values_.size());
  for (size_t code = 0; code < values_.size(); ++code) {
    const auto number = parse_number(values_[code]);
    if (number && std::isfinite(static_cast<float>(*number))) {
      number_of[code] = static_cast<float>(*number);
    } else {
      errors.add("bad-cell", places_[code], "the target " + quote(values_[code]) + " is not a finite number",
                 "for classes use a classification loss such as sparse_categorical_crossentropy");
    }
  }
  target.values = Array(DType::f32, Shape{rows(), 1});
  const std::span<float> numbers = target.values.as<float>();
  for (size_t i = 0; i < codes_.size(); ++i) numbers[i] = number_of[static_cast<size_t>(codes_[i])];
  target.field.dtype = DType::f32;
  target.field.shape = {1};
}

}  // namespace dltrain::datasets
