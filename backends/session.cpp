#include "backends/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/not_finite.h"
#include "core/text.h"
#include "graph/op.h"

namespace dltrain::backends {

using graph::InputKind;
using graph::Placement;
using graph::Value;

Session::Session(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}

Session::~Session() {
  try {
    backend_->wait();
  } catch (const UserError&) {
    // A device that is lost now is nobody's concern any more; whoever asked for results has been told.
  }
  for (const auto& bound : bound_) {
    for (void* memory : bound->input_memory) backend_->release(memory);
  }
  bound_.clear();
  for (const auto& [key, copy] : packed_) backend_->release(copy.memory);
  for (const auto& [name, state] : states_) backend_->release(state.memory);
  backend_->release(arena_);
}

void Session::create_state(const graph::StateInfo& info) {
  if (states_.contains(info.name)) return;
  const int64_t bytes = std::max<int64_t>(info.type.bytes(), 1);
  State state{info.type, backend_->allocate(bytes)};
  backend_->zero(state.memory, bytes);
  states_.emplace(info.name, state);
}

void Session::create_states(const graph::StateTable& table) {
  for (const graph::StateInfo& info : table.list()) create_state(info);
}

void Session::set_state(const std::string& name, const Array& value) {
  State& state = states_.at(name);
  if (state.type.dtype != value.dtype || state.type.shape != value.shape) {
    throw Bug("state \"" + name + "\" is " + state.type.text() + ", not " +
              graph::ValueType{value.dtype, value.shape}.text());
  }
  backend_->to_device(state.memory, value.bytes.data(), state.type.bytes());
  ++state.version;
}

Array Session::state(const std::string& name) const {
  const State& state = states_.at(name);
  Array value(state.type.dtype, state.type.shape);
  backend_->wait();
  backend_->to_host(value.bytes.data(), state.memory, state.type.bytes());
  return value;
}

void Session::zero_state(const std::string& name) {
  State& state = states_.at(name);
  backend_->zero(state.memory, state.type.bytes());
  ++state.version;
}

int64_t Session::state_bytes() const {
  int64_t bytes = 0;
  for (const auto& [name, state] : states_) bytes = checked_add(bytes, state.type.bytes());
  return bytes;
}

int64_t Session::packed_bytes() const {
  int64_t bytes = 0;
  for (const auto& [key, copy] : packed_) bytes = checked_add(bytes, copy.bytes);
  return bytes;
}

int Session::add(const graph::Graph& graph, const PlanOptions& options) {
  return add(compile_plan(graph, *backend_, options));
}

int Session::add(std::unique_ptr<Plan> plan) {
  auto bound = std::make_unique<Bound>();
  bound->plan = std::move(plan);
  for (const graph::Input& input : bound->plan->graph.inputs) {
    if (input.kind == InputKind::state && !states_.contains(input.name)) {
      create_state({input.name, bound->plan->graph.type(input.value)});
    }
  }
  share_packed(*bound);
  for (const graph::Input& input : bound->plan->graph.inputs) {
    const bool own =
        input.kind == InputKind::scalar || (input.kind == InputKind::data && !backend_->shares_host_memory());
    const int64_t bytes = std::max<int64_t>(bound->plan->graph.type(input.value).bytes(), 1);
    bound->input_memory.push_back(own ? backend_->allocate(bytes) : nullptr);
    bound->fed.push_back(nullptr);
    bound->scalars.emplace_back(bound->plan->graph.type(input.value).dtype, Shape());
  }
  bound_.push_back(std::move(bound));
  if (bound_.back()->plan->memory.arena_bytes > arena_bytes_) {
    grow_arena(bound_.back()->plan->memory.arena_bytes);
  } else {
    bind(*bound_.back());
  }
  return static_cast<int>(bound_.size() - 1);
}

void Session::share_packed(Bound& bound) {
  for (size_t s = 0; s < bound.plan->steps.size(); ++s) {
    const PackedUse& use = bound.plan->steps[s].packed;
    bound.packed.push_back(nullptr);
    if (use.bytes == 0) continue;
    const std::string own = "plan " + std::to_string(bound_.size()) + " step " + std::to_string(s);
    PackedCopy& copy = packed_[use.key.empty() ? own : use.key];
    if (copy.memory == nullptr) copy = {backend_->allocate(use.bytes), use.bytes};
    bound.packed.back() = &copy;
  }
}

void Session::reserve(int64_t arena_bytes) {
  if (arena_bytes > arena_bytes_) grow_arena(arena_bytes);
}

void Session::grow_arena(int64_t bytes) {
  backend_->wait();
  backend_->release(std::exchange(arena_, nullptr));  // what follows may throw
  arena_bytes_ = 0;
  arena_ = backend_->allocate(bytes);
  arena_bytes_ = bytes;
  for (const auto& bound : bound_) bind(*bound);
}

void* Session::address(Bound& bound, Value value) {
  const Placement& placement =
      bound.plan->memory.values[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)];
  switch (placement.kind) {
    case Placement::Kind::arena: return static_cast<std::byte*>(arena_) + placement.offset;
    case Placement::Kind::external: return bound.input_memory[static_cast<size_t>(placement.index)];
    case Placement::Kind::state:
      return states_.at(bound.plan->graph.inputs[static_cast<size_t>(placement.index)].name).memory;
    case Placement::Kind::nowhere: return nullptr;
  }
  return nullptr;
}

