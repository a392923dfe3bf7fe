#include "training/expectations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/read_fields.h"
#include "core/text.h"
#include "models/metrics/metric.h"
#include "training/callback_list.h"
#include "training/state_table.h"

namespace dltrain::training {

using datasets::Part;
using models::ExpectSpec;

namespace {

constexpr const char* who = "[[expect]]";

// A metric's name without the part that it is measured on.
struct Measured {
  Part part = Part::train;
  std::string name;
};

Measured measured(const std::string& metric) {
  if (metric.starts_with("val_")) return {Part::validation, metric.substr(4)};
  if (metric.starts_with("test_")) return {Part::test, metric.substr(5)};
  return {Part::train, metric};
}

// What accumulates under that name; null for none.
const models::Tracked* tracked_as(const std::vector<models::Tracked>& all, const std::string& name) {
  for (const models::Tracked& tracked : all) {
    if (tracked.metric == nullptr && tracked.name == name) return &tracked;
    if (tracked.metric == nullptr) continue;
    for (const std::string& suffix : models::make_metric(*tracked.metric)->suffixes()) {
      if (tracked.name + suffix == name) return &tracked;
    }
  }
  return nullptr;
}

std::vector<std::string> names_of(const std::vector<models::Tracked>& all) {
  std::vector<std::string> names;
  for (const models::Tracked& tracked : all) {
    if (tracked.metric == nullptr) names.push_back(tracked.name);
    else
      for (const std::string& suffix : models::make_metric(*tracked.metric)->suffixes())
        names.push_back(tracked.name + suffix);
  }
  return names;
}

// The share of the most frequent class among the samples of a part; none where a sample has no single class.
std::optional<double> majority_of(const models::Program& program, const datasets::Dataset& data, Part part,
                                  const std::string& output) {
  const std::string target = program.target_of(output).name;
  for (const datasets::ClassCounts& counts : data.class_counts(part)) {
    const int64_t all = std::accumulate(counts.counts.begin(), counts.counts.end(), int64_t{0});
    if (counts.target != target || all == 0) continue;
    return static_cast<double>(*std::max_element(counts.counts.begin(), counts.counts.end())) /
           static_cast<double>(all);
  }
  return std::nullopt;
}

const int64_t* epoch_of(const ExpectSpec& spec) { return spec.at.integer(); }
bool is_best(const ExpectSpec& spec) { return spec.at.text() != nullptr && *spec.at.text() == "best"; }

// Whether the run will have the value; what is wrong is reported.
const models::Tracked* find_metric(const ExpectSpec& spec, const std::vector<models::Tracked>& tracked,
                                   const models::Program& program, const datasets::Dataset* data, bool shortened,
                                   Diagnostics& diagnostics) {
  const Measured metric = measured(*spec.metric);
  const models::Tracked* found = tracked_as(tracked, metric.name);
  if (found == nullptr) {
    std::vector<std::string> names = value_names(
        names_of(tracked), data != nullptr && validates(program.spec().train, data->size(Part::validation)));
    for (const std::string& name : names_of(tracked)) {
      if (data != nullptr && data->size(Part::test) > 0) names.push_back("test_" + name);
    }
    Diagnostic& d = diagnostics.error("unknown-expectation", spec.place_of("metric"), who,
                                      "the run has no value " + quote(*spec.metric) + " to judge");
    suggest(d, *spec.metric, names);
    d.help = "metrics are named in [train] metrics = [...]";
    return nullptr;
  }
  if (data != nullptr && data->size(metric.part) == 0) {
    const std::string part = metric.part == Part::test ? "test" : "validation";
    diagnostics
        .error("unknown-expectation", spec.place_of("metric"), who,
               "there is no " + part + " part to measure " + quote(*spec.metric) + " on")
        .help = "add [data." + part + "] with split = 0.1, or judge " + quote(metric.name);
    return nullptr;
  }
  const models::TrainSpec& train = program.spec().train;
  if (const int64_t* epoch = epoch_of(spec); epoch != nullptr && *epoch > train.epochs && !shortened) {
    diagnostics
        .error("impossible-bound", spec.place_of("at"), who,
               "epoch " + std::to_string(*epoch) + " is never reached: the run has " + counted(train.epochs, "epoch"))
        .help = "choose an earlier epoch, or at = \"last\"";
    return nullptr;
  }
  const int64_t* epoch = epoch_of(spec);
  const int64_t validated = epoch != nullptr ? *epoch : train.epochs;
  if (metric.part == Part::validation && !shortened &&
      (validated < train.validation_freq || (epoch != nullptr && *epoch % train.validation_freq != 0))) {
    diagnostics
        .error("impossible-bound", spec.place_of("metric"), who,
               quote(*spec.metric) + " is never measured" +
                   (epoch != nullptr ? " in epoch " + std::to_string(*epoch) : "") + ": validation_freq is " +
                   std::to_string(train.validation_freq) + ", and the run has " + counted(train.epochs, "epoch"))
        .help = "make validation_freq smaller, or judge " + quote(metric.name);
    return nullptr;
  }
  return found;
}

// Four digits are enough to read; more are shown where the bound is as near as that.
std::string near_number(double value, double bound) {
  char text[32];
  for (const int digits : {4, 6, 9, 17}) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if ((parse_real(text).value_or(value) < bound) == (value < bound) && (value == bound || text != number_text(bound)))
      break;
  }
  return text;
}

std::optional<double> find_majority(const ExpectSpec& spec, const models::Tracked& tracked,
                                    const models::Program& program, const datasets::Dataset* data,
                                    Diagnostics& diagnostics) {
  if (tracked.metric == nullptr || !tracked.metric->kind.ends_with("Accuracy")) {
    diagnostics
        .error("impossible-bound", spec.place_of("above_majority"), who,
               "above_majority is for accuracies, and " + quote(*spec.metric) + " is none")
        .help = "name an accuracy, or write min = ... or max = ...";
    return std::nullopt;
  }
  if (data == nullptr) return std::nullopt;
  const auto share = majority_of(program, *data, measured(*spec.metric).part, tracked.output);
  const Place& place = spec.place_of("above_majority");
  if (!share) {
    diagnostics.error("impossible-bound", place, who, "above_majority needs a target with one class for each sample")
        .help = "write min = ... instead";
  } else if (*share + *spec.above_majority > 1) {
    diagnostics
        .error("impossible-bound", place, who,
               "no model can be " + number_text(*spec.above_majority) + " above the most frequent class, which is " +
                   near_number(*share, 2) + " of the samples already")
        .help = "choose less than " + near_number(1 - *share, 2);
  }
  return share;
}

std::string memory_words(int64_t bytes) { return bytes_text(static_cast<uint64_t>(bytes)); }

int64_t trained_parameters(const models::Program& program) {
  int64_t count = 0;
  for (const graph::StateInfo& info : program.states().list()) {
    if (info.role == graph::StateRole::weight && info.trainable) count += info.type.elements();
  }
  return count;
}

std::string moment_words(const ExpectSpec& spec) {
  if (spec.metric->starts_with("test_")) return "";
  if (const int64_t* epoch = epoch_of(spec)) return " in epoch " + std::to_string(*epoch);
  return is_best(spec) ? " in the best epoch" : " in the last epoch";
}

}  // namespace

