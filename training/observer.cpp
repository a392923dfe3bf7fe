#include "training/observer.h"

#include <algorithm>

#include "models/metrics/metric.h"

namespace dltrain::training {

using graph::StateRole;

graph::Graph Observer::graph() const {
  models::Program copy = program();  // assembling may note states
  return copy.predict(std::max<int64_t>(program().spec().train.batch_size, 1));
}

bool Observer::increases(const std::string& value) const {
  const std::string name = value.starts_with("val_") ? value.substr(4) : value;
  for (const models::Tracked& tracked : program().tracked(models::SumSet::train)) {
    if (tracked.metric == nullptr || !name.starts_with(tracked.name)) continue;
    const auto metric = models::make_metric(*tracked.metric);
    for (const std::string& suffix : metric->suffixes()) {
      if (name == tracked.name + suffix) return metric->increases();
    }
  }
  return false;
}

NamedArrays Observer::weights() const {
  NamedArrays weights;
  for (const graph::StateInfo& info : program().states().list()) {
    if (info.role != StateRole::weight && info.role != StateRole::buffer) continue;
    weights.emplace_back(info.name, model_.session().state(info.name));
  }
  return weights;
}

int Observer::outputs_plan(const std::vector<std::string>& layers, int64_t batch) {
  const auto [plan, is_new] = outputs_plans_.emplace(std::pair{layers, batch}, -1);
  if (is_new) plan->second = model_.session().add(model_.program().layer_outputs(batch, layers));
  return plan->second;
}

NamedArrays Observer::outputs(const std::vector<std::string>& layers, const datasets::Batch& batch,
                              const std::vector<std::string>& wanted) {
  const int plan = outputs_plan(layers, batch.size);
  model_.session().run(plan, model_.feed(batch, false));
  NamedArrays outputs;
  for (const std::string& layer : wanted) outputs.emplace_back(layer, model_.session().result(plan, layer));
  return outputs;
}

NamedArrays Observer::activations(const datasets::Batch& batch) {
  std::vector<std::string> layers;
  for (const models::LayerSpec& layer : program().spec().model.layers) layers.push_back(layer.name);
  return outputs(layers, batch, layers);
}

NamedArrays Observer::gradients(const datasets::Batch& batch, int64_t step) {
  const auto [plan, is_new] = gradient_plans_.emplace(batch.size, -1);
  if (is_new)
    plan->second =
        model_.session().add(model_.program().gradient_values(batch.size), model_.plan_options(PlanKind::gradient));
  backends::Feed& fed = model_.feed(batch, true);
  Model::set_scalars(fed, {step, 0, 0}, program().spec().seed);
  model_.session().run(plan->second, fed);
  const double divisor = model_.session().scalar_result(plan->second, models::state_name::weight_sum);
  NamedArrays gradients;
  for (const graph::StateInfo& info : program().states().list()) {
    if (info.role != StateRole::weight || !info.trainable) continue;
    Array sums = model_.session().result(plan->second, models::state_name::gradient(info.name));
    for (int64_t i = 0; i < sums.elements(); ++i) set_element(sums, i, divisor == 0 ? 0 : element(sums, i) / divisor);
    gradients.emplace_back(info.name, std::move(sums));
  }
  return gradients;
}

}  // namespace dltrain::training
