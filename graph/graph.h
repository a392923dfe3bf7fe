// A graph of small operations: a vector of nodes in an order in which they can be computed. A plain value: copyable,
// printable (graph/print.h), checkable (graph/verify.h). It knows neither layers nor devices.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "core/place.h"
#include "core/shape.h"
#include "graph/attributes.h"

namespace dltrain::graph {

struct Op;

struct ValueType {
  DType dtype = DType::f32;
  Shape shape;

  bool operator==(const ValueType&) const = default;
  int64_t elements() const { return shape.elements(); }
  int64_t bytes() const;      // throws SizeOverflow
  std::string text() const;   // "float32[2, 3]"
};

// Output number `output` of node number `node`.
struct Value {
  int32_t node = -1;
  int32_t output = 0;

  bool valid() const { return node >= 0; }
  auto operator<=>(const Value&) const = default;
};

// Where a node comes from: the path of a layer ("block/conv1"), and how messages about it begin.
struct Scope {
  std::string path;
  std::string who;
  Place place;
};

struct Node {
  const Op* op = nullptr;
  std::vector<Value> inputs;
  Attributes attributes;
  std::vector<ValueType> outputs;
  int32_t scope = 0;  // index into Graph::scopes
};

// What a graph is fed with. data: a batch; scalar: set by the host for each run (learning rate, step, sample offset);
// state: weights and the like, which stay on the device.
enum class InputKind {
  data,
  scalar,
  state
};

struct Input {
  std::string name;
  InputKind kind;
  Value value;
};

// What a graph gives. A state output replaces the state of that name; others are results by name.
struct Output {
  std::string name;
  bool is_state;
  Value value;
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Scope> scopes = {Scope{}};
  std::vector<Input> inputs;  // in the order of their nodes
  std::vector<Output> outputs;

  const ValueType& type(Value value) const {
    return nodes[static_cast<size_t>(value.node)].outputs[static_cast<size_t>(value.output)];
  }
  const Node& node(Value value) const { return nodes[static_cast<size_t>(value.node)]; }
  const Scope& scope(const Node& node) const { return scopes[static_cast<size_t>(node.scope)]; }
  const Input* input(std::string_view name) const;    // null if there is none
  const Input* input_at(Value value) const;           // null if the value is no input
  const Output* output(std::string_view name) const;
  // How often each value is read, graph outputs included; indexed [node][output].
  std::vector<std::vector<int>> use_counts() const;
};

}  // namespace dltrain::graph
