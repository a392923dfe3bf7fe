// [train] recompute: the names that it may use (models/recompute.h).
#include <algorithm>

#include "core/text.h"
#include "models/recipe/reading.h"
#include "models/recompute.h"

namespace dltrain::models {

void check_recompute(Reading& reading, const Setting& given, const ModelSpec& model) {
  if (model.layers.empty() || reading.layers_missing) return;  // reported already
  const List one = {given};
  const List& patterns = given.list() != nullptr ? *given.list() : one;
  for (const Setting& pattern : patterns) {
    if (pattern.text() == nullptr) return;  // reported with the section's keys
    const std::string& name = *pattern.text();
    if ((name == "auto" && patterns.size() == 1) || !parts_matching(model, name).empty()) continue;
    Diagnostic& d =
        reading.diagnostics.error("unknown-layer", pattern.place(), "[train]",
                                  name == "auto" ? std::string("recompute: \"auto\" stands in a list of names")
                                                 : "recompute: no layer and no block is called " + quote(name));
    suggest(d, name, recompute_names(model));
    if (name == "auto") d.help = "\"auto\" stands alone: recompute = \"auto\"";
    else if (d.hint.empty()) d.help = "* stands for any characters, ? for one";
  }
}

}  // namespace dltrain::models
