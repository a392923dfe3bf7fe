#include "models/optimizers/averages.h"

namespace dltrain::models {

using graph::Value;

std::vector<Value> updated_averages(graph::Builder& b, const AverageRule& rule, Value iteration, Value finite,
                                    std::vector<Value>& weights, const std::vector<Value>& averages) {
  std::vector<Value> inputs = {iteration, finite};
  inputs.insert(inputs.end(), weights.begin(), weights.end());
  inputs.insert(inputs.end(), averages.begin(), averages.end());
  const graph::Attributes options = {{"momentum", rule.momentum},
                                     {"overwrite_frequency", rule.overwrite_frequency.value_or(0)}};
  std::vector<Value> outputs = b.emit_all("average_step", std::move(inputs), options);
  if (rule.overwrite_frequency) weights.assign(outputs.begin() + static_cast<long>(averages.size()), outputs.end());
  outputs.resize(averages.size());
  return outputs;
}

}  // namespace dltrain::models
