// input: what a graph is fed with. Made by Builder::input only, which knows its type.
#include "graph/op.h"

namespace dltrain::graph {

namespace {

std::vector<ValueType> infer_input(const InferContext&) { throw Bug("inputs are made by the builder"); }

}  // namespace

void register_input(OpRegistry& registry) {
  registry.add(
      {.name = "input", .doc = "A value given from outside: data, a host scalar, or a state.", .infer = infer_input});
}

}  // namespace dltrain::graph
