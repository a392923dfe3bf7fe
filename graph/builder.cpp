#include "graph/builder.h"

#include "core/checked.h"
#include "core/random.h"
#include "graph/ops.h"

namespace dltrain::graph {

Builder::Builder(Graph& graph, StateTable& states, bool training, DType real)
    : graph_(graph), states_(states), training_(training), real_(real) {}

std::vector<Value> Builder::emit_all(std::string_view name, std::vector<Value> inputs, Attributes attributes) {
  const Op* op = op_registry().find(name);
  if (op == nullptr) throw Bug("there is no op \"" + std::string(name) + "\"");
  std::vector<ValueType> types;
  types.reserve(inputs.size());
  for (const Value input : inputs) {
    if (!input.valid()) throw Bug("op \"" + op->name + "\" is given a value that does not exist");
    types.push_back(graph_.type(input));
  }
  Node node{op, std::move(inputs), std::move(attributes), {}, scope_};
  try {
    node.outputs = op->infer({types, node.attributes});
    for (const ValueType& output : node.outputs) output.bytes();
  } catch (const ShapeError& error) {
    fail("shape", error.what(), error.help());
  } catch (const SizeOverflow&) {
    fail("too-large", "the result of " + op->name + " would be larger than any memory",
         "make the layer or its input smaller");
  }
  const auto index = static_cast<int32_t>(graph_.nodes.size());
  std::vector<Value> outputs;
  for (size_t i = 0; i < node.outputs.size(); ++i) outputs.push_back({index, static_cast<int32_t>(i)});
  graph_.nodes.push_back(std::move(node));
  return outputs;
}

Value Builder::emit(std::string_view op, std::vector<Value> inputs, Attributes attributes) {
  return emit_all(op, std::move(inputs), std::move(attributes)).front();
}

template <class T> T* Builder::find_named(Names& names, std::vector<T>& list, std::string_view name) {
  for (; names.known < list.size(); ++names.known) names.index.emplace(list[names.known].name, names.known);
  const auto found = names.index.find(name);
  return found == names.index.end() ? nullptr : &list[found->second];
}

Value Builder::input(const std::string& name, InputKind kind, ValueType type) {
  if (const Input* known = find_named(inputs_, graph_.inputs, name)) {
    if (known->kind != kind || graph_.type(known->value) != type)
      throw Bug("input \"" + name + "\" is asked for in two forms");
    return known->value;
  }
  const Op* op = op_registry().find("input");
  const auto index = static_cast<int32_t>(graph_.nodes.size());
  graph_.nodes.push_back({op, {}, {{"name", name}}, {std::move(type)}, scope_});
  graph_.inputs.push_back({name, kind, {index, 0}});
  return {index, 0};
}

Value Builder::scalar_input(const std::string& name) {
  const DType dtype = name == scalar::learning_rate ? real_ : DType::i64;
  return input(name, InputKind::scalar, {dtype, {}});
}

Value Builder::state(const StateInfo& info) {
  try {
    info.type.bytes();
  } catch (const SizeOverflow&) {
    fail("too-large", "the weight \"" + info.name + "\" " + info.type.shape.text() + " would be larger than any memory",
         "make the layer or its input smaller");
  }
  const StateInfo& known = states_.require(info);
  if (const auto current = current_states_.find(known.name); current != current_states_.end()) return current->second;
  return input(known.name, InputKind::state, known.type);
}

void Builder::set_state(const std::string& name, Value value) {
  const StateInfo* info = states_.find(name);
  if (info == nullptr || info->type != type(value))
    throw Bug("state \"" + name + "\" is set to a value of another type");
  current_states_[name] = value;
  if (Output* known = find_named(outputs_, graph_.outputs, name); known != nullptr && known->is_state) {
    known->value = value;
    return;
  }
  graph_.outputs.push_back({name, true, value});
}

void Builder::set_result(const std::string& name, Value value) {
  if (find_named(outputs_, graph_.outputs, name) != nullptr) throw Bug("result \"" + name + "\" is set twice");
  graph_.outputs.push_back({name, false, value});
}

std::string Builder::state_name(const std::string& name) const {
  const std::string& owner = options_.weights_of.empty() ? path() : options_.weights_of;
  return owner.empty() ? name : owner + "/" + name;
}

Value Builder::weight(std::string name, Shape shape, Component initializer, std::optional<Component> regularizer,
                      std::optional<Component> constraint) {
  return state({state_name(name),
                {real_, std::move(shape)},
                StateRole::weight,
                options_.trainable,
                std::move(initializer),
                std::move(regularizer),
                std::move(constraint),
                options_.learning_rate_factor,
                options_.weights_of.empty() ? path() : options_.weights_of});
}

Value Builder::buffer(std::string name, Shape shape, Component initializer) {
  return state({state_name(name),
                {real_, std::move(shape)},
                StateRole::buffer,
                false,
                std::move(initializer),
                {},
                {},
                1,
                options_.weights_of.empty() ? path() : options_.weights_of});
}

void Builder::update_buffer(const std::string& name, Value value) {
  if (training_) set_state(state_name(name), value);
}

void Builder::replace_graph(Graph graph, const std::function<Value(Value)>& map) {
  std::vector<std::pair<Value*, DType>> held;
  for (auto& [name, value] : current_states_) held.emplace_back(&value, dtype(value));
  for (Value& value : losses_) held.emplace_back(&value, dtype(value));
  graph_ = std::move(graph);
  inputs_ = {};
  outputs_ = {};
  for (auto& [value, dtype] : held) {
    const Value now = map(*value);
    const auto inner = scope_of(graph_.node(now));
    *value = cast(*this, now, dtype);
  }
}

void Builder::fail(Code code, std::string what, std::string help) const {
  const Scope& scope = graph_.scopes[static_cast<size_t>(scope_)];
  const std::string who = scope.who.empty() ? scope.path : scope.who;
  throw UserError(ExitCode::recipe,
                  {{Severity::error, code, scope.place, who, std::move(what), "", "", std::move(help)}});
}

int64_t Builder::random_stream(std::string_view purpose) const {
  return static_cast<int64_t>(stable_hash(path() + "/" + std::string(purpose)));
}

Builder::ScopeGuard::~ScopeGuard() {
  builder_.scope_ = previous_;
  builder_.options_ = options_;
}

Builder::ScopeGuard Builder::scope(const std::string& name, std::string who, Place place) {
  return scope(name, std::move(who), std::move(place), options_);
}

Builder::ScopeGuard Builder::scope(const std::string& name, std::string who, Place place, LayerOptions options) {
  const Scope& outer = graph_.scopes[static_cast<size_t>(scope_)];
  Scope inner{outer.path.empty() ? name : outer.path + "/" + name, who.empty() ? outer.who : who,
              place.known() ? place : outer.place};
  const int32_t previous = scope_;
  const LayerOptions previous_options = options_;
  options_ = options;
  for (size_t i = 0; i < graph_.scopes.size(); ++i) {
    const Scope& known = graph_.scopes[i];  // in one line there can be several metrics of an output
    if (known.path == inner.path && known.place.line == inner.place.line && known.who == inner.who) {
      scope_ = static_cast<int32_t>(i);
      return {*this, previous, previous_options};
    }
  }
  graph_.scopes.push_back(std::move(inner));
  scope_ = static_cast<int32_t>(graph_.scopes.size() - 1);
  return {*this, previous, previous_options};
}

Builder::ScopeGuard Builder::scope_of(const Node& node) {
  const int32_t previous = scope_;
  scope_ = node.scope;
  return {*this, previous, options_};
}

}  // namespace dltrain::graph