// Where a value can be read after a run: an input that was bound to host memory lies there.
const void* Session::readable(Bound& bound, Value value) {
  const Placement& placement =
      bound.plan->memory.values[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)];
  const bool bound_to_host =
      placement.kind == Placement::Kind::external && bound.fed[static_cast<size_t>(placement.index)] != nullptr;
  return bound_to_host ? bound.fed[static_cast<size_t>(placement.index)] : address(bound, value);
}

void Session::bind(Bound& bound) {
  const Plan& plan = *bound.plan;
  const size_t count = plan.steps.size();
  bound.recording.reset();
  bound.runs = 0;
  bound.inputs.assign(count, {});
  bound.outputs.assign(count, {});
  bound.launches.clear();
  bound.input_slots.assign(plan.graph.inputs.size(), {});
  for (size_t s = 0; s < count; ++s) {
    const graph::Node& node = plan.graph.nodes[plan.steps[s].node];
    const auto index = static_cast<int32_t>(plan.steps[s].node);
    for (const Value input : node.inputs) bound.inputs[s].push_back(address(bound, input));
    for (size_t o = 0; o < node.outputs.size(); ++o)
      bound.outputs[s].push_back(address(bound, {index, static_cast<int32_t>(o)}));
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Placement& placement =
          plan.memory.values[static_cast<size_t>(node.inputs[i].node)][static_cast<size_t>(node.inputs[i].output)];
      if (placement.kind == Placement::Kind::external) {
        bound.input_slots[static_cast<size_t>(placement.index)].push_back(&bound.inputs[s][i]);
      }
    }
    void* scratch = plan.memory.scratch[plan.steps[s].node] < 0
                        ? nullptr
                        : static_cast<std::byte*>(arena_) + plan.memory.scratch[plan.steps[s].node];
    void* packed = bound.packed[s] == nullptr ? nullptr : bound.packed[s]->memory;
    bound.launches.push_back({plan.steps[s].kernel.get(), {bound.inputs[s], bound.outputs[s], scratch, packed}});
  }
}

void Session::feed_inputs(Bound& bound, const Feed& feed) {
  const auto& inputs = bound.plan->graph.inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const graph::ValueType& type = bound.plan->graph.type(inputs[i].value);
    if (inputs[i].kind == InputKind::scalar) {
      const auto real = feed.reals.find(inputs[i].name);
      const auto integer = feed.integers.find(inputs[i].name);
      if (real == feed.reals.end() && integer == feed.integers.end())
        throw Bug("scalar \"" + inputs[i].name + "\" is not fed");
      Array& value = bound.scalars[i];
      set_element(value, 0, real != feed.reals.end() ? real->second : 0);
      if (integer != feed.integers.end()) value.as<int64_t>()[0] = integer->second;
      backend_->to_device(bound.input_memory[i], value.bytes.data(), type.bytes());
    } else if (inputs[i].kind == InputKind::data) {
      const auto found = feed.data.find(inputs[i].name);
      if (found == feed.data.end()) throw Bug("input \"" + inputs[i].name + "\" is not fed");
      const Array& array = *found->second;
      if (array.dtype != type.dtype || array.shape != type.shape) {
        throw Bug("input \"" + inputs[i].name + "\" is " + type.text() + ", not " +
                  graph::ValueType{array.dtype, array.shape}.text());
      }
      if (bound.input_memory[i] != nullptr) {
        backend_->to_device(bound.input_memory[i], array.bytes.data(), type.bytes());
      } else {
        bound.fed[i] = array.bytes.data();
        for (void** slot : bound.input_slots[i])
          *slot = const_cast<std::byte*>(array.bytes.data());  // kernels only read inputs
      }
    }
  }
}

