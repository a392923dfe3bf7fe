// Numbers that a recipe writes as one, as a list, or as lists in lists.
#pragma once

#include "core/convert.h"
#include "core/shape.h"

namespace dltrain::layers {

struct NumberGrid {
  Shape shape;  // empty: one number
  std::vector<double> values = {0};  // row-major
};

}  // namespace dltrain::layers

namespace dltrain {

template <> struct Converter<layers::NumberGrid> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "real number, list of real numbers, or list of lists"; }
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, layers::NumberGrid& value);
  static Setting print(const layers::NumberGrid& value);
};

}  // namespace dltrain
