// What TensorBoard shows of a run in words and tables: recipe, model, hyper-parameters.
#pragma once

#include <string>
#include <vector>

#include "formats/tfevents/custom_scalars.h"
#include "formats/tfevents/hparams.h"
#include "models/program.h"

namespace dltrain::training {

// Markdown.
std::string recipe_markdown(const std::string& recipe_text);
std::string model_markdown(const models::Program& program);

// The settings that people compare runs by.
formats::Hparams hparams_of(const models::Spec& spec);
// The same for runs that differ in nothing but their seed: what makes them repeats of each other.
std::string hparams_group(const formats::Hparams& hparams);

// Each value of training beside that of validation. `values` as CallbackContext has them.
std::vector<formats::ScalarCategory> chart_layout(const std::vector<std::string>& values);

}  // namespace dltrain::training
