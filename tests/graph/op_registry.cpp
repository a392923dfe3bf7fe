// Every op of the registry, by its examples: types, gradients, expansions.
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "graph/op.h"
#include "graph/rewrite.h"
#include "graph/verify.h"
#include "tests/support/finite_differences.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

// Random numbers, constants and decisions have no derivative, and nothing flows through them.
bool has_derivative(const OpCase& op_case) {
  bool real = false;
  for (const Operand& operand : op_case.inputs) real = real || is_float(operand.type.dtype);
  return op_case.differentiable && real;
}

bool is_composite(const graph::Graph&, const graph::Node& node) { return node.op->expand != nullptr; }

}  // namespace

TEST_CASE("every op has an example and a meaning in words") {
  std::set<std::string> covered = {"input"};
  for (const OpCase& op_case : op_cases()) covered.insert(op_case.op);
  for (const std::string& name : graph::op_registry().names()) {
    INFO(name);
    CHECK(covered.contains(name));
    CHECK_FALSE(graph::op_registry().find(name)->doc.empty());
  }
}

TEST_CASE("titles of examples are unique") {
  std::set<std::string> titles;
  for (const OpCase& op_case : op_cases()) {
    INFO(op_case.title());
    CHECK(titles.insert(op_case.title()).second);
  }
}

TEST_CASE("the reference gives the types that are inferred, in every real dtype") {
  for (const DType real : {DType::f64, DType::f32, DType::f16, DType::bf16}) {
    for (const OpCase& op_case : op_cases()) {
      INFO(op_case.title());
      const graph::Graph graph = op_case_graph(op_case, real);
      CHECK(graph::violation(graph).empty());
      const Arrays results = run_on_reference(graph, op_case_inputs(op_case, real));
      REQUIRE(results.size() == graph.outputs.size());
      for (const graph::Output& output : graph.outputs) {
        const Array& result = results.at(output.name);
        CHECK(graph::ValueType{result.dtype, result.shape} == graph.type(output.value));
        CHECK(result.bytes.size() == static_cast<size_t>(graph.type(output.value).bytes()));
      }
    }
  }
}

TEST_CASE("gradients agree with finite differences") {
  for (const OpCase& op_case : op_cases()) {
    if (!has_derivative(op_case)) continue;
    INFO(op_case.title());
    CHECK(gradient_difference(op_case_graph(op_case, DType::f64), op_case_inputs(op_case, DType::f64)) == "");
  }
}

TEST_CASE("composites have the types and the values of their expansion") {
  for (const OpCase& op_case : op_cases()) {
    if (graph::op_registry().find(op_case.op)->expand == nullptr) continue;
    INFO(op_case.title());
    const graph::Graph graph = op_case_graph(op_case, DType::f64);
    const graph::Graph expanded = graph::expand(graph, is_composite);
    CHECK(graph::violation(expanded).empty());
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      CHECK(expanded.type(expanded.outputs[i].value) == graph.type(graph.outputs[i].value));
    }
    for (const graph::Node& node : expanded.nodes) CHECK(node.op->expand == nullptr);
    const Arrays inputs = op_case_inputs(op_case, DType::f64);
    const Arrays expected = run_on_reference(graph, inputs);
    for (const auto& [name, array] : run_on_reference(expanded, inputs))
      CHECK(difference(array, expected.at(name), {}) == "");
  }
}

}  // namespace dltrain::test
