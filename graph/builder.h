// Builds a graph node by node, checking each. What layers, losses, optimizers and gradient rules write into.
// The functions that emit ops are in graph/ops.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/code.h"
#include "graph/graph.h"
#include "graph/op.h"
#include "graph/state.h"

namespace dltrain::graph {

// Names of the scalars that the host sets for each run (InputKind::scalar).
namespace scalar {
constexpr auto seed = "seed";                    // int64
constexpr auto step = "step";                    // int64: optimizer steps done so far
constexpr auto sample_offset = "sample_offset";  // int64: rows of this optimizer step before this micro-batch
constexpr auto learning_rate = "learning_rate";  // real
}  // namespace scalar

class Builder {
 public:
  // `real` is the dtype of weights and activations. `states` is shared by all graphs of a program and outlives the
  // builder.
  Builder(Graph& graph, StateTable& states, bool training, DType real = DType::f32);

  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }
  StateTable& states() { return states_; }
  bool training() const { return training_; }
  DType real() const { return real_; }

  // Emits a node; returns its outputs. Throws UserError (recipe) with the scope's place where shapes do not fit.
  std::vector<Value> emit_all(std::string_view op, std::vector<Value> inputs, Attributes attributes = {});
  // The same for ops of which only the first output matters.
  Value emit(std::string_view op, std::vector<Value> inputs, Attributes attributes = {});

  const ValueType& type(Value value) const { return graph_.type(value); }
  const Shape& shape(Value value) const { return graph_.type(value).shape; }
  DType dtype(Value value) const { return graph_.type(value).dtype; }

  // A graph input of that name; the same value when asked again.
  Value input(const std::string& name, InputKind kind, ValueType type);
  // A host scalar, see namespace scalar.
  Value scalar_input(const std::string& name);
  // A state, made on first mention. Reads the value before the run, or the one set in this graph.
  Value state(const StateInfo& info);
  // What the state is after the run.
  void set_state(const std::string& name, Value value);
  void set_result(const std::string& name, Value value);

  // A weight of the current layer, named by the scope's path. `info.name` is the last part ("kernel"); type, owner and
  // factors are filled in.
  Value weight(std::string name, Shape shape, Component initializer, std::optional<Component> regularizer = {},
               std::optional<Component> constraint = {});
  // A non-trainable state of the current layer (moving averages).
  Value buffer(std::string name, Shape shape, Component initializer);
  // Replaces a buffer of the current layer, in training only.
  void update_buffer(const std::string& name, Value value);
  // Adds to the loss of the model (activity regularizers): a scalar that is summed over the batch.
  void add_loss(Value value) { losses_.push_back(value); }
  const std::vector<Value>& added_losses() const { return losses_; }
  // Throws UserError (recipe) at the current layer: for layers whose arguments do not fit their inputs.
  [[noreturn]] void fail(Code code, std::string what, std::string help = {}) const;

  // Puts another graph in the place of what was built so far, in which old values are what `map` says (passes that run
  // on a part of a program). Values that the builder holds keep their dtypes, by casts.
  void replace_graph(Graph graph, const std::function<Value(Value)>& map);

  // Whether the weights of the current layer are trained (`trainable = false` freezes them).
  bool trainable() const { return options_.trainable; }

  // A stable number of the current scope for random streams: equal in every graph of the program.
  int64_t random_stream(std::string_view purpose) const;

  // The scope of everything emitted while the guard lives. Weight options hold for the whole scope.
  struct LayerOptions {
    bool trainable = true;
    double learning_rate_factor = 1;
    std::string weights_of = {};  // path of the layer whose weights are used; empty: the scope's own
  };
  class ScopeGuard {
   public:
    ScopeGuard(Builder& builder, int32_t previous, LayerOptions options)
        : builder_(builder), previous_(previous), options_(options) {}
    ~ScopeGuard();
    ScopeGuard(const ScopeGuard&) = delete;
    ScopeGuard& operator=(const ScopeGuard&) = delete;

   private:
    Builder& builder_;
    int32_t previous_;
    LayerOptions options_;
  };
  // Below the current scope: path "current/name". A place or who that is empty is inherited.
  ScopeGuard scope(const std::string& name, std::string who = {}, Place place = {});
  ScopeGuard scope(const std::string& name, std::string who, Place place, LayerOptions options);
  // The scope of an existing node, for gradients and expansions.
  ScopeGuard scope_of(const Node& node);
  const std::string& path() const { return graph_.scopes[static_cast<size_t>(scope_)].path; }
  const LayerOptions& layer_options() const { return options_; }

 private:
  std::string state_name(const std::string& name) const;

  Graph& graph_;
  StateTable& states_;
  bool training_;
  DType real_;
  int32_t scope_ = 0;
  LayerOptions options_;
  // Where inputs and outputs of a name stand; a graph can have thousands.
  struct Names {
    std::map<std::string, size_t, std::less<>> index;
    size_t known = 0;  // so many have been looked at
  };
  template <class T> static T* find_named(Names& names, std::vector<T>& list, std::string_view name);

  Names inputs_, outputs_;
  std::map<std::string, Value> current_states_;
  std::vector<Value> losses_;
};

}  // namespace dltrain::graph
