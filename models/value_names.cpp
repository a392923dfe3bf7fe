#include "models/value_names.h"

#include "models/metrics/metric.h"

namespace dltrain::models {

std::vector<EpochValue> epoch_values(const TrainSpec& train) {
  std::vector<EpochValue> values = {{"loss"}};
  const bool several = train.outputs.size() > 1;
  for (const OutputSpec& output : train.outputs) {
    if (several) values.push_back({output.name + "_loss"});
  }
  for (const OutputSpec& output : train.outputs) {
    const std::vector<std::string> names = metric_names(output.metrics);
    for (size_t i = 0; i < output.metrics.size(); ++i) {
      for (const std::string& suffix : make_metric(output.metrics[i])->suffixes())
        values.push_back({(several ? output.name + "_" : "") + names[i] + suffix, &output.metrics[i]});
    }
  }
  return values;
}

}  // namespace dltrain::models
