// How often TensorBoard's callback records the values of steps.
#pragma once

#include <string>

#include "core/text.h"
#include "training/callback.h"

namespace dltrain {

namespace training {

// Steps between two records of a step's values: 0 is never, 1 is whenever the run reports a step. The default keeps the
// cost of logging out of sight where a step takes ten microseconds (docs/how-to/tensorboard.md).
struct UpdateFrequency {
  int64_t steps = 20;
};

}  // namespace training

template <> struct Converter<training::UpdateFrequency> {
  static constexpr FieldType type = FieldType::text;
  static std::string type_text() { return "\"batch\", \"epoch\" or a number of steps"; }
  static std::string normalise(const Setting& given, Setting& canonical) {
    const std::string* text = given.text();
    std::optional<int64_t> steps = text != nullptr ? parse_integer(*text) : std::nullopt;
    if (given.integer() != nullptr) steps = *given.integer();
    if (text != nullptr && *text == "epoch") steps = 0;
    if (text != nullptr && *text == "batch") steps = 1;
    if (!steps || *steps < 0 || (*steps == 0 && (text == nullptr || *text != "epoch"))) {
      return "must be \"batch\", \"epoch\" or a number of steps of at least 1";
    }
    canonical = print({*steps});
    return {};
  }
  static void read(const Setting& canonical, training::UpdateFrequency& value) {
    const std::string& text = *canonical.text();
    value.steps = text == "epoch" ? 0 : text == "batch" ? 1 : parse_integer(text).value_or(1);
  }
  static Setting print(training::UpdateFrequency value) {
    return value.steps == 0 ? "epoch" : value.steps == 1 ? "batch" : std::to_string(value.steps);
  }
};

}  // namespace dltrain
