// A model of the zoo, or any layer, assembled behind an input to count what it learns.
#include "core/diagnostic.h"
#include "core/shape.h"
#include "graph/builder.h"
#include "models/assembly.h"
#include "models/recipe/reader.h"
#include "models/zoo/zoo.h"

namespace dltrain::models::zoo {

namespace {

Spec read_model_alone(const Catalogue& catalogue, const std::string& layer, const Setting& input) {
  Table inputs;
  inputs.set("input", input);
  const std::string text = "[model]\ninputs = " + Setting(std::move(inputs)).toml() + "\nlayers = [" + layer + "]\n";
  Diagnostics warnings;
  return read_spec(parse_recipe("zoo", text), catalogue, {.for_training = false}, warnings);
}

}  // namespace

Counts count_parameters(const Catalogue& catalogue, const std::string& layer, const Setting& input) {
  const Spec spec = read_model_alone(catalogue, layer, input);
  DataSignature signature;
  for (const InputSpec& each : spec.model.inputs) {
    DataField field;
    field.name = each.name;
    field.shape = each.shape.value_or(Shape{});
    field.dtype = each.dtype.value_or(DType::f32);
    signature.inputs.push_back(std::move(field));
  }
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder builder(graph, states, false);
  Tensors values = assemble_inputs(builder, spec.model, signature, 1);
  Diagnostics diagnostics;
  assemble_layers(builder, spec.model, values, diagnostics);
  diagnostics.throw_if_errors(ExitCode::recipe);
  Counts counts;
  for (const graph::StateInfo& state : states.list()) {
    if (state.role == graph::StateRole::weight) counts.trained += state.type.elements();
    if (state.role == graph::StateRole::buffer) counts.fixed += state.type.elements();
  }
  return counts;
}

}  // namespace dltrain::models::zoo
