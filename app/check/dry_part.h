// What only trying shows: the data as a whole, a few steps on it, and whether a run could be written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/check/findings.h"
#include "app/check/static_part.h"
#include "models/spec.h"
#include "training/expectations.h"

namespace dltrain::app {

struct DryPart {
  std::string data;  // parts with their sizes and classes, as text
  int64_t train_samples = 0, validation_samples = 0, test_samples = 0;
  int64_t steps = 0;  // made
  double loss = 0;    // of the last of them
  double first_seconds = 0, step_seconds = 0, reading_seconds = 0;
  double epoch_seconds = 0;  // estimated from these, with validation
  double run_seconds = 0;    // of all epochs
  training::MemoryUse memory;
  int64_t log_bytes = 0;
  std::vector<training::Verdict> verdicts;  // on memory and parameters; what training reaches stays open
};

// Nothing stays of it: no run, no weights. Throws UserError: data, recipe, io where a run could not be written, numeric
// if a step is not finite, memory.
DryPart dry_part(const models::Spec& spec, Findings& findings);

}  // namespace dltrain::app
