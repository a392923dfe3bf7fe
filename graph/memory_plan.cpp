#include "graph/memory_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "core/checked.h"
#include "graph/lifetimes.h"
#include "graph/op.h"

namespace dltrain::graph {

namespace {

// What a kernel says about writing over its inputs, and which of them lie in which buffer: an optimizer's node has
// thousands of both.
struct Overwriting {
  int32_t node = -1;
  std::map<int, std::vector<int>> inputs_of;     // by output: the inputs it may be written over
  std::map<size_t, std::vector<int>> readers;    // by buffer: the inputs that lie there
  std::set<std::pair<int, int>> pairs;           // (input, output)
};

// A piece of memory that one or several values share one after the other (in place, views).
struct Buffer {
  Placement placement;
  int64_t bytes = 0;
  int32_t first = 0;  // node that writes it first
  int32_t last = 0;   // node that reads it last
};

class Planner {
 public:
  Planner(const Graph& graph, const std::vector<NodeMemory>& needs) : graph_(graph), needs_(needs) {}

  MemoryPlan run() {
    const auto end = static_cast<int32_t>(graph_.nodes.size());
    count_reads();
    plan_.scratch.assign(graph_.nodes.size(), -1);
    for (int32_t i = 0; i < end; ++i) place_node(i);
    for (const Output& output : graph_.outputs) finish_output(output, end);
    assign_offsets();
    for (const Node& node : graph_.nodes) plan_.values.emplace_back(node.outputs.size());
    for (const auto& [value, buffer] : buffer_of_) {
      plan_.values[static_cast<size_t>(value.node)][static_cast<size_t>(value.output)] = buffers_[buffer].placement;
    }
    return std::move(plan_);
  }

 private:
  // The last node that reads each value; graph outputs read at the end.
  void count_reads() {
    const auto end = static_cast<int32_t>(graph_.nodes.size());
    for (int32_t i = 0; i < end; ++i) {
      for (const Value input : graph_.nodes[static_cast<size_t>(i)].inputs) last_read_[input] = i;
    }
    for (const Output& output : graph_.outputs) {
      last_read_[output.value] = end;
      if (output.is_state) state_outputs_[output.value].push_back(output.name);
      outputs_of_[root(output.value)].push_back(&output);
      if (output.is_state) replacement_[output.name] = root(output.value);
    }
    for (size_t i = 0; i < graph_.inputs.size(); ++i) input_index_[graph_.inputs[i].value] = static_cast<int64_t>(i);
    // A view keeps what it looks at alive.
    for (int32_t i = end - 1; i >= 0; --i) {
      const Node& node = graph_.nodes[static_cast<size_t>(i)];
      if (!node.op->view) continue;
      const auto read = last_read_.find({i, 0});
      if (read == last_read_.end()) continue;
      int32_t& source = last_read_[node.inputs[0]];
      source = std::max(source, read->second);
    }
  }

  void place_node(int32_t index) {
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    if (node.op->name == "input") {
      place_input(index);
      return;
    }
    if (node.op->view) {
      if (last_read_.contains({index, 0})) share({index, 0}, node.inputs[0]);
      return;
    }
    for (size_t o = 0; o < node.outputs.size(); ++o) place_output(index, static_cast<int32_t>(o));
    const int64_t scratch = needs_[static_cast<size_t>(index)].scratch_bytes;
    if (scratch > 0) {
      buffers_.push_back({{Placement::Kind::arena, 0, index}, scratch, index, index});
      scratch_buffers_.push_back({index, buffers_.size() - 1});
    }
  }

  void place_input(int32_t index) {
    const Value value{index, 0};
    const int64_t input = input_index_.at(value);
    const std::string& name = graph_.inputs[static_cast<size_t>(input)].name;
    const bool is_state = graph_.inputs[static_cast<size_t>(input)].kind == InputKind::state;
    const int32_t last = last_read_.contains(value) ? last_read_[value] : -1;
    buffers_.push_back({{is_state ? Placement::Kind::state : Placement::Kind::external, 0, input}, 0, -1, last});
    buffer_of_[value] = buffers_.size() - 1;
    if (!is_state) return;
    state_buffer_[name] = buffers_.size() - 1;
    if (!outlives_replacement(value, name)) return;
    buffers_.back().last = -1;  // everyone reads the copy that is set aside
    buffers_.push_back({{Placement::Kind::arena, 0, 0}, graph_.type(value).bytes(), -1, last});
    buffer_of_[value] = buffers_.size() - 1;
    plan_.saves.push_back({name, value});
  }

  Value root(Value value) const {
    while (graph_.node(value).op->view) value = graph_.node(value).inputs[0];
    return value;
  }

  // The old value of a state is a result or goes to another state, while the state gets a new one.
  bool outlives_replacement(Value value, const std::string& name) const {
    const auto fresh = replacement_.find(name);
    if (fresh == replacement_.end() || fresh->second == value) return false;
    const auto kept = outputs_of_.find(value);
    return kept != outputs_of_.end() &&
           std::any_of(kept->second.begin(), kept->second.end(),
                       [&](const Output* output) { return !output->is_state || output->name != name; });
  }

