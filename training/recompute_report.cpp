#include "training/recompute_report.h"

#include <algorithm>
#include <cstdio>

#include "core/checked.h"
#include "core/text.h"
#include "models/recompute.h"

namespace dltrain::training {

namespace {

std::string size_text(int64_t bytes) { return bytes_text(to_size(bytes)); }

std::string percent(double part, double whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", whole > 0 ? 100 * part / whole : 0.0);
  return text;
}

// Of all kernels, those that run again left out.
graph::NodeWork work_without(const backends::Plan& plan) {
  graph::NodeWork work;
  for (const backends::Step& step : plan.steps) {
    work.flops += step.kernel->info().flops;
    work.bytes += step.kernel->info().bytes;
  }
  work.flops -= plan.repeated.flops;
  work.bytes -= plan.repeated.bytes;
  return work;
}

// The layer, or the first layer of the block.
const models::LayerSpec* layer_of(const models::ModelSpec& model, const std::string& part) {
  const auto found = std::find_if(model.layers.begin(), model.layers.end(), [&](const models::LayerSpec& layer) {
    return layer.name == part || layer.name.starts_with(part + "/");
  });
  return found == model.layers.end() ? nullptr : &*found;
}

bool is_asked_for(const models::Spec& spec) { return spec.train.recompute && !spec.train.recompute->empty(); }

}  // namespace

std::string recompute_text(const models::Spec& spec, const backends::Plan& plan) {
  if (!is_asked_for(spec)) return {};
  const backends::Repeated& repeated = plan.repeated;
  if (repeated.kernels == 0) return "nothing: activations take " + size_text(plan.memory.arena_bytes) + " in any case";
  const graph::NodeWork work = work_without(plan);
  return counted(repeated.kernels, "kernel") + " of the forward pass twice: activations take " +
         size_text(plan.memory.arena_bytes) + ", not " + size_text(repeated.arena_before) + ", for " +
         percent(repeated.flops, work.flops) + " more arithmetic and " + percent(repeated.bytes, work.bytes) +
         " more reading and writing in a step";
}

Table recompute_table(const backends::Plan& plan) {
  Table table;
  table.set("kernels", plan.repeated.kernels);
  table.set("flops", plan.repeated.flops);
  table.set("bytes", plan.repeated.bytes);
  table.set("activations", plan.memory.arena_bytes);
  table.set("activations_without", plan.repeated.arena_before);
  return table;
}

void warn_of_recompute(const models::Spec& spec, const backends::Plan& plan, Diagnostics& warnings) {
  if (!is_asked_for(spec)) return;
  for (const std::string& part : plan.repeated.without_effect) {
    const models::LayerSpec* layer = layer_of(spec.model, part);
    const bool is_layer = layer != nullptr && layer->name == part;
    warnings
        .warning("no-effect", layer != nullptr ? layer->place : spec.model.place,
                 is_layer ? layer->who() : "block " + quote(part),
                 "recompute has no effect here: " + models::why_without_effect(spec.model, part))
        .help = "name another layer or a block of several, or write recompute = \"auto\"";
  }
  if (plan.repeated.kernels > 0 && plan.memory.arena_bytes >= plan.repeated.arena_before) {
    warnings
        .warning("no-effect", spec.model.place, "[train]",
                 "recompute saves nothing: activations take " + size_text(plan.memory.arena_bytes) + " with it and " +
                     size_text(plan.repeated.arena_before) + " without")
        .help = "write recompute = \"auto\", or name blocks, whose results are kept";
  }
}

}  // namespace dltrain::training
