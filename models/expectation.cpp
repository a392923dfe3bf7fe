#include "models/expectation.h"

#include <tuple>

#include "core/schema.h"
#include "core/text.h"

namespace dltrain::models {

std::string complaint_about_moment(const Setting& moment) {
  if (moment.text() != nullptr && (*moment.text() == "last" || *moment.text() == "best")) return {};
  if (moment.integer() != nullptr && *moment.integer() >= 1) return {};
  return "must be \"last\", \"best\", or the number of an epoch from 1";
}

void ExpectSpec::check(FieldReport& report) const {
  const bool bounds_metric = min || max || above_majority;
  const bool others = !max_time.is_none() || !max_memory.is_none() || min_parameters || max_parameters;
  if (!metric && !bounds_metric && !others) {
    report.error("", "it expects nothing",
                 "write metric = \"val_accuracy\" and min = 0.9, or max_time, max_memory, max_parameters");
  } else if (!metric && bounds_metric) {
    report.error(min   ? "min"
                 : max ? "max"
                       : "above_majority",
                 "the key \"metric\" is missing", "say what is meant: metric = \"val_accuracy\"");
  } else if (metric && !bounds_metric) {
    report.error("metric", "there is no bound for " + quote(*metric),
                 "add min = ..., max = ... or above_majority = ...");
  }
  if (!metric && !at.is_none())
    report.error("at", "at says when a metric is judged, and none is named", "leave it out, or add metric = ...");
  if (min && max && *min > *max)
    report.error("min", "min (" + number_text(*min) + ") is larger than max (" + number_text(*max) + ")",
                 "no run could keep both");
  if (min_parameters && max_parameters && *min_parameters > *max_parameters)
    report.error("min_parameters", "min_parameters is larger than max_parameters", "no model could keep both");
  if (metric && metric->starts_with("test_") && !at.is_none())
    report.error("at", "the test part is measured once, after training", "leave at out");
}

const Place& ExpectSpec::place_of(const std::string& key) const {
  const auto known = places.find(key);
  return known == places.end() ? place : known->second;
}

bool ExpectSpec::operator==(const ExpectSpec& o) const {
  return std::tie(metric, at, min, max, above_majority, max_time, max_memory, min_parameters, max_parameters) ==
         std::tie(o.metric, o.at, o.min, o.max, o.above_majority, o.max_time, o.max_memory, o.min_parameters,
                  o.max_parameters);
}

}  // namespace dltrain::models
