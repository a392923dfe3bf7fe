#include "training/callbacks/support/direction.h"

#include "core/text.h"
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
  return known_direction(spec, monitor).value_or(false);
}

std::optional<bool> known_direction(const models::Spec& spec, const std::string& monitor) {
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  if (name == "loss") return false;
  for (const models::OutputSpec& output : spec.train.outputs) {
    if (name == output.name + "_loss") return false;
    const std::string prefix = spec.train.outputs.size() > 1 ? output.name + "_" : "";
    const std::vector<std::string> names = models::metric_names(output.metrics);
    for (size_t i = 0; i < output.metrics.size(); ++i) {
      const auto metric = models::make_metric(output.metrics[i]);
      if (is_called(*metric, prefix + names[i], name)) return metric->increases();
    }
  }
  return std::nullopt;
}

void check_monitor_modes(const models::Spec& spec, Diagnostics& warnings) {
  for (const Component& callback : spec.callbacks) {
    const Setting* mode = callback.params.find("mode");
    const Setting* monitor = callback.params.find("monitor");
    if (mode == nullptr || mode->text() == nullptr || monitor == nullptr || monitor->text() == nullptr) continue;
    if (*mode->text() != "min" && *mode->text() != "max") continue;
    const bool largest = *mode->text() == "max";
    const std::optional<bool> grows = known_direction(spec, *monitor->text());
    if (!grows || *grows == largest) continue;
    warnings
        .warning("monitor-mode", mode->place(), "callback \"" + callback.kind + "\"",
                 "mode = " + quote(*mode->text()) + " takes the " + (largest ? "largest " : "smallest ") +
                     quote(*monitor->text()) + " for the best, and it is the worst")
        .help = std::string("write mode = ") + (largest ? "\"min\"" : "\"max\"") +
                ", or leave mode out: it is known from the metric";
  }
}

}  // namespace dltrain::training
