#include "models/check_support.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace dltrain::models {

const DataField* target_of(const ModelSpec& model, const DataSignature& signature, const std::string& output) {
  const auto& targets = signature.targets;
  if (targets.size() == 1) return &targets.front();
  const auto named = std::find_if(targets.begin(), targets.end(), [&](const DataField& f) { return f.name == output; });
  if (named != targets.end()) return &*named;
  const auto at =
      static_cast<size_t>(std::find(model.outputs.begin(), model.outputs.end(), output) - model.outputs.begin());
  return at < targets.size() ? &targets[at] : nullptr;
}

Place place_of_key(const Component& component, const std::string& key) {
  const Place place = component.params.key_place(key);
  return place.known() ? place : component.place;
}

const LayerSpec* find_layer(const ModelSpec& model, const std::string& name) {
  const auto found =
      std::find_if(model.layers.begin(), model.layers.end(), [&](const LayerSpec& l) { return l.name == name; });
  return found == model.layers.end() ? nullptr : &*found;
}

namespace {

bool is_one_of(const std::string& kind, std::initializer_list<const char*> kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

}  // namespace

std::optional<LastActivation> last_activation(const ModelSpec& model, const LayerSpec& layer) {
  const std::string& kind = layer.component.kind;
  if (const Setting* activation = layer.component.params.find("activation")) {
    const Setting* type = activation->table() != nullptr ? activation->table()->find("type") : activation;
    if (type != nullptr && type->text() != nullptr) return LastActivation{*type->text(), &layer};
  }
  if (is_one_of(kind, {"Softmax", "ReLU", "LeakyReLU", "ELU", "PReLU"})) {
    return LastActivation{kind == "ReLU" ? "relu" : snake_case(kind), &layer};
  }
  if (is_one_of(kind, {"BatchNormalization", "LayerNormalization", "Normalization"}))
    return LastActivation{"linear", &layer};
  if (!is_one_of(kind, {"Flatten", "Reshape", "Permute", "Identity"}) || layer.inputs.size() != 1) return std::nullopt;
  const LayerSpec* before = find_layer(model, layer.inputs.front());
  return before == nullptr ? std::nullopt : last_activation(model, *before);
}

namespace {

bool keeps_values(const std::string& kind) {
  return is_one_of(kind, {"Input", "Flatten", "Reshape", "Permute", "Dropout", "Concatenate", "ReLU"}) ||
         kind.find("Pooling") != std::string::npos || kind.starts_with("ZeroPadding") || kind.starts_with("UpSampling");
}

}  // namespace

const LayerSpec* first_trained(const ModelSpec& model, const std::string& input) {
  std::vector<std::string> carriers = {input};
  for (const LayerSpec& layer : model.layers) {
    const bool takes = std::any_of(layer.inputs.begin(), layer.inputs.end(), [&](const std::string& name) {
      return std::find(carriers.begin(), carriers.end(), name) != carriers.end();
    });
    if (!takes) continue;
    const std::string& kind = layer.component.kind;
    if (is_one_of(kind, {"Dense", "LSTM", "GRU", "SimpleRNN", "MultiHeadAttention"}) || kind.starts_with("Conv") ||
        kind.starts_with("DepthwiseConv"))
      return &layer;
    if (keeps_values(kind)) carriers.push_back(layer.name);
  }
  return nullptr;
}

}  // namespace dltrain::models
