// An array and what a file calls it.
#pragma once

#include <string>

#include "core/array.h"

namespace dltrain::formats {

struct NamedArray {
  std::string name;
  Array array;
  bool operator==(const NamedArray&) const = default;
};

}  // namespace dltrain::formats