Expectations::Expectations(const models::Program& program, const datasets::Dataset* data, bool shortened)
    : program_(program), shortened_(shortened) {
  Diagnostics diagnostics;
  const std::vector<models::Tracked> tracked = program.tracked(models::SumSet::train);
  for (const ExpectSpec& spec : program.spec().expect) {
    Followed followed{&spec};
    const models::Tracked* metric =
        spec.metric ? find_metric(spec, tracked, program, data, shortened, diagnostics) : nullptr;
    if (metric != nullptr && metric->metric != nullptr)
      followed.increases = models::make_metric(*metric->metric)->increases();
    if (metric != nullptr && spec.above_majority)
      followed.majority = find_majority(spec, *metric, program, data, diagnostics).value_or(0);
    followed_.push_back(followed);
  }
  diagnostics.throw_if_errors(ExitCode::recipe);
}

Table Expectations::state() {
  List values;
  for (const Followed& followed : followed_) {
    if (followed.value) values.emplace_back(*followed.value);
    else values.emplace_back();
  }
  Table state;
  state.set("values", std::move(values));
  return state;
}

void Expectations::restore(const Table& state) {
  const Setting* values = state.find("values");
  if (values == nullptr || values->list() == nullptr || values->list()->size() != followed_.size()) return;
  for (size_t i = 0; i < followed_.size(); ++i) {
    const Setting& value = (*values->list())[i];
    followed_[i].value = value.is_none() ? std::nullopt : std::optional(number_of(value));
  }
}

