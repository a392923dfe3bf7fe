#include "datasets/labels.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostic.h"
#include "core/text.h"
#include "datasets/array_store.h"

namespace dltrain::datasets {

namespace {

constexpr int64_t most_classes = 1'000'000;  // more are surely not classes

bool holds_one_each(const Array& values) { return values.shape.from(1).elements() == 1; }

bool holds_classes(const Array& values, TargetKind kind) {
  if (kind == TargetKind::numbers) return false;
  const bool integers = !is_float(values.dtype);
  if (kind == TargetKind::automatic) return integers && holds_one_each(values);
  return integers || holds_one_each(values);
}

[[noreturn]] void refuse(const std::string& path, int64_t sample, const std::string& what, const std::string& help) {
  throw UserError(ExitCode::data, "unknown-class", path, "sample " + std::to_string(sample) + ": " + what, help);
}

std::string known_classes(int64_t count, const std::vector<std::string>& names) {
  std::string text = "0 to " + std::to_string(count - 1);
  if (!names.empty() && names.size() <= 20) text += " (" + join(names, ", ") + ")";
  return text;
}

// Class numbers as i32. `known` is the number of classes where it is fixed, else -1.
Array class_numbers(const Array& values, int64_t known, const std::vector<std::string>& names, const std::string& path,
                    int64_t& classes) {
  Array numbers(DType::i32, values.shape);
  const int64_t count = values.elements();
  const int64_t row = std::max<int64_t>(1, values.shape.from(1).elements());
  int64_t largest = -1;
  for (int64_t i = 0; i < count; ++i) {
    const double label = element(values, i);
    if (label != std::floor(label) || label < 0 || label >= static_cast<double>(most_classes)) {
      refuse(path, i / row, "the label " + number_text(label) + " is not a class number",
             "class numbers are whole and count from 0; for a regression use a loss such as mean_squared_error");
    }
    const auto number = static_cast<int64_t>(label);
    if (known >= 0 && number >= known) {
      refuse(path, i / row,
             "the label " + std::to_string(number) + " is outside of the classes " + known_classes(known, names),
             "classes are fixed by the training part, or by classes = [...]");
    }
    largest = std::max(largest, number);
    numbers.as<int32_t>()[static_cast<size_t>(i)] = static_cast<int32_t>(number);
  }
  classes = known >= 0 ? known : largest + 1;
  return numbers;
}

}  // namespace

TargetField array_target(const std::string& name, Array values, TargetKind kind, const DataField* fixed,
                         const std::vector<std::string>& class_names, const std::string& path) {
  check_finite(values, path);
  TargetField target;
  target.field.name = name;
  const bool classes = fixed != nullptr ? fixed->classes.has_value() : holds_classes(values, kind);
  if (!classes) {
    if (values.shape.rank() == 1) values.shape = values.shape.concat({1});
    target.values = converted(values, DType::f32);
    target.field.shape = values.shape.from(1);
    return target;
  }
  if (values.shape.rank() == 2 && values.shape[1] == 1) values.shape = values.shape.slice(0, 1);
  target.field.class_names = fixed != nullptr ? fixed->class_names : class_names;
  int64_t known = class_names.empty() ? -1 : static_cast<int64_t>(class_names.size());
  if (fixed != nullptr) known = *fixed->classes;
  int64_t count = 0;
  target.values = class_numbers(values, known, target.field.class_names, path, count);
  if (count > 0) target.field.classes = count;
  target.field.dtype = DType::i32;
  target.field.shape = values.shape.from(1);
  return target;
}

std::string missing_classes(const DataField& field, const std::vector<int64_t>& counts) {
  constexpr size_t shown = 5;
  std::vector<std::string> missing;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) continue;
    missing.push_back(field.class_names.empty() ? std::to_string(i) : quote(field.class_names[i]));
  }
  if (missing.empty()) return {};
  std::string text = missing.size() == 1 ? "class " : "classes ";
  const size_t more = missing.size() > shown ? missing.size() - shown : 0;
  missing.resize(missing.size() - more);
  text += join(missing, ", ");
  if (more > 0) text += " and " + std::to_string(more) + " more";
  return text;
}

}  // namespace dltrain::datasets
