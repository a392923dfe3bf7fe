// The key "classes" of sources: names of classes in the order of their numbers.
#pragma once

#include <string>
#include <vector>

#include "core/schema.h"

namespace dltrain::datasets {

// Reports a name that appears twice.
void check_class_names(const std::vector<std::string>& classes, FieldReport& report);

}  // namespace dltrain::datasets
