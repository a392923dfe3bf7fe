// What can be said of a recipe at once: from its text, the headers of its data and the plans of its model, before any
// value is read or computed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/check/findings.h"
#include "app/summary.h"
#include "datasets/look.h"
#include "models/spec.h"
#include "training/batch_choice.h"
#include "training/callback_list.h"
#include "training/forecast.h"
#include "training/verdict.h"

namespace dltrain::app {

struct StaticPart {
  datasets::DataLook data;
  std::vector<LayerRow> layers;
  std::string table;  // of the layers, as text
  int64_t batch = 0;  // samples computed at once
  training::Arithmetic arithmetic;
  std::optional<training::BatchChoice> batch_choice;  // where the recipe leaves the batch open
  std::string recompute;       // what it saves and costs; empty: everything is kept
  Table recompute_numbers;     // the same
  training::MemoryUse memory;
  int64_t memory_usable = 0;    // of the machine, for this process, or of a device with its own; 0: not known
  int64_t memory_available = -1;  // of that, free at this moment; -1: not known
  std::string memory_of = "this machine";  // or the device
  int64_t host_available = -1;  // free memory of the host; -1: not known
  int64_t checkpoint_bytes = 0;
  int64_t checkpoints = 0;  // that lie in the run's folder at a time
  int64_t log_bytes = -1;   // -1: not known, as the number of samples is not
  std::string device;
  std::vector<training::Verdict> verdicts;  // of [[expect]], on memory and parameters
  double seconds = 0;  // that all this took
};

// Fills in what batch_size = "auto" leaves open. Throws UserError: recipe, data, device, or memory where the machine has
// too little.
StaticPart static_part(models::Spec& spec, Findings& findings);

// The callbacks that a run would have, and the names that its epochs would have. Throws UserError (recipe) for what does
// not fit.
training::CallbackList callbacks_of(training::Model& model, const DataSignature& signature,
                                    std::vector<std::string>& values);

// Throws UserError (memory) if training takes more than there is.
void check_memory(const StaticPart& part);

}  // namespace dltrain::app
