// Going on with a run that was interrupted; app/commands/resume.cpp.
#pragma once

#include <string>

#include "app/options.h"
#include "app/run_result.h"
#include "training/experiment.h"

namespace dltrain::app {

// What `fit --resume` and `resume` share: the run goes on from its newest good checkpoint, or says that it is over.
RunResult go_on(const std::string& run, training::OpenedRecipe recipe, const CommonOptions& common);

}  // namespace dltrain::app
