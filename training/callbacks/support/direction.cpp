#include "training/callbacks/support/direction.h"

#include "models/metrics/metric.h"

namespace dltrain::training {

namespace {

// Whether one of the metric's values is called `name`, with its output's name in front where there are several.
bool is_called(const models::Metric& metric, const std::string& called, const std::string& name) {
  for (const std::string& suffix : metric.suffixes()) {
    if (name == called + suffix) return true;
  }
  return false;
}

}  // namespace

bool monitor_grows(const models::Spec& spec, MonitorMode mode, const std::string& monitor) {
  if (mode != MonitorMode::automatic) return mode == MonitorMode::max;
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  for (const models::OutputSpec& output : spec.train.outputs) {
    const std::string prefix = spec.train.outputs.size() > 1 ? output.name + "_" : "";
    const std::vector<std::string> names = models::metric_names(output.metrics);
    for (size_t i = 0; i < output.metrics.size(); ++i) {
      const auto metric = models::make_metric(output.metrics[i]);
      if (is_called(*metric, prefix + names[i], name)) return metric->increases();
    }
  }
  return false;
}

}  // namespace dltrain::training
