// What is added around an image (or cut off it), as recipes write it: 1, [1, 2] or [[1, 1], [2, 2]].
#pragma once

#include "core/convert.h"

namespace dltrain::layers {

struct Margins2D {
  int64_t top = 1;
  int64_t bottom = 1;
  int64_t left = 1;
  int64_t right = 1;
};

}  // namespace dltrain::layers

namespace dltrain {

template <> struct Converter<layers::Margins2D> {
  static constexpr FieldType type = FieldType::other;
  static std::string type_text() { return "integer, [rows, columns] or [[top, bottom], [left, right]]"; }
  // Canonical: [[top, bottom], [left, right]].
  static std::string normalise(const Setting& given, Setting& canonical);
  static void read(const Setting& canonical, layers::Margins2D& value);
  static Setting print(const layers::Margins2D& value);
};

}  // namespace dltrain
