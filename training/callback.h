// Callbacks see events and answer with wishes; they never touch the model. They run in the order of the recipe.
#pragma once

#include <optional>
#include <string>

#include "training/events.h"

namespace dltrain::training {

// What a callback may ask for; the trainer grants it at the end of the step or epoch.
struct Wishes {
  std::optional<std::string> stop;  // the reason
};

class Callback {
 public:
  virtual ~Callback() = default;
  virtual void on(const Event& event, Wishes& wishes) = 0;
};

}  // namespace dltrain::training
