// dead-relu: units that give 0 for everything get no gradient, and so never come back.
#include <algorithm>

#include "core/text.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

bool is_dead(const ReluUnits& relu) {
  constexpr int64_t least_units = 4;
  return relu.units >= least_units && 2 * relu.dead >= relu.units;
}

bool begins_at_zero(const models::LayerSpec& layer) {
  const Setting* initializer = layer.component.params.find("kernel_initializer");
  const Setting* type =
      initializer != nullptr && initializer->table() != nullptr ? initializer->table()->find("type") : initializer;
  return type != nullptr && type->text() != nullptr && *type->text() == "Zeros";
}

std::string help_for(const Evidence& e, const models::LayerSpec& layer) {
  if (begins_at_zero(layer)) return "leave out kernel_initializer = \"Zeros\": what begins at 0 stays there";
  const std::string leaky =
      layer.component.kind == "ReLU" ? "put \"LeakyReLU\" in its place" : "write activation = \"leaky_relu\" in it";
  const double rate = e.curve.first_rate, usual = usual_rate(e.spec);
  if (rate <= usual)
    return leaky + ", or lower the learning rate from " + short_text(rate) + " to " + short_text(rate / 10);
  return "lower the learning rate from " + short_text(rate) + " to " + short_text(usual) + ", or " + leaky;
}

std::vector<Finding> judge_relus(const Evidence& e) {
  constexpr int64_t least_samples = 64;
  if (e.look.samples < least_samples) return {};
  const auto first = std::find_if(e.look.relus.begin(), e.look.relus.end(), is_dead);
  if (first == e.look.relus.end()) return {};
  const auto others = std::count_if(first + 1, e.look.relus.end(), is_dead);
  const double share = static_cast<double>(first->dead) / static_cast<double>(first->units);
  std::string what = std::to_string(first->dead) + " of its " + std::to_string(first->units) + " ReLU units (" +
                     percent(share) + ") give 0 for all of the " + std::to_string(e.look.samples) +
                     " samples looked at and can learn no more";
  if (others > 0) what += ", as in " + counted(others, "layer") + " after it";
  return {{first->layer->who(), what, help_for(e, *first->layer)}};
}

}  // namespace

void register_dead_relu(RuleRegistry& registry) { registry.add({"dead-relu", judge_relus, {"input-not-scaled"}}); }

}  // namespace dltrain::training::hints
