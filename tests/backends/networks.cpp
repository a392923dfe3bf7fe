#include "tests/backends/networks.h"

#include <cmath>
#include <functional>

#include "core/random.h"
#include "graph/autodiff.h"
#include "graph/ops.h"
#include "graph/precision.h"

namespace dltrain::test {

using graph::Builder;
using graph::Value;

namespace {

constexpr int64_t classes = 10;

// Builds a training step around a model that maps the input "x" to logits.
class Trainer {
 public:
  Trainer(Network& network, const Shape& x, std::optional<DType> narrow)
      : b_(network.graph, network.states, true), rows_(x[0]), narrow_(narrow) {
    x_ = b_.input("x", graph::InputKind::data, {DType::f32, x});
  }

  Builder& builder() { return b_; }
  Value x() const { return x_; }

  Value dense(Value x, const std::string& name, int64_t units, bool relu) {
    const auto scope = b_.scope(name);
    const Value kernel = b_.weight("kernel", {b_.shape(x).back(), units}, {});
    const Value y = graph::add(b_, graph::matmul(b_, x, kernel), b_.weight("bias", {units}, {}));
    return relu ? graph::relu(b_, y) : y;
  }

  Value convolution(Value x, const std::string& name, int64_t filters, bool bias, int64_t padding) {
    const auto scope = b_.scope(name);
    const Value kernel = b_.weight("kernel", {3, 3, b_.shape(x).back(), filters}, {});
    const Value y = graph::conv2d(b_, x, kernel, {.padding = {padding, padding, padding, padding}});
    return bias ? graph::add(b_, y, b_.weight("bias", {filters}, {})) : y;
  }

  Value batch_norm(Value x, const std::string& name) {
    const auto scope = b_.scope(name);
    const Shape channels = {b_.shape(x).back()};
    return graph::batch_norm(b_, x, b_.weight("gamma", channels, {}), b_.weight("beta", channels, {}), 1e-3).y;
  }

  // Loss, gradients and the step of the optimizer.
  void finish(Value logits, const std::string& rule, const graph::Attributes& options, size_t slots) {
    logits = lowered(logits);
    const Value labels = b_.input("labels", graph::InputKind::data, {DType::i32, {rows_}});
    const Value loss = graph::reduce_mean(b_, graph::sparse_softmax_cross_entropy(b_, logits, labels));
    b_.set_result("loss", loss);
    graph::OptimizerInputs step;
    std::vector<graph::StateInfo> weights;
    for (const graph::StateInfo& info : b_.states().list()) weights.push_back(info);
    for (const graph::StateInfo& info : weights) step.weights.push_back(b_.state(info));
    step.gradients = graph::gradients(b_, loss, step.weights);
    for (const graph::StateInfo& info : weights) {
      step.slots.emplace_back();
      for (size_t s = 0; s < slots; ++s) step.slots.back().push_back(b_.state(slot_of(info, s)));
    }
    step.learning_rate = b_.scalar_input(graph::scalar::learning_rate);
    step.iteration = b_.scalar_input(graph::scalar::step);
    step.finite = graph::all_finite(b_, step.gradients);
    step.gradient_scale = graph::scalar_constant(b_, 1);
    step.learning_rate_factors.assign(weights.size(), 1);
    step.weight_decays.assign(weights.size(), 0);
    const graph::OptimizerOutputs updated = graph::optimizer_step(b_, rule, step, options);
    for (size_t i = 0; i < weights.size(); ++i) {
      b_.set_state(weights[i].name, updated.weights[i]);
      for (size_t s = 0; s < slots; ++s) b_.set_state(slot_of(weights[i], s).name, updated.slots[i][s]);
    }
  }

 private:
  // The logits of the model as it is then.
  Value lowered(Value logits) {
    if (!narrow_) return logits;
    graph::Lowered lowered = graph::lower_precision(b_.graph(), *narrow_);
    const auto map = [&](Value value) {
      return lowered.values[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)];
    };
    b_.replace_graph(std::move(lowered.graph), map);
    return graph::cast(b_, map(logits), DType::f32);
  }

  static graph::StateInfo slot_of(const graph::StateInfo& weight, size_t slot) {
    return {"optimizer/" + weight.name + "/" + std::to_string(slot), weight.type, graph::StateRole::slot};
  }

