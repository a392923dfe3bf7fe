// What an operation is: its inference of types, and its gradient (primitive) or its meaning in smaller ops (composite).
// One file per op or family under graph/ops/, found by CMake; a file registers its ops in register_<file>(OpRegistry&).
#pragma once

#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace dltrain::graph {

class Builder;

// Inputs that do not fit an op: `what` is one clause with the shapes received. The builder adds place and layer.
class ShapeError : public std::runtime_error {
 public:
  explicit ShapeError(const std::string& what, std::string help = {})
      : std::runtime_error(what), help_(std::move(help)) {}
  const std::string& help() const { return help_; }

 private:
  std::string help_;
};

struct InferContext {
  std::span<const ValueType> inputs;
  const Attributes& attributes;
};

// The gradient of one node: reads what flows in, adds what flows on.
class GradientContext {
 public:
  GradientContext(Builder& builder, const Node& node, int32_t index, std::vector<Value> output_gradients)
      : builder_(builder),
        node_(node),
        index_(index),
        output_gradients_(std::move(output_gradients)),
        input_gradients_(node.inputs.size()) {}

  Builder& builder() { return builder_; }
  const Attributes& attributes() const { return node_.attributes; }
  Value input(size_t i) const { return node_.inputs[i]; }
  size_t input_count() const { return node_.inputs.size(); }
  Value output(size_t i = 0) const { return {index_, static_cast<int32_t>(i)}; }
  // Of output i; not valid if nothing flows in there.
  Value gradient(size_t i = 0) const { return output_gradients_[i]; }
  // States the gradient of input i (the shape of the input). Inputs without one are constants to the op.
  void set(size_t i, Value gradient) { input_gradients_[i] = gradient; }
  const std::vector<Value>& input_gradients() const { return input_gradients_; }

 private:
  Builder& builder_;
  Node node_;  // a copy: the graph grows while gradients are built
  int32_t index_;
  std::vector<Value> output_gradients_;
  std::vector<Value> input_gradients_;
};

// What becomes of an op where a model computes in a lower precision (graph/passes/precision.cpp).
enum class Precision {
  full,  // it stays as it is: losses, softmax, optimizers, random numbers
  follow,  // it computes in what its inputs come in
  low,  // it computes in the lower dtype: what matrix units are made for
  sum  // it reads the lower dtype and gives the wide one
};

struct Op {
  std::string name;
  std::string doc;  // meaning in one or two lines, shapes included
  std::vector<ValueType> (*infer)(const InferContext&) = nullptr;
  // Null: for a composite, the gradient of its expansion; for a primitive, nothing flows through.
  void (*gradient)(GradientContext&) = nullptr;
  // The outputs in smaller ops; null for primitives.
  std::vector<Value> (*expand)(Builder&, const Node&) = nullptr;
  bool elementwise = false;  // every output element depends on the same element of each input (after broadcasting)
  bool commutative = false;
  bool view = false;  // output 0 is input 0 with another shape: no kernel, no memory
  Precision precision = Precision::full;
  std::vector<size_t> weights =
      {};  // inputs that may be wide where the others are not: each is rounded when it is read
  std::vector<size_t> parameters = {};  // inputs that are wide where the first is not: scales, offsets, statistics
  bool has_result = false;  // it can give its sums in the dtype of the attribute "result"
};

class OpRegistry {
 public:
  void add(Op op);  // a Bug if the name is taken
  const Op* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Op, std::less<>> ops_;
};

// Every op there is; built once, never changed. Nodes point into it.
const OpRegistry& op_registry();

}  // namespace dltrain::graph
