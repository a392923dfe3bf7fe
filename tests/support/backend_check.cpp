#include "tests/support/backend_check.h"

#include "backends/session.h"

namespace dltrain::test {

namespace {

OpCheck check(backends::Session& session, const OpCase& op_case, DType real, Tolerance tolerance) {
  const graph::Graph graph = op_case_graph(op_case, real);
  const Arrays inputs = op_case_inputs(op_case, real);
  const int number = session.add(graph);
  OpCheck result{op_case.title(), "", ""};
  for (const backends::Step& step : session.plan(number).steps) {
    result.implementation += (result.implementation.empty() ? "" : "+") + step.kernel->info().implementation;
  }
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(number, feed);
  for (const auto& [name, expected] : run_on_reference(graph, inputs)) {
    const std::string wrong = difference(session.result(number, name), expected, tolerance);
    if (!wrong.empty()) result.wrong += name + ": " + wrong + "\n";
  }
  return result;
}

}  // namespace

std::vector<OpCheck> check_backend(std::unique_ptr<backends::Backend> backend, DType real, Tolerance tolerance,
                                   const std::function<bool(const OpCase&)>& wanted) {
  backends::Session session(std::move(backend));
  std::vector<OpCheck> results;
  for (const OpCase& op_case : op_cases()) {
    if (wanted(op_case)) results.push_back(check(session, op_case, real, tolerance));
  }
  return results;
}

}  // namespace dltrain::test
