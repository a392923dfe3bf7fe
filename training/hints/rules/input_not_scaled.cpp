// input-not-scaled: numbers far from 1 that reach the first trained layer as they are. The largest ones are a warning
// before training; they come up again only where the model has learned nothing, as the likely cause.
#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "models/check_support.h"
#include "training/hints/rule.h"
#include "training/hints/wording.h"

namespace dltrain::training::hints {

namespace {

std::string help_for(const InputValues& input) {
  const bool pixels = input.least >= 0 && input.greatest > 1 && input.greatest <= 255 && input.columns == 0;
  return pixels ? "put { type = \"Rescaling\", scale = \"1/255\" } before it" : "put \"Normalization\" before it";
}

std::vector<Finding> judge_inputs(const Evidence& e) {
  constexpr double large = 10, small = 0.01;
  std::vector<Finding> found;
  for (const InputValues& input : e.look.inputs) {
    const double size = std::hypot(input.mean, input.deviation);  // root of the mean square
    if (size == 0 || (size <= large && size >= small)) continue;
    const models::LayerSpec* layer = models::first_trained(e.spec.model, input.name);
    if (layer == nullptr) continue;
    const auto& fields = e.data.signature().inputs;
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const DataField& f) { return f.name == input.name; });
    const bool warned = field != fields.end() && field->range &&
                        std::max(-field->range->least, field->range->greatest) > models::large_value;
    found.push_back({layer->who(),
                     "its input goes from " + short_text(input.least) + " to " + short_text(input.greatest) +
                         " (mean " + short_text(input.mean) + ", standard deviation " + short_text(input.deviation) +
                         "), and layers learn best from numbers around 0 and 1",
                     help_for(input), warned && e.better_than_guessing()});
  }
  return found;
}

}  // namespace

void register_input_not_scaled(RuleRegistry& registry) { registry.add({"input-not-scaled", judge_inputs}); }

}  // namespace dltrain::training::hints
