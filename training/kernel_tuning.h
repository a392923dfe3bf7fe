// [run] tune: implementations of convolutions and products are chosen by timing them before the first step, once for a run
// (docs/decisions/0025).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backends/tuning.h"
#include "training/kernel_choices.h"
#include "training/model.h"

namespace dltrain::training {

struct KernelTuning {
  backends::TuningReport report;
  std::string source;  // of what was known before; empty: nothing was
  std::string elsewhere;  // the processor on which that was timed, where it is another and does not count
  // Of the kernels with a choice, in a training step or whatever the first of the plans does: as chosen and by the rules.
  double seconds = 0, rule_seconds = 0;
  std::string device;

  // "31 kinds of convolutions and products timed in 2.4 s: ..."
  std::string text() const;
  // Whether something that was chosen before was chosen again.
  bool again() const { return report.lost > 0 || !elsewhere.empty(); }
};

// Chooses for all kernels of these plans, keeps what is `known` where it was timed on such a processor, and makes the model
// use it. To be called before the model has plans.
KernelTuning tune_kernels(Model& model, const std::vector<PlanOf>& plans, std::optional<KeptKernels> known);

// Makes the model use what the checkpoint keeps, if its recipe tunes and the processor is such a one: for looking at runs.
void use_kept_kernels(Model& model, const std::string& checkpoint);

}  // namespace dltrain::training
