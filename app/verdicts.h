// Verdicts on the bounds of [[expect]], for people, for programs and as messages.
#pragma once

#include <string>

#include "core/diagnostic.h"
#include "core/setting.h"
#include "training/expectations.h"

namespace dltrain::app {

const char* verdict_word(training::Verdict::Kind kind);  // "met", "missed", "open"
// "expect met: val_accuracy is at least 0.97 in the last epoch (0.9812)"
std::string verdict_line(const training::Verdict& verdict);
// {"event": "expectation", ...}
Table verdict_table(const training::Verdict& verdict);
// Of a bound that was missed.
Diagnostic verdict_message(const training::Verdict& verdict);

}  // namespace dltrain::app
