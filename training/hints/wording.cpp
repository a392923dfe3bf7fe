#include "training/hints/wording.h"

#include <cmath>
#include <cstdio>

#include "core/text.h"
#include "models/check_support.h"
#include "models/optimizers/optimizer.h"

namespace dltrain::training::hints {

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

std::string optimizer_who(const models::Spec& spec) { return "[train] optimizer (" + spec.train.optimizer.kind + ")"; }

std::string learning_rate_help(const models::Spec& spec, double rate) {
  const Setting* setting = spec.train.optimizer.params.find("learning_rate");
  const Setting* type = setting != nullptr && setting->table() != nullptr ? setting->table()->find("type") : nullptr;
  if (type == nullptr || type->text() == nullptr) return "learning_rate = " + short_text(rate);
  return "a schedule (" + *type->text() + ") that begins at " + short_text(rate);
}

double usual_rate(const models::Spec& spec) {
  for (const Schema& schema : models::optimizer_registry().schemas()) {
    const Field* field = schema.kind == spec.train.optimizer.kind ? schema.find("learning_rate") : nullptr;
    if (field != nullptr && field->default_value.real() != nullptr) return *field->default_value.real();
  }
  return 1e-3;
}

std::string layer_who(const models::Spec& spec, const std::string& name) {
  const models::LayerSpec* layer = models::find_layer(spec.model, name);
  return layer != nullptr ? layer->who() : "output " + quote(name);
}

}  // namespace dltrain::training::hints
