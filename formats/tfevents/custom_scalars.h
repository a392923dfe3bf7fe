// Which scalars TensorBoard's page "custom scalars" draws together.
#pragma once

#include <string>
#include <vector>

#include "formats/tfevents/event.h"

namespace dltrain::formats {

struct ScalarChart {
  std::string title;
  std::vector<std::string> tags;  // regular expressions
};
struct ScalarCategory {
  std::string title;
  std::vector<ScalarChart> charts;
};

SummaryValue custom_scalars_summary(const std::vector<ScalarCategory>& categories);

}  // namespace dltrain::formats
