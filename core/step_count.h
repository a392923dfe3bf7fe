// A count of optimizer steps, as schedules take it: a number of steps, or of epochs whose length only the data can
// tell. In a recipe: 200, "200 steps", "10 epochs", "0.5 epochs".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/convert.h"

namespace dltrain {

struct StepCount {
  double amount = 0;
  bool epochs = false;  // the unit of amount; else steps, and whole

  // In steps; at least one step where the count is not zero.
  int64_t steps(int64_t steps_per_epoch) const;
  bool operator==(const StepCount&) const = default;
};

// Canonical form: an integer for steps, a text for epochs ("10 epochs").
template <> struct Converter<StepCount> {
  static constexpr FieldType type = FieldType::step_count;
  static std::string type_text() { return "steps, or a text as \"10 epochs\""; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, StepCount& value);
  static Setting print(const StepCount& value);
};

template <> struct Converter<std::vector<StepCount>> {
  static constexpr FieldType type = FieldType::step_counts;
  static std::string type_text() { return "list of steps, or of texts as \"10 epochs\""; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, std::vector<StepCount>& value);
  static Setting print(const std::vector<StepCount>& value);
};

}  // namespace dltrain
