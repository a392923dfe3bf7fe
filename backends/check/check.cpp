#include "backends/check/check.h"

#include <algorithm>
#include <cmath>

#include "backends/check/single_node.h"
#include "core/text.h"
#include "graph/op.h"
#include "graph/passes.h"
#include "graph/print.h"

namespace dltrain::backends {

using graph::Graph;
using graph::Value;

double check_tolerance(DType dtype) {
  switch (dtype) {
    case DType::f64: return 1e-9;
    case DType::f32: return 1e-4;
    case DType::f16: return 1e-2;
    case DType::bf16: return 5e-2;
    default: return 0;
  }
}

namespace {

double largest(const Array& array) {
  double most = 0;
  for (int64_t i = 0; i < array.elements(); ++i) {
    const double magnitude = std::fabs(element(array, i));
    if (std::isfinite(magnitude)) most = std::max(most, magnitude);
  }
  return most;
}

// The difference of two elements as a share of what is allowed.
double share(double actual, double expected, double tolerance, double scale) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return 0;
  const double difference = std::fabs(actual - expected);
  const double allowed = tolerance * (std::fabs(expected) + scale);
  return std::isfinite(difference) && allowed > 0 ? difference / allowed : HUGE_VAL;
}

// What a node may lose: a composite that reads narrow numbers rounds in between, whatever dtype its sums are in.
double tolerance_of(const Graph& graph, const graph::Node& node, DType result) {
  double tolerance = check_tolerance(result);
  if (node.op->expand == nullptr || !is_float(result)) return tolerance;
  for (const Value input : node.inputs) tolerance = std::max(tolerance, check_tolerance(graph.type(input).dtype));
  return tolerance;
}

void compare(const Array& actual, const Array& expected, double tolerance, CheckedValue& value) {
  const double scale = largest(expected);
  int64_t where = 0;
  for (int64_t i = 0; i < expected.elements(); ++i) {
    const double now = share(element(actual, i), element(expected, i), tolerance, scale);
    if (now <= value.worst) continue;
    value.worst = now;
    where = i;
  }
  if (value.worst <= 1) return;
  value.difference = "element " + std::to_string(where) + " is " + number_text(element(actual, where)) + ", not " +
                     number_text(element(expected, where));
  if (std::isfinite(value.worst))
    value.difference += " (" + number_text(std::round(value.worst * 10) / 10) + " times what is allowed)";
}

// All values of a graph on a session, by value.
std::map<Value, Array> all_values(const Graph& graph, const std::map<std::string, Array>& inputs, Session& session) {
  const int number = session.add(with_all_results(graph), {.fuse = false});
  const Feed feed = feed_of(inputs);
  session.run(number, feed);
  std::map<Value, Array> values;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (size_t o = 0; o < graph.nodes[n].outputs.size(); ++o) {
      const Value value{static_cast<int32_t>(n), static_cast<int32_t>(o)};
      values[value] = session.result(number, graph::print_value(value));
    }
  }
  return values;
}

void check_node(const Graph& graph, size_t index, const std::map<Value, Array>& values, Session& session,
                CheckReport& report) {
  const SingleNode single = single_node(graph, index);
  std::map<std::string, Array> inputs;
  for (const auto& [name, value] : single.data) inputs[name] = values.at(value);
  const int number = session.add(single.graph, {.fuse = false});
  for (const auto& [name, value] : single.states) session.set_state(name, values.at(value));
  session.run(number, feed_of(inputs));
  std::string implementation;
  for (const Step& step : session.plan(number).steps) {
    implementation += (implementation.empty() ? "" : "+") + step.kernel->info().implementation;
  }
  for (size_t o = 0; o < graph.nodes[index].outputs.size(); ++o) {
    const Value value{static_cast<int32_t>(index), static_cast<int32_t>(o)};
    CheckedValue checked{index, static_cast<int>(o), implementation};
    const Array& expected = values.at(value);
    compare(session.result(number, graph::print_value(value)), expected,
            tolerance_of(graph, graph.nodes[index], expected.dtype), checked);
    report.values.push_back(std::move(checked));
  }
}

}  // namespace

CheckReport check_backends(const Graph& graph, const std::map<std::string, Array>& inputs, Session& trusted,
                           Session& tested) {
  CheckReport report;
  report.graph = graph::run_passes(graph, graph::general_passes(), {});
  report.graph = tested.backend().fuse(report.graph);
  const std::map<Value, Array> values = all_values(report.graph, inputs, trusted);
  for (size_t n = 0; n < report.graph.nodes.size(); ++n) {
    const graph::Op& op = *report.graph.nodes[n].op;
    if (op.name != "input" && !op.view) check_node(report.graph, n, values, tested, report);
  }
  return report;
}

const CheckedValue* CheckReport::first_failure() const {
  const auto found =
      std::find_if(values.begin(), values.end(), [](const CheckedValue& value) { return !value.agrees(); });
  return found == values.end() ? nullptr : &*found;
}

std::string CheckReport::text() const {
  std::string out;
  size_t failures = 0;
  const CheckedValue* worst = nullptr;
  for (const CheckedValue& value : values) {
    if (worst == nullptr || value.worst > worst->worst) worst = &value;
    if (value.agrees()) continue;
    ++failures;
    const graph::Node& node = graph.nodes[value.node];
    const graph::Scope& scope = graph.scope(node);
    const std::string who = scope.who.empty() ? scope.path : scope.who;
    out += (who.empty() ? "" : who + ": ") + graph::print_value({static_cast<int32_t>(value.node), value.output}) +
           " = " + node.op->name + " " + node.outputs[static_cast<size_t>(value.output)].text() + " (" +
           value.implementation + "): " + value.difference + "\n";
  }
  out += count_text(static_cast<int64_t>(values.size())) + " values compared, " +
         (failures == 0 ? "all agree" : count_text(static_cast<int64_t>(failures)) + " differ");
  if (worst != nullptr && failures == 0 && worst->worst > 0) {
    out += "; the largest difference is " + number_text(std::round(worst->worst * 1000) / 10) +
           " % of what is allowed (" + graph.nodes[worst->node].op->name + ", " +
           graph.scope(graph.nodes[worst->node]).path + ")";
  }
  return out + "\n";
}

}  // namespace dltrain::backends
