#include "models/losses/loss.h"

namespace dltrain::models {

void register_all(LossRegistry& registry);

std::span<const EnumName<Reduction>> enum_names(Reduction) {
  static constexpr EnumName<Reduction> names[] = {
      {Reduction::sum_over_batch_size, "sum_over_batch_size"},
      {Reduction::sum, "sum"},
      {Reduction::mean, "mean"},
      {Reduction::mean_with_sample_weight, "mean_with_sample_weight"},
  };
  return names;
}

TargetKind LossTraits::target_kind() const {
  switch (target) {
    case TargetForm::class_numbers: return TargetKind::classes;
    case TargetForm::truth_values: return TargetKind::automatic;
    case TargetForm::numbers:
    case TargetForm::one_hot: return TargetKind::numbers;
  }
  return TargetKind::automatic;
}

const LossRegistry& loss_registry() {
  static const LossRegistry registry = [] {
    LossRegistry made("loss");
    register_all(made);
    return made;
  }();
  return registry;
}

}  // namespace dltrain::models
