#include "tests/layers/harness.h"
#include "tests/support/catalogue.h"
#include "tests/support/numbers.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/reference/evaluate.h"
#include "backends/session.h"
#include "core/random.h"
#include "core/read_fields.h"
#include "formats/json/json.h"
#include "graph/autodiff.h"
#include "graph/ops.h"
#include "graph/verify.h"

namespace dltrain::test {

const Catalogue& catalogue() {
  static const Catalogue catalogue = catalogue_of(layers::fill_catalogue);
  return catalogue;
}

Setting json(const std::string& text) { return formats::parse_json(text, "test", ExitCode::recipe); }

Component from_json(const std::string& family, const std::string& text) { return component(family, json(text)); }

Component component(const std::string& family, const Setting& setting) {
  Diagnostics diagnostics;
  const auto component = read_component(catalogue(), family, setting, "", diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.list()) UNSCOPED_INFO(diagnostic.text());
  REQUIRE(component.has_value());
  return *component;
}

std::vector<Diagnostic> complaints(const std::string& family, const Setting& setting) {
  Diagnostics diagnostics;
  read_component(catalogue(), family, setting, "", diagnostics);
  return diagnostics.list();
}

std::string Built::state_names() const {
  std::string names;
  for (const graph::StateInfo& state : states.list()) names += (names.empty() ? "" : " ") + state.name.substr(6);
  return names;
}

namespace {

graph::ValueType with_real(graph::ValueType type, DType real) {
  if (type.dtype == DType::f32) type.dtype = real;
  return type;
}

// Emits the layer into `built`; returns the values of its inputs.
std::vector<layers::Tensor> emit(Built& built, graph::Builder& builder, const Component& layer,
                                 const std::vector<Fed>& inputs, bool trainable) {
  std::vector<layers::Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::string number = std::to_string(i);
    layers::Tensor tensor{
        builder.input("x" + number, graph::InputKind::data, with_real(inputs[i].type, builder.real())), {}};
    if (inputs[i].masked)
      tensor.mask = builder.input("mask" + number, graph::InputKind::data, {DType::boolean, inputs[i].mask_shape});
    tensors.push_back(tensor);
  }
  const auto guard = builder.scope("layer", "layer \"layer\" (" + layer.kind + ")", {}, {trainable, 1});
  built.outputs = layers::build_layer(layer, builder, tensors);
  built.added_losses = builder.added_losses();
  for (size_t i = 0; i < built.outputs.size(); ++i) {
    builder.set_result("y" + std::to_string(i), built.outputs[i].value);
    if (built.outputs[i].mask) builder.set_result("out_mask" + std::to_string(i), *built.outputs[i].mask);
  }
  return tensors;
}

}  // namespace

Built build(const Component& layer, const std::vector<Fed>& inputs, const Options& options) {
  Built built;
  graph::Builder builder(built.graph, built.states, options.training, options.real);
  emit(built, builder, layer, inputs, options.trainable);
  graph::verify(built.graph, "after building " + layer.kind);
  return built;
}

Built build(const Component& layer, const std::vector<Shape>& inputs, const Options& options) {
  std::vector<Fed> fed;
  for (const Shape& shape : inputs) fed.push_back({{DType::f32, shape}});
  return build(layer, fed, options);
}

Built build_with_gradients(const Component& layer, const std::vector<Fed>& inputs, const Options& options) {
  Built built;
  graph::Builder builder(built.graph, built.states, options.training, options.real);
  const std::vector<layers::Tensor> tensors = emit(built, builder, layer, inputs, options.trainable);
  const graph::Value output = built.outputs[0].value;
  const graph::Value cotangent = builder.input("c0", graph::InputKind::data, builder.type(output));
  const graph::Value loss = graph::reduce_sum(builder, graph::mul(builder, output, cotangent));
  std::vector<std::string> names;
  std::vector<graph::Value> wanted;
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (!is_float(builder.dtype(tensors[i].value))) continue;
    names.push_back("gx" + std::to_string(i));
    wanted.push_back(tensors[i].value);
  }
  for (const graph::StateInfo& state : built.states.list()) {
    if (state.role != graph::StateRole::weight || !state.trainable) continue;
    names.push_back("g:" + state.name.substr(6));
    wanted.push_back(built.graph.input(state.name)->value);
  }
  const std::vector<graph::Value> gradients = graph::gradients(builder, loss, wanted);
  for (size_t i = 0; i < names.size(); ++i) builder.set_result(names[i], gradients[i]);
  graph::verify(built.graph, "after differentiating " + layer.kind);
  return built;
}

std::string text_of(On on) { return on == On::reference ? "the reference" : "the processor"; }
DType real_on(On on) { return on == On::reference ? DType::f64 : DType::f32; }

namespace {

using Tensors = std::map<std::string, backends::reference::Tensor>;

Tensors run_on_processor(const graph::Graph& graph, const Tensors& inputs) {
  backends::Session session(backends::open_backend("cpu", {2}));
  const int number = session.add(graph);
  Arrays arrays;
  backends::Feed feed;
  for (const graph::Input& input : graph.inputs) {
    const Array& array = arrays[input.name] = inputs.at(input.name).array();
    if (input.kind == graph::InputKind::state) session.set_state(input.name, array);
    else if (input.kind == graph::InputKind::data) feed.data[input.name] = &array;
    else if (is_integer(array.dtype)) feed.integers[input.name] = 0;
    else feed.reals[input.name] = 0;
  }
  session.run(number, feed);
  Tensors results;
  for (const graph::Output& output : graph.outputs) {
    const Array array = output.is_state ? session.state(output.name) : session.result(number, output.name);
    results.emplace(output.name, backends::reference::Tensor(array));
  }
  return results;
}

}  // namespace

Tensors evaluate(const graph::Graph& graph, const std::map<std::string, Numbers>& inputs, On on) {
  Tensors tensors;
  for (const graph::Input& input : graph.inputs) {
    backends::reference::Tensor tensor(graph.type(input.value));
    if (const auto given = inputs.find(input.name); given != inputs.end()) {
      INFO("input " << input.name << " " << tensor.type.text());
      REQUIRE(given->second.size() == tensor.values.size());
      tensor.values = given->second;
    } else {
      INFO("no values for the input " << input.name);
      REQUIRE(input.kind == graph::InputKind::scalar);
    }
    tensors.emplace(input.name, std::move(tensor));
  }
  return on == On::reference ? backends::reference::interpret(graph, tensors) : run_on_processor(graph, tensors);
}

Numbers some_numbers(const std::string& name, int64_t count) {
  const RandomStream random(11, stable_hash(name));
  Numbers numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = 2 * (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 1;
  }
  for (size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[random.below(i, 0, i)]);
  return numbers;
}

}  // namespace dltrain::test
