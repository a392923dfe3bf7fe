// The pages of docs/how-to work as they say: their examples are compiled into this test, registered, and used.
#include <catch2/catch_test_macros.hpp>

#include "backends/reference/evaluate.h"
#include "datasets/open.h"
#include "datasets/source.h"
#include "graph/op.h"
#include "layers/layer.h"
#include "training/callback.h"

namespace dltrain::graph {
void register_squared_relu(OpRegistry& registry);
}
namespace dltrain::layers {
void register_channel_scale(LayerRegistry& registry);
}
namespace dltrain::datasets {
void register_parity(SourceRegistry& registry);
}

namespace dltrain::training {
void register_stop_at(CallbackRegistry& registry);
}

namespace dltrain {

TEST_CASE("the callback of add-a-callback.md decides as the page says, interrupted or not") {
  training::CallbackRegistry registry("callback");
  training::register_stop_at(registry);
  models::Spec spec;
  spec.train.outputs.push_back({"y", {}, 1, {{"metric", "BinaryAccuracy", {}, {}}}, {}, {}});
  Component component{"callback", "StopAt", {}, {}};
  component.params.set("monitor", "val_binary_accuracy");
  component.params.set("target", 0.9);
  component.params.set("epochs", 2);
  const auto prepared = [&] {
    auto callback = registry.make(component);
    callback->prepare({spec, "", "", {"val_binary_accuracy"}, 1});
    return callback;
  };
  const auto stops = [](training::Callback& callback, double value) {
    training::Wishes wishes;
    callback.on(training::EpochDone{1, 9, 1, {{"val_binary_accuracy", value}}, 0.1, 1, 1}, wishes);
    return wishes.stop.has_value();
  };
  const auto callback = prepared();
  CHECK(callback->monitored() == "val_binary_accuracy");
  CHECK_FALSE(stops(*callback, 0.95));
  CHECK_FALSE(stops(*callback, 0.5));
  CHECK_FALSE(stops(*callback, 0.95));
  const auto resumed = prepared();
  resumed->restore(callback->state());
  CHECK(stops(*callback, 0.9));
  CHECK(stops(*resumed, 0.9));
  CHECK_FALSE(stops(*prepared(), 0.9));
}

TEST_CASE("the layer of add-a-layer.md is built as the page says") {
  layers::LayerRegistry registry;
  layers::register_channel_scale(registry);
  const layers::LayerKind* layer = registry.find("ChannelScale");
  REQUIRE(layer != nullptr);
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  const auto scope = b.scope("scaled");
  const layers::Tensor x{b.input("x", graph::InputKind::data, {DType::f32, {2, 5, 3}}), {}};
  const Component component{"layer", "ChannelScale", {}, {}};
  const auto outputs = layer->build(component, b, {&x, 1});
  CHECK(b.shape(outputs.at(0).value) == Shape{2, 5, 3});
  REQUIRE(states.find("scaled/scale") != nullptr);
  CHECK(states.find("scaled/scale")->type.shape == Shape{3});
}

TEST_CASE("the op of add-an-op.md means what the page says") {
  graph::OpRegistry registry;
  graph::register_squared_relu(registry);
  const graph::Op* op = registry.find("squared_relu");
  REQUIRE(op != nullptr);
  const graph::Node node{op, {graph::Value{0, 0}}, {}, {{DType::f64, {3}}}};
  backends::reference::Tensor x(graph::ValueType{DType::f64, {3}});
  x.values = {-2, 0.5, 3};
  const auto results = backends::reference::evaluate(node, {&x});
  CHECK(results[0].values == std::vector<double>{0, 0.25, 9});
}

TEST_CASE("the source of add-a-source.md gives the data that the page says") {
  datasets::SourceRegistry registry;
  datasets::register_parity(registry);
  DataRequest request;
  request.spec.source = {"source", "parity", {}, {}};
  request.spec.source.params.set("bits", 4);
  Diagnostics warnings;
  const auto data = datasets::open_dataset(registry, request, warnings);
  CHECK(data->size(datasets::Part::train) == 16);
  CHECK(data->signature().targets[0].class_names == std::vector<std::string>{"even", "odd"});
  datasets::Batch batch;
  const std::vector<int64_t> rows = {7};
  data->read(datasets::Part::train, rows, batch);
  CHECK(batch.targets[0].as<int32_t>()[0] == 1);
}

}  // namespace dltrain
