// [[expect]]: bounds that a finished run must keep, for tests of models. Judged by training/expectations.h.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/byte_count.h"
#include "core/duration.h"
#include "core/place.h"
#include "core/setting.h"

namespace dltrain {
class FieldReport;
}

namespace dltrain::models {

// What is wrong with `at`; empty if nothing.
std::string complaint_about_moment(const Setting& moment);

struct ExpectSpec {
  static constexpr auto kind = "expect";
  std::optional<std::string> metric;
  Setting at;  // none: "last"
  std::optional<double> min, max;
  std::optional<double> above_majority;
  Setting max_time;
  Setting max_memory;
  std::optional<int64_t> min_parameters, max_parameters;
  Place place;
  std::map<std::string, Place> places;  // of the values that the recipe gives, by key

  // Where the value of a key stands, or all of it.
  const Place& place_of(const std::string& key) const;

  static void describe(auto& d) {
    d.doc(
        "[[expect]]: a bound that a run must keep. One that is missed ends dltrain fit with exit code 10, after "
        "everything was saved.");
    d.param(&ExpectSpec::metric, "metric",
            "a value of epochs (\"val_accuracy\", \"loss\"), or of the test part (\"test_accuracy\")");
    d.param(&ExpectSpec::at, "at", "which epoch counts: \"last\", \"best\", or a number from 1; \"last\" by default")
        .obeys(&complaint_about_moment, {"^(last|best)$", "integer"});
    d.param(&ExpectSpec::min, "min", "the metric is at least this");
    d.param(&ExpectSpec::max, "max", "the metric is at most this");
    d.param(&ExpectSpec::above_majority, "above_majority",
            "the accuracy is at least this much above that of always saying the most frequent class")
        .at_least(0)
        .less_than(1);
    d.param(&ExpectSpec::max_time, "max_time", "training takes no longer: seconds, or a text as \"1h30m\"")
        .obeys(&complaint_about_duration, duration_grammar());
    d.param(
         &ExpectSpec::max_memory, "max_memory",
         "the most memory that the process held is no more: a text as \"500 MiB\"; before training, `dltrain check` judges "
         "what is announced")
        .obeys(&complaint_about_byte_count, byte_count_grammar());
    d.param(&ExpectSpec::min_parameters, "min_parameters", "the model has at least so many parameters to train")
        .at_least(0);
    d.param(&ExpectSpec::max_parameters, "max_parameters", "the model has no more parameters to train").at_least(0);
  }
  void check(FieldReport& report) const;
  // Places do not count.
  bool operator==(const ExpectSpec& other) const;
};

}  // namespace dltrain::models
