#include "backends/plan.h"

#include <algorithm>

#include "core/checked.h"
#include "core/text.h"
#include "graph/op.h"
#include "graph/passes/release_early.h"
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

using Kernels = std::vector<std::unique_ptr<Kernel>>;  // [node]; null where none is needed
using Used = std::vector<std::vector<bool>>;           // [node][output]

// By the backend's rules, unless another implementation was chosen.
std::unique_ptr<Kernel> compile(const Graph& graph, const Node& node, Backend& backend, const std::vector<bool>& used,
                                const KernelChoices* choices) {
  if (choices == nullptr || choices->kernels.empty()) return backend.compile(graph, node, used);
  const auto chosen = choices->kernels.find(kernel_key(graph, node, used));
  if (chosen == choices->kernels.end()) return backend.compile(graph, node, used);
  auto kernel = backend.compile_as(graph, node, used, chosen->second.implementation);
  if (kernel == nullptr)
    refuse(graph, node, backend,
           "the implementation that was chosen, " + chosen->second.implementation + ", is not there");
  return kernel;
}

void compile_missing(const Graph& graph, Backend& backend, const Used& used, const KernelChoices* choices,
                     Kernels& kernels) {
  kernels.resize(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (kernels[i] != nullptr || !needs_kernel(node)) continue;
    if (const Support support = backend.supports(graph, node); !support.yes)
      refuse(graph, node, backend, support.reason);
    kernels[i] = compile(graph, node, backend, used[i], choices);
  }
}

std::vector<graph::NodeMemory> needs_of(const Kernels& kernels) {
  std::vector<graph::NodeMemory> needs(kernels.size());
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i] != nullptr) needs[i] = {kernels[i]->info().scratch_bytes, kernels[i]->info().in_place};
  }
  return needs;
}

// Puts the nodes into the order that gives memory free as soon as possible, if the plan is smaller for it.
void release_early(Plan& plan, Kernels& kernels, Used& used) {
  const std::vector<int32_t> order = graph::release_early(plan.graph);
  if (std::is_sorted(order.begin(), order.end())) return;
  Graph graph = graph::with_nodes(plan.graph, order);
  const std::vector<graph::NodeMemory> needs = needs_of(kernels);
  std::vector<graph::NodeMemory> needs_there;
  for (const int32_t node : order) needs_there.push_back(needs[static_cast<size_t>(node)]);
  if (graph::plan_memory(graph, needs_there).arena_bytes >= graph::plan_memory(plan.graph, needs).arena_bytes) return;
  graph::verify(graph, "after release-early");
  Kernels kernels_there;
  Used used_there;
  for (const int32_t node : order) {
    kernels_there.push_back(std::move(kernels[static_cast<size_t>(node)]));
    used_there.push_back(std::move(used[static_cast<size_t>(node)]));
  }
  plan.graph = std::move(graph);
  kernels = std::move(kernels_there);
  used = std::move(used_there);
}

// Replaces the graph by one that keeps less, and the kernels that this changes. After all other passes, so that what is
// repeated is computed by the same kernels.
void compute_again(const PlanOptions& options, Backend& backend, Plan& plan, Kernels& kernels, Used& used) {
  std::vector<graph::NodeWork> works(kernels.size());
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i] != nullptr) works[i] = {kernels[i]->info().flops, kernels[i]->info().bytes};
  }
  const std::vector<graph::NodeMemory> needs = needs_of(kernels);
  graph::Recomputed fewer = graph::recompute(plan.graph, needs, works, options.recompute);
  graph::verify(fewer.graph, "after recomputation");
  plan.repeated.arena_before = graph::plan_memory(plan.graph, needs).arena_bytes;
  plan.repeated.without_effect = std::move(fewer.without_effect);
  Used used_now = used_outputs(fewer.graph);
  Kernels kernels_now(fewer.origin.size());
  for (size_t i = 0; i < fewer.origin.size(); ++i) {
    const auto origin = static_cast<size_t>(fewer.origin[i]);
    if (fewer.again[i] && needs_kernel(fewer.graph.nodes[i])) {
      ++plan.repeated.kernels;
      plan.repeated.flops += works[origin].flops;
      plan.repeated.bytes += works[origin].bytes;
    } else if (!fewer.again[i] && used[origin] == used_now[i]) {
      kernels_now[i] = std::move(kernels[origin]);
    }
  }
  plan.graph = std::move(fewer.graph);
  plan.again = std::move(fewer.again);
  used = std::move(used_now);
  kernels = std::move(kernels_now);
  compile_missing(plan.graph, backend, used, options.choices, kernels);
}

}  // namespace

std::vector<std::vector<bool>> used_outputs(const Graph& graph) {
  std::vector<std::vector<bool>> used;
  for (const std::vector<int>& counts : graph.use_counts()) {
    used.emplace_back();
    for (const int count : counts) used.back().push_back(count > 0);
  }
  return used;
}

std::unique_ptr<Plan> compile_plan(const Graph& graph, Backend& backend, const PlanOptions& options) {
  auto plan = std::make_unique<Plan>();
  plan->graph = prepare(graph, backend, options, plan->passes);
  Used used = used_outputs(plan->graph);
  Kernels kernels;
  compile_missing(plan->graph, backend, used, options.choices, kernels);
  if (!options.disabled_passes.contains("release-early")) release_early(*plan, kernels, used);
  if (options.recompute.any()) compute_again(options, backend, *plan, kernels, used);
  plan->needs = needs_of(kernels);
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i] == nullptr) continue;
    PackedUse packed = packed_use(plan->graph, plan->graph.nodes[i], kernels[i]->info());
    plan->steps.push_back({i, std::move(kernels[i]), std::move(packed)});
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
    if (!again.empty() && again[step.node]) line += " again";
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
