// Verdicts on the bounds of [[expect]], for people, for programs and as messages.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "core/diagnostic.h"
#include "core/setting.h"
#include "training/events.h"
#include "training/verdict.h"

namespace dltrain::app {

// "expect met: val_accuracy is at least 0.97 in the last epoch (0.9812)"
std::string verdict_line(const training::Verdict& verdict);
// {"event": "expectation", ...}
Table verdict_table(const training::Verdict& verdict);
// Of a bound that was missed.
Diagnostic verdict_message(const training::Verdict& verdict);
// "test_loss 0.25" for each, on standard output: what was measured on the test part.
void print_test_values(const training::Values& test);
// All of them on standard output, and then the messages of those that were missed; where both are read side by side (a
// terminal, one log), a missed one is said once, as a message.
void print_verdicts(const std::vector<training::Verdict>& verdicts, const CommonOptions& common);

}  // namespace dltrain::app