  Builder b_;
  int64_t rows_;
  std::optional<DType> narrow_;
  Value x_;
};

}  // namespace

Network dense_network(int64_t rows, std::optional<DType> narrow) {
  Network network;
  Trainer t(network, {rows, 20}, narrow);
  Value x = t.dense(t.x(), "first", 65, true);
  x = graph::dropout(t.builder(), x, 0.2, 7);
  x = t.dense(x, "second", 70, true);
  t.finish(t.dense(x, "last", classes, false), "adam",
           {{"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-7}, {"amsgrad", false}}, 2);
  return network;
}

Network convolution_network(int64_t rows, std::optional<DType> narrow) {
  Network network;
  Trainer t(network, {rows, 12, 12, 3}, narrow);
  Builder& b = t.builder();
  Value x = graph::max_pool2d(b, graph::relu(b, t.convolution(t.x(), "first", 8, true, 0)), {});
  x = graph::max_pool2d(b, graph::relu(b, t.convolution(x, "second", 16, true, 0)), {});
  x = graph::reshape(b, x, {rows, -1});
  t.finish(t.dense(x, "last", classes, false), "sgd", {{"momentum", 0.9}, {"nesterov", false}}, 1);
  return network;
}

Network residual_network(int64_t rows, std::optional<DType> narrow) {
  Network network;
  Trainer t(network, {rows, 8, 8, 4}, narrow);
  Builder& b = t.builder();
  const Value stem = graph::relu(b, t.batch_norm(t.convolution(t.x(), "stem", 8, false, 1), "stem_norm"));
  Value x = graph::relu(b, t.batch_norm(t.convolution(stem, "first", 8, false, 1), "first_norm"));
  x = t.batch_norm(t.convolution(x, "second", 8, false, 1), "second_norm");
  x = graph::relu(b, graph::add(b, x, stem));
  t.finish(t.dense(graph::reduce_mean(b, x, {1, 2}), "last", classes, false), "sgd",
           {{"momentum", 0.9}, {"nesterov", true}}, 1);
  return network;
}

Network joining_network(int64_t rows, std::optional<DType> narrow) {
  Network network;
  Trainer t(network, {rows, 8, 8, 3}, narrow);
  Builder& b = t.builder();
  const Value across = graph::relu(b, t.convolution(t.x(), "first", 16, true, 1));
  const Value below = graph::relu(b, t.convolution(graph::max_pool2d(b, across, {}), "second", 32, true, 1));
  const Value kernel = b.weight("up/kernel", {2, 2, 16, 32}, {});
  Value x = graph::conv2d_grad_input(b, below, kernel, {.strides = {2, 2}}, {rows, 8, 8, 16});
  x = graph::concat(b, {graph::add(b, x, b.weight("up/bias", {16}, {})), across}, 3);
  x = graph::relu(b, t.convolution(x, "third", 16, true, 1));
  t.finish(t.dense(graph::reduce_mean(b, x, {1, 2}), "last", classes, false), "sgd",
           {{"momentum", 0.9}, {"nesterov", false}}, 1);
  return network;
}

std::map<std::string, Array> example_inputs(const graph::Graph& graph) {
  std::map<std::string, Array> arrays;
  for (const graph::Input& input : graph.inputs) {
    const graph::ValueType& type = graph.type(input.value);
    const RandomStream random(5, stable_hash(input.name));
    Array array(type.dtype, type.shape);
    const double fan = type.shape.rank() > 1 ? static_cast<double>(type.elements() / type.shape.back()) : 1;
    for (int64_t i = 0; i < array.elements(); ++i) {
      const auto e = static_cast<uint64_t>(i);
      const double bell = random.normal(0, e);
      if (input.name == graph::scalar::learning_rate) set_element(array, i, 0.01);
      else if (type.dtype == DType::i32) set_element(array, i, static_cast<double>(random.below(classes, 0, e)));
      else if (is_integer(type.dtype)) set_element(array, i, 3);
      else if (input.name.ends_with("/1")) set_element(array, i, bell * bell * 1e-3);  // Adam's second slot
      else if (input.name.ends_with("gamma")) set_element(array, i, 1 + 0.1 * bell);
      else set_element(array, i, input.name == "x" ? bell : bell / std::sqrt(fan));
    }
    arrays[input.name] = std::move(array);
  }
  return arrays;
}

}  // namespace dltrain::test
