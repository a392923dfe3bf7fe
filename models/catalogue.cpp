#include "models/catalogue.h"

#include "models/losses/loss.h"
#include "models/metrics/metric.h"
#include "models/optimizers/optimizer.h"
#include "models/recipe/sections.h"
#include "models/schedules/schedule.h"

namespace dltrain::models {

void fill_catalogue(Catalogue& catalogue) {
  loss_registry().fill(catalogue);
  metric_registry().fill(catalogue);
  optimizer_registry().fill(catalogue);
  schedule_registry().fill(catalogue);
  add_sections(catalogue);
}

}  // namespace dltrain::models
