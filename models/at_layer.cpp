#include "models/at_layer.h"

#include "core/diagnostic.h"
#include "core/text.h"
#include "models/check_support.h"

namespace dltrain::models {

void at_layer_of(const graph::StateInfo& weight, const ModelSpec& model, const std::function<void()>& work) {
  try {
    work();
  } catch (const UserError& error) {
    const LayerSpec* layer = find_layer(model, weight.owner);
    std::vector<Diagnostic> said = error.diagnostics();
    for (Diagnostic& each : said) {
      if (layer == nullptr || each.place.known()) continue;
      const std::string subject = each.who.starts_with("initializer ") ? each.who + " " : "";
      each.what = "weight " + quote(weight.name.substr(weight.name.rfind('/') + 1)) + ": " + subject + each.what;
      each.who = layer->who();
      each.place = layer->place;
    }
    throw UserError(error.code(), std::move(said));
  }
}

}  // namespace dltrain::models
