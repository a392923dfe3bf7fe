#include "tests/support/finite_differences.h"

#include "core/random.h"
#include "graph/autodiff.h"
#include "graph/ops.h"
#include "graph/verify.h"

namespace dltrain::test {

namespace {

constexpr auto loss_name = "loss";

std::string gradient_name(const std::string& input) { return "gradient of " + input; }

// The graph with one more result: the sum of all elements of its real results, each times a fixed random factor.
graph::Value add_loss(graph::Builder& b) {
  graph::Value loss = graph::full(b, DType::f64, {}, 0);
  const std::vector<graph::Output> outputs = b.graph().outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const graph::Value y = outputs[i].value;
    if (!is_float(b.dtype(y))) continue;
    const RandomStream random(1, i);
    std::vector<double> factors(static_cast<size_t>(b.shape(y).elements()));
    for (size_t k = 0; k < factors.size(); ++k) factors[k] = 2 * random.uniform_double(0, k) - 1;
    const graph::Value weighted = graph::mul(b, y, graph::constant(b, DType::f64, b.shape(y), std::move(factors)));
    loss = graph::add(b, loss, graph::reduce_sum(b, weighted));
  }
  b.set_result(loss_name, loss);
  return loss;
}

double loss_of(const graph::Graph& graph, const Arrays& inputs) {
  return element(run_on_reference(graph, inputs).at(loss_name), 0);
}

Array central_differences(const graph::Graph& graph, Arrays inputs, const std::string& name) {
  Array& x = inputs.at(name);
  Array result(DType::f64, x.shape);
  for (int64_t i = 0; i < x.elements(); ++i) {
    const double centre = element(x, i);
    const double step = 1e-5;
    set_element(x, i, centre + step);
    const double above = loss_of(graph, inputs);
    set_element(x, i, centre - step);
    const double below = loss_of(graph, inputs);
    set_element(x, i, centre);
    set_element(result, i, (above - below) / (2 * step));
  }
  return result;
}

}  // namespace

std::string gradient_difference(const graph::Graph& graph, const Arrays& inputs, Tolerance tolerance) {
  graph::Graph forward = graph;
  graph::StateTable states;
  graph::Builder forward_builder(forward, states, true, DType::f64);
  const graph::Value loss = add_loss(forward_builder);

  graph::Graph backward = forward;
  graph::Builder b(backward, states, true, DType::f64);
  std::vector<graph::Value> wanted;
  std::vector<std::string> names;
  for (const graph::Input& input : graph.inputs) {
    if (!is_float(b.dtype(input.value))) continue;
    wanted.push_back(input.value);
    names.push_back(input.name);
  }
  const std::vector<graph::Value> gradients = graph::gradients(b, loss, wanted);
  for (size_t i = 0; i < names.size(); ++i) b.set_result(gradient_name(names[i]), gradients[i]);
  graph::verify(backward, "after differentiation");

  const Arrays found = run_on_reference(backward, inputs);
  for (const std::string& name : names) {
    const std::string wrong =
        difference(found.at(gradient_name(name)), central_differences(forward, inputs, name), tolerance);
    if (!wrong.empty()) return gradient_name(name) + ": " + wrong;
  }
  return {};
}

}  // namespace dltrain::test
