#include "training/forecast.h"

#include <algorithm>

#include "core/checked.h"
#include "models/recipe/canonical.h"
#include "training/profile.h"

namespace dltrain::training {

using graph::StateRole;

namespace {

// The layer that a kernel's path lies in: "bidirectional" of "bidirectional/forward/lstm".
const std::string* layer_of(const std::vector<models::LayerSpec>& layers, const std::string& path) {
  const std::string* found = nullptr;
  for (const models::LayerSpec& layer : layers) {
    const bool within = path == layer.name || path.starts_with(layer.name + "/");
    if (within && (found == nullptr || layer.name.size() > found->size())) found = &layer.name;
  }
  return found;
}

void add_plan(const backends::Plan& plan, int64_t runs, int64_t batch, const std::vector<models::LayerSpec>& layers,
              Arithmetic& sum) {
  for (const KernelTime& kernel : kernels_of(plan, runs)) {
    sum.step += kernel.flops * static_cast<double>(runs);
    if (kernel.pass != "forward") continue;
    const double of_sample = kernel.flops / static_cast<double>(batch);
    sum.forward += of_sample;
    if (const std::string* layer = layer_of(layers, kernel.layer)) sum.layers[*layer] += of_sample;
  }
}

}  // namespace

Arithmetic arithmetic_of(Model& model, int64_t batch) {
  const models::Spec& spec = model.program().spec();
  Arithmetic sum;
  const int64_t runs = spec.train.gradient_accumulation;
  if (runs == 1) {
    add_plan(model.prepare(PlanKind::train, batch), 1, batch, spec.model.layers, sum);
    return sum;
  }
  add_plan(model.prepare(PlanKind::gradient, batch), runs, batch, spec.model.layers, sum);
  add_plan(model.prepare(PlanKind::apply, 0), 1, batch, spec.model.layers, sum);
  return sum;
}

int64_t checkpoint_bytes(const models::Program& program) {
  constexpr int64_t entry = 1024;  // names and headers of an array, and its line in the list of contents
  int64_t bytes = static_cast<int64_t>(models::canonical_toml(program.spec()).size());
  for (const graph::StateInfo& info : program.states().list())
    bytes = checked_add(bytes, checked_add(info.type.bytes(), entry));
  return bytes;
}

}  // namespace dltrain::training
