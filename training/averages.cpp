#include "training/averages.h"

#include "models/optimizers/optimizer.h"

namespace dltrain::training {

namespace {

struct Averaged {
  std::string weight, average;  // names of states
};

std::vector<Averaged> averaged(Model& model) {
  const models::Program& program = model.program();
  std::vector<graph::StateInfo> weights;
  for (const graph::StateInfo& info : program.states().list()) {
    if (info.role == graph::StateRole::weight && info.trainable) weights.push_back(info);
  }
  std::vector<Averaged> pairs;
  for (const models::Slot& slot : models::make_optimizer(program.spec().train.optimizer)->slots(weights)) {
    if (slot.is_average && model.session().has_state(slot.state.name))
      pairs.push_back({weights[slot.weight].name, slot.state.name});
  }
  return pairs;
}

}  // namespace

bool keeps_averages(const models::Spec& spec) { return models::make_optimizer(spec.train.optimizer)->use_ema; }

void swap_averages(Model& model) {
  for (const Averaged& pair : averaged(model)) {
    const Array weight = model.session().state(pair.weight);
    model.session().set_state(pair.weight, model.session().state(pair.average));
    model.session().set_state(pair.average, weight);
  }
}

void take_averages(Model& model) {
  if (!model.session().has_state(models::state_name::iteration)) return;
  if (model.session().state(models::state_name::iteration).as<int64_t>()[0] == 0) return;
  for (const Averaged& pair : averaged(model))
    model.session().set_state(pair.weight, model.session().state(pair.average));
}

}  // namespace dltrain::training
