// [train] freeze: layers by patterns of their names. The spec holds the outcome, `trainable = false` of each layer.
#include <algorithm>

#include "core/glob.h"
#include "core/text.h"
#include "models/recipe/reading.h"

namespace dltrain::models {

namespace {

// Names of the layers that own weights or could: later calls of a layer belong to it.
std::vector<std::string> own_names(const ModelSpec& model) {
  std::vector<std::string> names;
  for (const LayerSpec& layer : model.layers) {
    if (layer.reuse.empty()) names.push_back(layer.name);
  }
  return names;
}

void report_no_match(Reading& reading, const Setting& pattern, const std::vector<std::string>& names) {
  const std::string& given = *pattern.text();
  Diagnostic& d = reading.diagnostics.error("unknown-layer", pattern.place(), "[train]",
                                            "freeze: no layer is called " + quote(given));
  suggest(d, given, names);
  if (d.hint.empty()) d.help = "* stands for any characters, ? for one";
}

}  // namespace

void freeze_layers(Reading& reading, const Setting& given, ModelSpec& model) {
  const std::vector<std::string> names = own_names(model);
  const List one = {given};
  for (const Setting& pattern : given.list() != nullptr ? *given.list() : one) {
    if (pattern.text() == nullptr) return;  // reported with the section's keys
    bool any = false;
    for (LayerSpec& layer : model.layers) {
      if (!matches(layer.reuse.empty() ? layer.name : layer.reuse, *pattern.text())) continue;
      layer.trainable = false;
      any = true;
    }
    if (!any && !reading.layers_missing) report_no_match(reading, pattern, names);
  }
}

}  // namespace dltrain::models