  const Overwriting& overwriting(int32_t index) {
    if (overwriting_.node == index) return overwriting_;
    overwriting_ = {.node = index};
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    for (const auto& [from, to] : needs_[static_cast<size_t>(index)].in_place) {
      overwriting_.inputs_of[to].push_back(from);
      overwriting_.pairs.insert({from, to});
    }
    for (size_t i = 0; i < node.inputs.size(); ++i)
      overwriting_.readers[buffer_of_.at(node.inputs[i])].push_back(static_cast<int>(i));
    return overwriting_;
  }

  void place_output(int32_t index, int32_t output) {
    const Value value{index, output};
    const auto read = last_read_.find(value);
    if (read == last_read_.end()) return;  // nowhere
    if (const auto target = state_target(value)) {
      buffer_of_[value] = *target;
      buffers_[*target].last = std::max(buffers_[*target].last, read->second);
      return;
    }
    const Node& node = graph_.nodes[static_cast<size_t>(index)];
    const auto sources = overwriting(index).inputs_of.find(output);
    if (sources != overwriting_.inputs_of.end()) {
      for (const int from : sources->second) {
        if (!may_overwrite(index, node.inputs[static_cast<size_t>(from)], value)) continue;
        share(value, node.inputs[static_cast<size_t>(from)]);
        return;
      }
    }
    buffers_.push_back({{Placement::Kind::arena, 0, 0}, graph_.type(value).bytes(), index, read->second});
    buffer_of_[value] = buffers_.size() - 1;
  }

  // The buffer of the state that `value` replaces, if it can be written there at once: nobody reads the old value
  // later, and this node itself only where the kernel allows it.
  std::optional<size_t> state_target(Value value) {
    const auto names = state_outputs_.find(value);
    if (names == state_outputs_.end() || names->second.size() != 1) return std::nullopt;
    const auto buffer = state_buffer_.find(names->second.front());
    if (buffer == state_buffer_.end()) return std::nullopt;
    const Buffer& old = buffers_[buffer->second];
    if (old.last > value.node) return std::nullopt;
    if (old.last == value.node && !in_place_only(value, buffer->second)) return std::nullopt;
    return buffer->second;
  }

  // Every read of the buffer by the node of `value` is one that the kernel may overwrite with `value`.
  bool in_place_only(Value value, size_t buffer) {
    const Overwriting& known = overwriting(value.node);
    const auto reads = known.readers.find(buffer);
    return reads == known.readers.end() || std::all_of(reads->second.begin(), reads->second.end(), [&](int input) {
             return known.pairs.contains({input, value.output});
           });
  }

  bool may_overwrite(int32_t index, Value input, Value value) {
    const size_t buffer = buffer_of_.at(input);
    const Buffer& old = buffers_[buffer];
    return old.placement.kind == Placement::Kind::arena && old.last == index &&
           old.bytes == graph_.type(value).bytes() && in_place_only(value, buffer);
  }

  void share(Value value, Value source) {
    const size_t buffer = buffer_of_.at(source);
    buffer_of_[value] = buffer;
    buffers_[buffer].last = std::max(buffers_[buffer].last, last_read_.at(value));
  }

  void finish_output(const Output& output, int32_t end) {
    Buffer& buffer = buffers_[buffer_of_.at(output.value)];
    buffer.last = end;
    if (!output.is_state) return;
    const auto target = state_buffer_.find(output.name);
    const bool in_place = target != state_buffer_.end() && buffer_of_.at(output.value) == target->second;
    if (!in_place) plan_.copies.push_back({output.name, output.value});
  }

  void assign_offsets() {
    std::vector<Lifetime> lives;
    std::vector<size_t> buffers;
    for (size_t i = 0; i < buffers_.size(); ++i) {
      if (buffers_[i].placement.kind != Placement::Kind::arena) continue;
      const int64_t bytes = checked_multiply(divide_up(buffers_[i].bytes, alignment), alignment);
      plan_.sum_bytes = checked_add(plan_.sum_bytes, bytes);
      lives.push_back({bytes, buffers_[i].first, buffers_[i].last});
      buffers.push_back(i);
    }
    plan_.arena_bytes = graph::assign_offsets(lives);
    for (size_t k = 0; k < lives.size(); ++k) buffers_[buffers[k]].placement.offset = lives[k].offset;
    for (const auto& [node, buffer] : scratch_buffers_)
      plan_.scratch[static_cast<size_t>(node)] = buffers_[buffer].placement.offset;
  }

  const Graph& graph_;
  const std::vector<NodeMemory>& needs_;
  MemoryPlan plan_;
  std::vector<Buffer> buffers_;
  std::map<Value, size_t> buffer_of_;
  std::map<Value, int32_t> last_read_;
  std::map<Value, std::vector<std::string>> state_outputs_;
  std::map<Value, int64_t> input_index_;
  std::map<std::string, size_t> state_buffer_;
  std::map<Value, std::vector<const Output*>> outputs_of_;  // by what they are, through views
  std::map<std::string, Value> replacement_;                // of a state, through views
  Overwriting overwriting_;                                 // of the node that was asked about last
  std::vector<std::pair<int32_t, size_t>> scratch_buffers_;
};

}  // namespace

MemoryPlan plan_memory(const Graph& graph, const std::vector<NodeMemory>& needs) { return Planner(graph, needs).run(); }

}  // namespace dltrain::graph
