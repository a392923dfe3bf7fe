#include "models/spec.h"

#include <string_view>
#include <tuple>

#include "core/text.h"

namespace dltrain::models {

std::optional<DType> narrow_dtype(const RunSpec& run) {
  if (run.precision == "mixed_bfloat16") return DType::bf16;
  if (run.precision == "mixed_float16") return DType::f16;
  return std::nullopt;
}

std::string complaint_about_device(const Setting& device) {
  const std::string_view name = *device.text();
  if (name == "auto" || name == "cpu" || name == "cuda" || name == "reference") return {};
  if (name.starts_with("cuda:") && name.size() <= 8) {
    const auto index = parse_integer(name.substr(5));
    if (index && *index >= 0 && name[5] != '+') return {};
  }
  const bool gpu = name.starts_with("gpu") || name.starts_with("GPU") || name == "CUDA" || name == "nvidia";
  return gpu ? "is not known; write \"cuda\""
             : "is not known; write \"auto\", \"cpu\", \"cuda\", or \"cuda:1\" for a second GPU";
}

bool InputSpec::operator==(const InputSpec& o) const {
  return std::tie(name, shape, dtype) == std::tie(o.name, o.shape, o.dtype);
}

bool LayerSpec::operator==(const LayerSpec& o) const {
  return std::tie(name, component, reuse, inputs, trainable, learning_rate_factor) ==
         std::tie(o.name, o.component, o.reuse, o.inputs, o.trainable, o.learning_rate_factor);
}

bool ModelSpec::operator==(const ModelSpec& o) const {
  return std::tie(inputs, layers, outputs, weights, sequential) ==
         std::tie(o.inputs, o.layers, o.outputs, o.weights, o.sequential);
}

bool ClassWeights::operator==(const ClassWeights& o) const {
  return std::tie(balanced, by_class) == std::tie(o.balanced, o.by_class);
}

bool OutputSpec::operator==(const OutputSpec& o) const {
  return std::tie(name, loss, loss_weight, metrics, class_weights) ==
         std::tie(o.name, o.loss, o.loss_weight, o.metrics, o.class_weights);
}

bool Spec::operator==(const Spec& o) const {
  return std::tie(name, seed, run, data, model, train, evaluate, predict, callbacks, expect) ==
         std::tie(o.name, o.seed, o.run, o.data, o.model, o.train, o.evaluate, o.predict, o.callbacks, o.expect);
}

}  // namespace dltrain::models
