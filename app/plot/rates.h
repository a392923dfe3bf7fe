// The learning rate of a recipe over the steps of its training, before it runs.
#pragma once

#include <string>
#include <vector>

#include "app/logs/chart.h"
#include "models/spec.h"

namespace dltrain::app {

struct RatePlot {
  Curve curve;
  std::string x_title;             // "steps, 108 an epoch"
  std::vector<std::string> notes;  // what else may change it
};

// Looks at the data for the number of steps; reads them where only the values tell. Throws UserError.
RatePlot rates_of(const models::Spec& spec);

}  // namespace dltrain::app
