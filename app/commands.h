// The commands. Each prints its results to standard output, everything else to standard error, and returns the exit
// code.
#pragma once

#include "app/options.h"
#include "app/run_result.h"
#include "core/exit_code.h"
#include "training/experiment.h"

namespace dltrain::app {

ExitCode fit(const FitOptions& options, const CommonOptions& common);
ExitCode check(const CheckOptions& options, const CommonOptions& common);
ExitCode diff(const DiffOptions& options, const CommonOptions& common);
ExitCode schema(const SchemaOptions& options, const CommonOptions& common);
ExitCode resume(const ResumeOptions& options, const CommonOptions& common);
ExitCode runs(const RunsOptions& options, const CommonOptions& common);
ExitCode verify(const VerifyOptions& options, const CommonOptions& common);
ExitCode replay(const ReplayOptions& options, const CommonOptions& common);
ExitCode evaluate(const EvaluateOptions& options, const CommonOptions& common);
ExitCode predict(const PredictOptions& options, const CommonOptions& common);
ExitCode crosscheck(const CrosscheckOptions& options, const CommonOptions& common);
ExitCode profile(const ProfileOptions& options, const CommonOptions& common);
ExitCode explain(const ExplainOptions& options, const CommonOptions& common);
ExitCode logs(const LogsOptions& options, const CommonOptions& common);
ExitCode list(const ListOptions& options, const CommonOptions& common);
ExitCode devices(const CommonOptions& common);

// What `fit --resume` and `resume` share: the run goes on from its newest good checkpoint, or says that it is over.
RunResult go_on(const std::string& run, training::OpenedRecipe recipe, const CommonOptions& common);

}  // namespace dltrain::app
