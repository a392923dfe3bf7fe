#include "training/snapshot.h"

#include "core/text.h"

namespace dltrain::training {

using graph::StateRole;

States copy_states(Model& model, bool weights_only) {
  States states;
  for (const graph::StateInfo& info : model.program().states().list()) {
    const bool kept = info.role == StateRole::weight || info.role == StateRole::buffer;
    if (kept || !weights_only) states.push_back({info.name, model.session().state(info.name)});
  }
  return states;
}

void set_states(Model& model, const States& states, const std::string& source) {
  const graph::StateTable& table = model.program().states();
  for (const auto& [name, value] : states) {
    const graph::StateInfo* info = table.find(name);
    const bool fits = info != nullptr && info->type.dtype == value.dtype && info->type.shape == value.shape;
    if (!fits) {
      throw UserError(ExitCode::model, "weights-misfit", source,
                      "its state " + quote(name) + " is " + value.shape.text() + ", and the model of the recipe has " +
                          (info == nullptr ? "none of that name" : info->type.shape.text()),
                      "go on with the recipe that the run began with");
    }
  }
  for (const auto& [name, value] : states) model.session().set_state(name, value);
}

}  // namespace dltrain::training
