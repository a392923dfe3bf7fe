#include "backends/plan.h"

#include <algorithm>

#include "core/checked.h"
#include "core/text.h"
#include "graph/op.h"
#include "graph/print.h"
#include "graph/rewrite.h"
#include "graph/verify.h"

namespace dltrain::backends {

using graph::Graph;
using graph::Node;

namespace {

bool needs_kernel(const Node& node) { return node.op->name != "input" && !node.op->view; }

Graph prepare(const Graph& graph, Backend& backend, const PlanOptions& options,
              std::vector<graph::PassReport>& reports) {
  std::vector<graph::Pass> passes = graph::general_passes();
  if (options.fuse)
    passes.push_back({"fuse", "fused kernels of the backend", [&](const Graph& g) { return backend.fuse(g); }});
  passes.push_back({"expand", "composites that the backend has no kernel for", [&](const Graph& g) {
                      return graph::expand(
                          g, [&](const Graph& at, const Node& node) { return !backend.supports(at, node).yes; });
                    }});
  for (graph::Pass& pass : graph::general_passes()) {
    pass.name += "-again";
    passes.push_back(std::move(pass));
  }
  return graph::run_passes(graph, passes, options.disabled_passes, &reports);
}

[[noreturn]] void refuse(const Graph& graph, const Node& node, const Backend& backend, const std::string& reason) {
  const graph::Scope& scope = graph.scope(node);
  throw UserError(ExitCode::device,
                  {{Severity::error, "no-kernel", scope.place, scope.who.empty() ? scope.path : scope.who,
                    "the device \"" + backend.device().name + "\" has no kernel for " + node.op->name + " " +
                        (node.outputs.empty() ? "" : node.outputs[0].text()) + ": " + reason,
                    "", "", "choose another device or precision under [run]"}});
}

// Adds the states that a value is put together of, seen through views and concatenations, and how; false if there is
// more to it.
bool find_states(const Graph& graph, graph::Value value, std::vector<std::string>& states, std::string& how) {
  while (graph.node(value).op->view) value = graph.node(value).inputs[0];
  const Node& node = graph.node(value);
  if (node.op->name == "concat") {
    how += "concat" + node.attributes.text();
    return std::all_of(node.inputs.begin(), node.inputs.end(),
                       [&](graph::Value part) { return find_states(graph, part, states, how); });
  }
  const graph::Input* input = graph.input_at(value);
  if (input == nullptr || input->kind != graph::InputKind::state) return false;
  states.push_back(input->name);
  how += "\n" + input->name;
  return true;
}

PackedUse packed_use(const Graph& graph, const Node& node, const KernelInfo& info) {
  PackedUse use{.bytes = divide_up(info.packed_bytes, graph::alignment) * graph::alignment};
  std::string how;
  for (const int packed : info.packed_inputs) {
    if (!find_states(graph, node.inputs[static_cast<size_t>(packed)], use.states, how)) use.always = true;
  }
  if (!info.packed_layout.empty() && !use.always) use.key = how + "\n" + info.packed_layout;
  return use;
}

int64_t packed_bytes(const std::vector<Step>& steps) {
  int64_t bytes = 0;
  std::set<std::string> counted;
  for (const Step& step : steps) {
    const bool is_known = !step.packed.key.empty() && !counted.insert(step.packed.key).second;
    if (!is_known) bytes = checked_add(bytes, step.packed.bytes);
  }
  return bytes;
}

}  // namespace

std::unique_ptr<Plan> compile_plan(const Graph& graph, Backend& backend, const PlanOptions& options) {
  auto plan = std::make_unique<Plan>();
  plan->graph = prepare(graph, backend, options, plan->passes);
  const auto uses = plan->graph.use_counts();
  plan->needs.resize(plan->graph.nodes.size());
  for (size_t i = 0; i < plan->graph.nodes.size(); ++i) {
    const Node& node = plan->graph.nodes[i];
    if (!needs_kernel(node)) continue;
    if (const Support support = backend.supports(plan->graph, node); !support.yes)
      refuse(plan->graph, node, backend, support.reason);
    std::vector<bool> used;
    for (const int count : uses[i]) used.push_back(count > 0);
    auto kernel = backend.compile(plan->graph, node, used);
    plan->needs[i] = {kernel->info().scratch_bytes, kernel->info().in_place};
    PackedUse packed = packed_use(plan->graph, node, kernel->info());
    plan->steps.push_back({i, std::move(kernel), std::move(packed)});
  }
  plan->packed_bytes = packed_bytes(plan->steps);
  plan->memory = graph::plan_memory(plan->graph, plan->needs);
  return plan;
}

namespace {

std::string placement_text(const graph::Placement& placement) {
  switch (placement.kind) {
    case graph::Placement::Kind::arena: return "@" + std::to_string(placement.offset);
    case graph::Placement::Kind::external: return "input";
    case graph::Placement::Kind::state: return "state";
    case graph::Placement::Kind::nowhere: return "-";
  }
  return {};
}

}  // namespace

std::string Plan::text() const {
  std::string out;
  double flops = 0;
  double bytes = 0;
  int reorders = 0;
  for (const Step& step : steps) {
    const KernelInfo& info = step.kernel->info();
    std::string line = graph::print_node(graph, step.node);
    line.pop_back();
    line += "  | " + info.implementation;
    for (const graph::Placement& placement : memory.values[step.node]) line += " " + placement_text(placement);
    if (info.flops > 0) line += " flops=" + number_text(info.flops);
    line += " bytes=" + number_text(info.bytes);
    if (info.scratch_bytes > 0) line += " scratch=" + std::to_string(info.scratch_bytes);
    if (info.packed_bytes > 0) line += " packed=" + std::to_string(info.packed_bytes);
    if (info.reorders > 0) line += " reorders=" + std::to_string(info.reorders);
    out += line + "\n";
    flops += info.flops;
    bytes += info.bytes;
    reorders += info.reorders;
  }
  out += "kernels " + std::to_string(steps.size()) + ", reorders " + std::to_string(reorders) + ", arena " +
         bytes_text(to_size(memory.arena_bytes)) + " (separate buffers: " + bytes_text(to_size(memory.sum_bytes)) +
         "), packed " + bytes_text(to_size(packed_bytes)) + ", copies " + std::to_string(memory.copies.size()) +
         ", flops " + number_text(flops) + ", bytes " + number_text(bytes) + "\n";
  return out;
}

}  // namespace dltrain::backends