void Session::pack_if_stale(Bound& bound, size_t step) {
  const PackedUse& use = bound.plan->steps[step].packed;
  PackedCopy& copy = *bound.packed[step];
  int64_t version = 1;  // so that a copy without states is made once
  for (const std::string& name : use.states) version += states_.at(name).version;
  if (!use.always && version == copy.version) return;
  bound.launches[step].kernel->pack(bound.launches[step].arguments);
  copy.version = version;
}

void Session::begin_run(Bound& bound, const Feed& feed) {
  feed_inputs(bound, feed);
  for (const graph::StateCopy& save : bound.plan->memory.saves) {
    const State& state = states_.at(save.state);
    backend_->copy(address(bound, save.value), state.memory, state.type.bytes());
  }
}

void Session::launch(Bound& bound, size_t step) {
  if (bound.packed[step] != nullptr) pack_if_stale(bound, step);
  bound.launches[step].kernel->run(bound.launches[step].arguments);
}

void Session::end_run(Bound& bound) {
  for (const graph::StateCopy& copy : bound.plan->memory.copies) {
    const State& state = states_.at(copy.state);
    backend_->copy(state.memory, readable(bound, copy.value), state.type.bytes());
  }
  for (const graph::Output& output : bound.plan->graph.outputs) {
    if (output.is_state) ++states_.at(output.name).version;
  }
}

// Every run is the same launches at the same addresses: nothing is bound to host memory, and nothing is packed.
bool Session::can_record(const Bound& bound) const {
  return !backend_->shares_host_memory() &&
         std::all_of(bound.packed.begin(), bound.packed.end(), [](const PackedCopy* copy) { return copy == nullptr; });
}

// The first run goes kernel by kernel: what devices do once, they do then. The second is recorded.
void Session::run(int number, const Feed& feed) {
  Bound& bound = *bound_[static_cast<size_t>(number)];
  begin_run(bound, feed);
  if (bound.runs == 1 && can_record(bound)) bound.recording = backend_->record(bound.launches);
  if (bound.recording != nullptr) {
    bound.recording->run();
  } else {
    for (size_t s = 0; s < bound.launches.size(); ++s) launch(bound, s);
  }
  bound.runs = std::min(bound.runs + 1, 2);
  end_run(bound);
}

std::vector<double> Session::run_timed(int number, const Feed& feed) {
  Bound& bound = *bound_[static_cast<size_t>(number)];
  begin_run(bound, feed);
  std::vector<double> seconds = backend_->time(bound.launches.size(), [&](size_t s) { launch(bound, s); });
  end_run(bound);
  return seconds;
}

std::optional<Session::NotFinite> Session::run_until_not_finite(int number, const Feed& feed) {
  Bound& bound = *bound_[static_cast<size_t>(number)];
  const graph::Graph& graph = bound.plan->graph;
  begin_run(bound, feed);
  bool after_loss = false;
  for (size_t s = 0; s < bound.launches.size(); ++s) {
    launch(bound, s);
    backend_->wait();
    const graph::Node& node = graph.nodes[bound.plan->steps[s].node];
    const std::string& layer = graph.scopes[static_cast<size_t>(node.scope)].path;
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      if (!is_float(node.outputs[o].dtype)) continue;
      Array value(node.outputs[o].dtype, node.outputs[o].shape);
      backend_->to_host(value.bytes.data(), bound.outputs[s][o], static_cast<int64_t>(value.bytes.size()));
      const int64_t bad = first_not_finite(value);
      if (bad >= 0) return NotFinite{node, layer, bad, element(value, bad), after_loss, value.shape};
    }
    after_loss = after_loss || layer.starts_with("loss");
  }
  end_run(bound);
  return {};
}

Array Session::result(int number, const std::string& name) {
  Bound& bound = *bound_[static_cast<size_t>(number)];
  const graph::Output* output = bound.plan->graph.output(name);
  if (output == nullptr) throw Bug("a plan has no result \"" + name + "\"");
  const graph::ValueType& type = bound.plan->graph.type(output->value);
  Array value(type.dtype, type.shape);
  backend_->wait();
  backend_->to_host(value.bytes.data(), readable(bound, output->value), type.bytes());
  return value;
}

double Session::scalar_result(int number, const std::string& name) {
  Bound& bound = *bound_[static_cast<size_t>(number)];
  const graph::Output* output = bound.plan->graph.output(name);
  if (output == nullptr) throw Bug("a plan has no result \"" + name + "\"");
  const DType dtype = bound.plan->graph.type(output->value).dtype;
  if (scalar_.dtype != dtype) scalar_ = Array(dtype, {});
  backend_->wait();
  backend_->to_host(scalar_.bytes.data(), readable(bound, output->value), static_cast<int64_t>(scalar_.bytes.size()));
  return element(scalar_, 0);
}

}  // namespace dltrain::backends
