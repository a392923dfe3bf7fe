// Phrases that several hints share.
#pragma once

#include <string>

#include "models/spec.h"

namespace dltrain::training::hints {

// Three significant digits at most: "0.00123", "12.3", "2.31e+05".
std::string short_text(double value);
// "37 %".
std::string percent(double share);
// `[train] optimizer (Adam)`.
std::string optimizer_who(const models::Spec& spec);
// What to write to have another learning rate: "learning_rate = 0.001 in the optimizer", or the first value of its
// schedule.
std::string learning_rate_help(const models::Spec& spec, double rate);
// The learning rate that the optimizer has where a recipe says none.
double usual_rate(const models::Spec& spec);
// `layer "hidden" (Dense)` for the layer of that name.
std::string layer_who(const models::Spec& spec, const std::string& name);

}  // namespace dltrain::training::hints
