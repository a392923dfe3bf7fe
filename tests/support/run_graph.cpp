#include "tests/support/run_graph.h"

#include "backends/reference/reference_backend.h"
#include "backends/session.h"

namespace dltrain::test {

Arrays run_in_session(const graph::Graph& graph, const Arrays& inputs) {
  backends::Session session(backends::make_reference_backend());
  const int plan = session.add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(plan, feed);
  Arrays results;
  for (const graph::Output& output : graph.outputs) {
    results[output.name] = output.is_state ? session.state(output.name) : session.result(plan, output.name);
  }
  return results;
}

graph::Value input_like(graph::Builder& b, const std::string& name, const Array& array) {
  const DType dtype = is_float(array.dtype) ? b.real() : array.dtype;
  return b.input(name, graph::InputKind::data, {dtype, array.shape});
}

std::vector<double> doubles(const Array& array) {
  std::vector<double> values;
  for (int64_t i = 0; i < array.elements(); ++i) values.push_back(element(array, i));
  return values;
}

}  // namespace dltrain::test
