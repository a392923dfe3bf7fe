#include "training/kernel_tuning.h"

#include <cstdio>

#include "core/text.h"
#include "training/interrupt.h"

namespace dltrain::training {

namespace {

// Of the kernels of a plan that have a choice.
void add_seconds(const backends::Plan& plan, const backends::KernelChoices& choices, KernelTuning& tuning) {
  const std::vector<std::vector<bool>> used = backends::used_outputs(plan.graph);
  for (const backends::Step& step : plan.steps) {
    const auto found =
        choices.kernels.find(backends::kernel_key(plan.graph, plan.graph.nodes[step.node], used[step.node]));
    if (found == choices.kernels.end()) continue;
    tuning.seconds += found->second.seconds;
    tuning.rule_seconds += found->second.rule_seconds;
  }
}

// Three digits.
std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string time_text(double seconds) {
  return seconds < 1 ? short_number(seconds * 1e3) + " ms" : short_number(seconds) + " s";
}

std::string kinds_text(int64_t kinds) {
  return kinds == 1 ? "1 kind of convolution or product"
                    : std::to_string(kinds) + " kinds of convolutions and products";
}

}  // namespace

std::string KernelTuning::text() const {
  if (report.kinds == 0) return device + " has one kernel for each convolution and product: there is nothing to choose";
  std::string text;
  if (!elsewhere.empty()) text += "chosen by timing on another processor (" + elsewhere + "), and so once more here: ";
  text += kinds_text(report.kinds);
  const int64_t timed = report.kinds - report.known - report.skipped;
  if (report.known > 0) text += (timed > 0 ? ", " + std::to_string(report.known) : "") + " as in " + source;
  if (report.lost > 0)
    text += ", " + std::to_string(report.lost) + " of which were to run by kernels that are no longer there";
  if (timed > 0)
    text += (report.known > 0 ? ", " + std::to_string(timed) : "") + " timed in " + time_text(report.seconds) + " (" +
            std::to_string(report.timed) + " kernels)";
  if (report.skipped > 0) text += ", " + std::to_string(report.skipped) + " left to the rules for want of time";
  if (report.others == 0) return text + "; the rules' choice is the fastest of all";
  text += "; " + std::to_string(report.others) + " run otherwise than by the rules: " + time_text(seconds) +
          " of a step instead of " + time_text(rule_seconds);
  return text;
}

KernelTuning tune_kernels(Model& model, const std::vector<PlanOf>& plans, std::optional<KeptKernels> known) {
  backends::Backend& backend = model.session().backend();
  KernelTuning tuning;
  tuning.device = backend.device().name;
  backends::KernelChoices choices;
  if (known && known->choices.processor == backend.device().description) {
    choices = std::move(known->choices);
    tuning.source = known->source;
  } else if (known) {
    tuning.elsewhere = known->choices.processor;
  }
  backends::TuningLimits limits;
  limits.stop = [] { return interrupted(); };
  const auto compiled = model.trial_plans(plans);
  tuning.report = backends::tune(compiled, backend, choices, limits);
  const int64_t batches = model.program().spec().train.gradient_accumulation;
  const bool accumulates = plans.front().kind == PlanKind::gradient;
  for (int64_t i = 0; i < (accumulates ? batches : 1); ++i) add_seconds(*compiled.front(), choices, tuning);
  model.use_kernels(std::move(choices));
  return tuning;
}

void use_kept_kernels(Model& model, const std::string& checkpoint) {
  if (!model.program().spec().run.tune) return;
  std::optional<KeptKernels> kept = kernels_of_checkpoint(checkpoint);
  if (kept && kept->choices.processor == model.session().backend().device().description)
    model.use_kernels(std::move(kept->choices));
}

}  // namespace dltrain::training