void Expectations::on(const Event& event, Wishes&) {
  const auto* done = std::get_if<EpochDone>(&event);
  if (done == nullptr) return;
  for (Followed& followed : followed_) {
    const ExpectSpec& spec = *followed.spec;
    const double* value = spec.metric ? find_value(done->values, *spec.metric) : nullptr;
    if (value == nullptr) continue;
    if (const int64_t* epoch = epoch_of(spec)) {
      if (done->epoch == *epoch) followed.value = *value;
    } else if (!is_best(spec) || !followed.value || !std::isfinite(*followed.value) ||
               (followed.increases ? *value > *followed.value : *value < *followed.value)) {
      followed.value = *value;
    }
  }
}

std::optional<double> Expectations::value_of(const Followed& followed, const RunFacts& facts) {
  const std::string& metric = *followed.spec->metric;
  if (!metric.starts_with("test_")) return followed.value;
  const double* value = find_value(facts.test, metric.substr(5));
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::vector<Verdict> Expectations::judge(const RunFacts& facts) const {
  std::vector<Verdict> verdicts;
  const int64_t parameters = trained_parameters(program_);
  size_t judged = 0;
  int64_t number = 0;
  for (const Followed& followed : followed_) {
    if (followed.spec->metric) judge_metric(followed, facts, verdicts);
    judge_cost(*followed.spec, facts, parameters, verdicts);
    for (; judged < verdicts.size(); ++judged) verdicts[judged].expect = number;
    ++number;
  }
  return verdicts;
}

void Expectations::judge_metric(const Followed& followed, const RunFacts& facts, std::vector<Verdict>& verdicts) const {
  const ExpectSpec& spec = *followed.spec;
  const std::optional<double> value = value_of(followed, facts);
  const auto judge_bound = [&](const char* key, double bound, bool at_least, const std::string& words) {
    const bool met = value && (at_least ? *value >= bound : *value <= bound);
    verdicts.push_back({shortened_ ? Verdict::Kind::not_judged
                        : met      ? Verdict::Kind::met
                                   : Verdict::Kind::missed,
                        *spec.metric + " is at " + (at_least ? "least " : "most ") + words + moment_words(spec),
                        shortened_ ? "the run was a short trial"
                        : value    ? near_number(*value, bound)
                                   : "it was not measured",
                        spec.place_of(key), false, 0, key, shortened_ ? std::nullopt : value});
  };
  if (spec.min) judge_bound("min", *spec.min, true, number_text(*spec.min));
  if (spec.max) judge_bound("max", *spec.max, false, number_text(*spec.max));
  if (!spec.above_majority) return;
  const double bound = followed.majority + *spec.above_majority;
  judge_bound("above_majority", bound, true,
              near_number(bound, 2) + " (" + number_text(*spec.above_majority) + " above the most frequent class)");
}

void Expectations::judge_cost(const ExpectSpec& spec, const RunFacts& facts, int64_t parameters,
                              std::vector<Verdict>& verdicts) const {
  const auto add = [&](const char* key, bool met, const std::string& bound, double value, const std::string& found) {
    verdicts.push_back(
        {met ? Verdict::Kind::met : Verdict::Kind::missed, bound, found, spec.place_of(key), true, 0, key, value});
  };
  const auto memory = static_cast<double>(facts.memory), count = static_cast<double>(parameters);
  if (const auto most = duration_of(spec.max_time)) {
    add("max_time", facts.seconds <= *most, "training takes at most " + duration_words(*most), facts.seconds,
        near_number(facts.seconds, *most) + " s");
    verdicts.back().known_before = false;
    if (shortened_) {
      verdicts.back().kind = Verdict::Kind::not_judged;
      verdicts.back().found = "the run was a short trial";
      verdicts.back().value.reset();
    }
  }
  if (const auto most = byte_count_of(spec.max_memory))
    add("max_memory", facts.memory <= *most, "memory is at most " + memory_words(*most), memory,
        memory_words(facts.memory));
  if (spec.min_parameters)
    add("min_parameters", parameters >= *spec.min_parameters,
        "there are at least " + count_text(*spec.min_parameters) + " parameters to train", count,
        count_text(parameters));
  if (spec.max_parameters)
    add("max_parameters", parameters <= *spec.max_parameters,
        "there are at most " + count_text(*spec.max_parameters) + " parameters to train", count,
        count_text(parameters));
}

}  // namespace dltrain::training
