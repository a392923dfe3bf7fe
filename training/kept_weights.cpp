#include "training/kept_weights.h"

#include <algorithm>

namespace dltrain::training {

bool keeps_best_weights(const models::Spec& spec) {
  return std::ranges::any_of(spec.callbacks, [](const Component& callback) {
    const Setting* restore = callback.params.find("restore_best_weights");
    return restore != nullptr && restore->boolean() != nullptr && *restore->boolean();
  });
}

}  // namespace dltrain::training
