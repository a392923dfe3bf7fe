// Networks in sessions, step by step.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/backends/networks.h"
#include "tests/support/numbers.h"

namespace dltrain::test {

using backends::Plan;
using backends::Session;

inline std::unique_ptr<Session> session_on(const std::string& device, backends::BackendOptions options = {1}) {
  return std::make_unique<Session>(backends::open_backend(device, options));
}

// A session's plan of a network with its inputs.
struct Run {
  Run(Session& s, const graph::Graph& g) : session(s), graph(g), inputs(example_inputs(g)) {
    number = session.add(graph);
    for (const graph::Input& input : graph.inputs) {
      const Array& array = inputs.at(input.name);
      if (input.kind == graph::InputKind::state) session.set_state(input.name, array);
      else if (input.kind == graph::InputKind::data) feed.data[input.name] = &array;
      else if (is_integer(array.dtype)) feed.integers[input.name] = static_cast<int64_t>(element(array, 0));
      else feed.reals[input.name] = element(array, 0);
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  const Plan& plan() const { return session.plan(number); }
  void step() { session.run(number, feed); }
  std::vector<double> timed_step() { return session.run_timed(number, feed); }

  Session& session;
  const graph::Graph& graph;
  std::map<std::string, Array> inputs;
  backends::Feed feed;
  int number = 0;
};

// What differs between two sessions after the same steps; empty if nothing does.
inline std::string difference_of(Run& found, Run& expected, Tolerance tolerance) {
  std::string wrong = difference(found.session.result(found.number, "loss"),
                                 expected.session.result(expected.number, "loss"), tolerance);
  for (const graph::Output& output : found.graph.outputs) {
    if (!output.is_state) continue;
    const std::string own =
        difference(found.session.state(output.name), expected.session.state(output.name), tolerance);
    if (!own.empty()) wrong += output.name + ": " + own + "\n";
  }
  return wrong;
}

// The kernels of a plan whose names begin so.
inline std::string library_kernels(const Plan& plan, const std::string& library) {
  std::string all;
  for (const backends::Step& step : plan.steps) {
    const std::string& name = step.kernel->info().implementation;
    if (name.starts_with(library)) all += (all.empty() ? "" : " ") + name;
  }
  return all;
}

// The result "y" of a graph that has data inputs only, and the kernels of NVIDIA's libraries that it took.
inline Array run_graph(Session& session, const graph::Graph& graph, const Arrays& inputs,
                       std::string* kernels = nullptr) {
  const int number = session.add(graph);
  if (kernels != nullptr) *kernels = library_kernels(session.plan(number), "cu");
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(number, feed);
  return session.result(number, "y");
}

}  // namespace dltrain::test
