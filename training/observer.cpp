#include "training/observer.h"

namespace dltrain::training {

using graph::StateRole;

NamedArrays Observer::weights() const {
  NamedArrays weights;
  for (const graph::StateInfo& info : program().states().list()) {
    if (info.role != StateRole::weight && info.role != StateRole::buffer) continue;
    weights.emplace_back(info.name, model_.session().state(info.name));
  }
  return weights;
}

NamedArrays Observer::activations(const datasets::Batch& batch) {
  const auto [plan, is_new] = activation_plans_.emplace(batch.size, -1);
  if (is_new) plan->second = model_.session().add(model_.program().layer_outputs(batch.size));
  model_.session().run(plan->second, model_.feed(batch, false));
  NamedArrays outputs;
  for (const models::LayerSpec& layer : program().spec().model.layers) {
    outputs.emplace_back(layer.name, model_.session().result(plan->second, layer.name));
  }
  return outputs;
}

NamedArrays Observer::gradients(const datasets::Batch& batch, int64_t step) {
  const auto [plan, is_new] = gradient_plans_.emplace(batch.size, -1);
  if (is_new) plan->second = model_.session().add(model_.program().gradient_values(batch.size));
  backends::Feed fed = model_.feed(batch, true);
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
