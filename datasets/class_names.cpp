#include "datasets/class_names.h"

#include <algorithm>

#include "core/text.h"

namespace dltrain::datasets {

void check_class_names(const std::vector<std::string>& classes, FieldReport& report) {
  std::vector<std::string> sorted = classes;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) report.error("classes", "classes names " + quote(*twice) + " twice");
}

}  // namespace dltrain::datasets
