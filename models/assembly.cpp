#include "models/assembly.h"

#include <algorithm>
#include <set>

#include "layers/registry.h"
#include "models/where_values_stand.h"

namespace dltrain::models {

using graph::Builder;
using graph::InputKind;
using layers::Tensor;

namespace {

const DataField* find_field(const std::vector<DataField>& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const DataField& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

Tensors assemble_inputs(Builder& b, const ModelSpec& model, const DataSignature& signature, int64_t batch) {
  Tensors values;
  const auto add = [&](const DataField& field) {
    values[field.name] = {b.input(field.name, InputKind::data, {field.dtype, Shape{batch}.concat(field.shape)}), {}};
  };
  if (model.inputs.empty()) {
    for (const DataField& field : signature.inputs) add(field);
  }
  for (const InputSpec& input : model.inputs) {
    const DataField* field = find_field(signature.inputs, input.name);
    if (field == nullptr) throw Bug("the data has no input \"" + input.name + "\"");
    add(*field);
  }
  return values;
}

namespace {

// The inputs of a layer, or nothing if one of them could not be computed.
std::optional<std::vector<Tensor>> gather_inputs(const LayerSpec& layer, const Tensors& values,
                                                 const std::set<std::string>& failed) {
  std::vector<Tensor> inputs;
  for (const std::string& name : layer.inputs) {
    if (failed.contains(name)) return std::nullopt;
    const auto found = values.find(name);
    if (found == values.end()) throw Bug("layer \"" + layer.name + "\" reads \"" + name + "\", which does not exist");
    inputs.push_back(found->second);
  }
  return inputs;
}

// A layer of a model of the zoo is not the user's to change: what can be is what goes into the model, and where it ends.
std::vector<Diagnostic> for_user_of_model(const LayerSpec& layer, std::vector<Diagnostic> said) {
  if (!layer.place.known() || layer.place.source->used_at == nullptr) return said;
  for (Diagnostic& each : said) {
    if (each.code == Code("window"))
      each.help =
          "the model is made for larger inputs: give it larger images (\"UpSampling2D\" above it enlarges them), "
          "or end it earlier with until = \"...\"";
  }
  return said;
}

}  // namespace

void assemble_layers(Builder& b, const ModelSpec& model, Tensors& values, Diagnostics& diagnostics) {
  std::set<std::string> failed;
  for (const LayerSpec& layer : model.layers) {
    auto inputs = gather_inputs(layer, values, failed);
    if (!inputs) {
      failed.insert(layer.name);
      continue;
    }
    const auto scope = b.scope(layer.name, layer.who(), place_of_change(layer.component, layer.place),
                               {layer.trainable, layer.learning_rate_factor, layer.reuse});
    try {
      values[layer.name] = layers::build_layer(layer.component, b, *inputs).front();
    } catch (const UserError& error) {
      std::vector<Diagnostic> said = for_user_of_model(layer, error.diagnostics());
      for (Diagnostic& each : said) note_values_elsewhere(layer, each);
      diagnostics.add(said);
      failed.insert(layer.name);
    }
  }
}

}  // namespace dltrain::models
