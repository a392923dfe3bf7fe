// Sessions against the interpreter on random graphs: passes, memory plans, in-place writing and states change no value.
#include <catch2/catch_test_macros.hpp>

#include "backends/reference/reference_backend.h"
#include "backends/session.h"
#include "core/random.h"
#include "tests/support/numbers.h"
#include "tests/support/random_graph.h"

namespace dltrain::test {

namespace {

constexpr Tolerance exact{1e-13, 1e-13};

Array random_array(uint64_t seed) {
  Array array(DType::f64, {4, 6});
  const RandomStream random(seed, 1);
  for (int64_t i = 0; i < array.elements(); ++i) set_element(array, i, random.normal(0, static_cast<uint64_t>(i)));
  return array;
}

// Runs the graph `runs` times both ways; states go from run to run.
std::string disagreement(const graph::Graph& graph, backends::Session& session, int runs) {
  const int number = session.add(graph);
  Arrays inputs;
  for (const graph::Input& input : graph.inputs) {
    inputs[input.name] = random_array(stable_hash(input.name));
    if (input.kind == graph::InputKind::state) session.set_state(input.name, inputs[input.name]);
  }
  backends::Feed feed;
  for (const graph::Input& input : graph.inputs) {
    if (input.kind == graph::InputKind::data) feed.data[input.name] = &inputs[input.name];
  }
  for (int run = 0; run < runs; ++run) {
    const Arrays expected = run_on_reference(graph, inputs);
    session.run(number, feed);
    for (const graph::Output& output : graph.outputs) {
      const Array found = output.is_state ? session.state(output.name) : session.result(number, output.name);
      const std::string wrong = difference(found, expected.at(output.name), exact);
      if (!wrong.empty()) return output.name + " in run " + std::to_string(run) + ": " + wrong;
      if (output.is_state) inputs[output.name] = expected.at(output.name);
    }
  }
  return {};
}

}  // namespace

TEST_CASE("a session computes what the graph says, however its memory is shared") {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const graph::Graph graph = random_graph(seed, 5 + static_cast<int>(seed % 40));
    backends::Session session(backends::make_reference_backend());
    INFO("seed " << seed);
    CHECK(disagreement(graph, session, 2) == "");
  }
}

TEST_CASE("plans of one session share states and an arena") {
  backends::Session session(backends::make_reference_backend());
  for (uint64_t seed = 0; seed < 50; ++seed) {
    INFO("seed " << seed);
    CHECK(disagreement(random_graph(seed, 20), session, 2) == "");
  }
}

}  // namespace dltrain::test
