// A check as text for people and as one JSON object for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check/dry_part.h"
#include "app/check/static_part.h"
#include "core/diagnostic.h"
#include "core/setting.h"

namespace dltrain::app {

struct CheckReport {
  std::string recipe;  // its path, as it was given
  models::Spec spec;   // empty name: it could not be read
  std::optional<StaticPart> at_once;
  std::optional<DryPart> dry;
  std::vector<Diagnostic> messages;  // warnings, and the errors that ended it
  ExitCode code = ExitCode::ok;
};

std::string static_text(const CheckReport& report);
std::string dry_text(const CheckReport& report);
// "verdict  ready to train", with the number of warnings.
std::string verdict_text(const CheckReport& report);
// {"event": "check", "version": 1, ...}; times in seconds, memory in bytes.
Table check_json(const CheckReport& report);

}  // namespace dltrain::app
