// What TensorBoard's table of hyper-parameters shows: the settings of each run beside its best results.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "formats/tfevents/event.h"

namespace dltrain::formats {

using HparamValue = std::variant<bool, double, std::string>;
using Hparams = std::vector<std::pair<std::string, HparamValue>>;

// A column of results: a scalar of the runs below the one that is described.
struct HparamMetric {
  std::string group;  // the run's folder relative to the described one: "train", "validation", or empty
  std::string tag;    // "epoch_accuracy"
  std::string name;   // as shown; empty: the tag
  bool training = false;
};

// Which columns there are; written once for all runs of a log folder, in any of them.
SummaryValue hparams_experiment(const std::string& description, double created, const Hparams& hparams,
                                const std::vector<HparamMetric>& metrics);
// The settings of a run. `group`: runs of the same group are repeats of each other.
SummaryValue hparams_session_start(const std::string& group, double time, const Hparams& hparams);

enum class SessionStatus {
  success = 1,
  failure = 2
};
SummaryValue hparams_session_end(SessionStatus status, double time);

}  // namespace dltrain::formats
