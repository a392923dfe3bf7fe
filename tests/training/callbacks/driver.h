// Callbacks without a model: fed with events, asked for their wishes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/spec.h"
#include "training/callback.h"

namespace dltrain::test {

// A spec with one output that is measured by these metrics (as a recipe writes the list), and an optimizer.
models::Spec spec_with(const std::string& metrics = "[]", const std::string& optimizer = "\"SGD\"");

// As a recipe would write it: { type = "EarlyStopping", ... }. Throws UserError as the recipe would be refused.
Component callback_component(const Setting& given);
Component callback_component(const std::string& toml);
inline Component callback_component(const char* toml) { return callback_component(std::string(toml)); }

// The callback, prepared for a run with validation in that folder; not yet opened.
std::unique_ptr<training::Callback> prepared(const Component& component, const models::Spec& spec,
                                             const std::string& folder);

training::EpochDone epoch_done(int64_t epoch, training::Values values, double learning_rate = 0.01);
training::Wishes told(training::Callback& callback, const training::Event& event);
// All wishes as text, for comparison.
std::string text_of(const training::Wishes& wishes);

}  // namespace dltrain::test
