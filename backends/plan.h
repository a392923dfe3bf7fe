// A graph made ready for a backend: kernels in order, and where every value lives.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/kernel_choice.h"
#include "graph/graph.h"
#include "graph/memory_plan.h"
#include "graph/passes.h"
#include "graph/recompute.h"

namespace dltrain::backends {

struct PlanOptions {
  std::set<std::string> disabled_passes;
  bool fuse = true;  // let the backend fuse
  graph::RecomputeWish recompute;
  const KernelChoices* choices = nullptr;  // outlive compiling; null: none
};

// What a plan computes a second time to keep less, and what that gives.
struct Repeated {
  int64_t kernels = 0;
  double flops = 0;
  double bytes = 0;  // read and written
  int64_t arena_before = 0;  // bytes, if everything were kept
  std::vector<std::string> without_effect;  // parts of the wish of which nothing is computed again
};

// The copy of weights that a kernel works on.
struct PackedUse {
  int64_t bytes = 0;                // 0: it has none
  std::vector<std::string> states;  // that it is a copy of
  bool always = false;              // something that is not a state is in it: made anew for every run
  std::string key;                  // equal for equal copies, in all plans for a backend; empty: the kernel's own
};

// One kernel and the node it computes. Views and inputs have none.
struct Step {
  size_t node;
  std::unique_ptr<Kernel> kernel;
  PackedUse packed;
};

struct Plan {
  graph::Graph graph;  // after passes, fusion and expansion
  std::vector<Step> steps;
  std::vector<graph::NodeMemory> needs;
  graph::MemoryPlan memory;
  std::vector<graph::PassReport> passes;
  int64_t packed_bytes = 0;  // of all its copies of weights, each counted once
  Repeated repeated;
  std::vector<bool> again;  // [node]: repeats one of the forward part; empty: none does

  // What `dltrain explain --stage plan` shows: one line a kernel with implementation, bytes and bound, then totals.
  std::string text() const;
};

// Throws UserError (device) naming layer, op and reason if the backend has no kernel for a primitive, or not the one that
// was chosen.
std::unique_ptr<Plan> compile_plan(const graph::Graph& graph, Backend& backend, const PlanOptions& options = {});

// Which outputs of each node are read, as compiling is told: [node][output].
std::vector<std::vector<bool>> used_outputs(const graph::Graph& graph);

}  // namespace dltrain::backends
