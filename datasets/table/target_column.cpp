#include "datasets/table/target_column.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "datasets/table/categories.h"
#include "datasets/table/layout.h"
#include "formats/csv/csv_reader.h"

namespace dltrain::datasets {

bool TargetColumn::holds_numbers(char decimal) const {
  return std::ranges::all_of(distinct_.texts(),
                             [&](const std::string& text) { return formats::parse_number(text, decimal).has_value(); });
}

void TargetColumn::finish_classes(TargetField& target, const DataField* fixed, const std::vector<std::string>& names,
                                  CellErrors& errors) const {
  const std::vector<std::string>& given = fixed != nullptr ? fixed->class_names : names;
  const std::vector<std::string>& values = distinct_.texts();
  const Categories classes = given.empty() ? Categories::of_values(values) : Categories(given);
  std::vector<int32_t> class_of(values.size());
  for (size_t code = 0; code < values.size(); ++code) {
    class_of[code] = classes.number(values[code]);
    if (class_of[code] >= 0) continue;
    errors.add("unknown-class", distinct_.places()[code],
               "the class " + quote(values[code]) + " is not one of " + shown_categories(classes.names()),
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

void TargetColumn::finish_numbers(TargetField& target, char decimal, CellErrors& errors) const {
  const std::vector<std::string>& values = distinct_.texts();
  std::vector<float> number_of(values.size());
  for (size_t code = 0; code < values.size(); ++code) {
    const auto number = formats::parse_number(values[code], decimal);
    if (number && std::isfinite(static_cast<float>(*number))) {
      number_of[code] = static_cast<float>(*number);
    } else {
      const std::string question = decimal_question(values[code], decimal);
      errors.add("bad-cell", distinct_.places()[code], "the target " + quote(values[code]) + " is not a finite number",
                 question.empty() ? "for classes use a classification loss such as sparse_categorical_crossentropy"
                                  : question);
    }
  }
  target.values = Array(DType::f32, Shape{rows(), 1});
  const std::span<float> numbers = target.values.as<float>();
  for (size_t i = 0; i < codes_.size(); ++i) numbers[i] = number_of[static_cast<size_t>(codes_[i])];
  target.field.dtype = DType::f32;
  target.field.shape = {1};
}

}  // namespace dltrain::datasets
