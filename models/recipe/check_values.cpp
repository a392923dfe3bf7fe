// Names of values that callbacks monitor and [[expect]] bounds, as far as the recipe alone tells what an epoch will have:
// whether there is a test part to measure them on, the data may say.
#include <algorithm>

#include "core/read_fields.h"
#include "core/text.h"
#include "models/check_support.h"
#include "models/recipe/reading.h"
#include "models/value_names.h"

namespace dltrain::models {

namespace {

// Without the part that it is measured on.
std::string measured(const std::string& name) {
  for (const std::string part : {"val_", "test_"}) {
    if (name.starts_with(part)) return name.substr(part.size());
  }
  return name;
}

class ValueChecker {
 public:
  ValueChecker(Reading& reading, const Spec& spec)
      : reading_(reading), spec_(spec), values_(epoch_values(spec.train)) {}

  void check() {
    for (const Component& callback : spec_.callbacks) check_monitor(callback);
    for (const ExpectSpec& expect : spec_.expect) check_expectation(expect);
  }

 private:
  const EpochValue* find(const std::string& name) const {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&](const EpochValue& v) { return v.name == name; });
    return found == values_.end() ? nullptr : &*found;
  }

  // What could stand there; values of parts that the recipe does not name only if the given name asks for one.
  std::vector<std::string> known_for(const std::string& given, bool with_test) const {
    std::vector<std::string> names;
    const auto add = [&](const std::string& part) {
      for (const EpochValue& value : values_) names.push_back(part + value.name);
    };
    add("");
    if (spec_.data.validation || given.starts_with("val_")) add("val_");
    if (with_test && (spec_.data.test || given.starts_with("test_"))) add("test_");
    return names;
  }

  // Whether an epoch may have values of a validation part: a folder of images can have one that the recipe does not name.
  bool may_be_validated() const {
    const Setting* data = reading_.recipe.table.find("data");
    const bool named = data == nullptr || data->table() == nullptr || data->table()->contains("validation");
    return named || spec_.data.source.kind.empty() || spec_.data.source.kind == "images";
  }

  // "val_accuracy" without a validation part; `verb` is what is to be done with the value.
  void report_no_validation(Diagnostic& d, const std::string& name, const std::string& verb) const {
    suggest(d, name, known_for("", false));
    const std::string bare = name.substr(4);
    const bool known = find(bare) != nullptr;
    d.hint = known ? "no validation part measures it" : "";
    d.help = "add [data.validation] with split = 0.1" + (known ? ", or " + verb + " " + quote(bare) : "");
  }

  void check_monitor(const Component& callback) {
    const Setting* monitor = callback.params.find("monitor");
    if (monitor == nullptr || monitor->text() == nullptr) return;
    const std::string& name = *monitor->text();
    const bool validated = name.starts_with("val_");
    const bool known = find(validated ? name.substr(4) : name) != nullptr;
    // A checkpoint looks at its value only where it keeps the best: that is for the callback to say.
    if (known && (!validated || may_be_validated() || callback.kind == "ModelCheckpoint")) return;
    Diagnostic& d = reading_.diagnostics.error("unknown-monitor", place_of_key(callback, "monitor"),
                                               "callback \"" + callback.kind + "\"",
                                               "there is no value " + quote(name) + " to monitor");
    if (validated && known) return report_no_validation(d, name, "monitor");
    suggest(d, name, known_for(name, false));
    if (validated && !may_be_validated())
      d.notes.push_back({{}, "there is no validation part yet: add [data.validation]"});
    d.help = "a callback monitors the loss, or a metric of [train] metrics = [...]";
  }

  void check_expectation(const ExpectSpec& expect) {
    if (!expect.metric) return;
    const EpochValue* value = find(measured(*expect.metric));
    if (value != nullptr && expect.metric->starts_with("val_") && !may_be_validated()) {
      report_no_validation(
          reading_.diagnostics.error("unknown-expectation", expect.place_of("metric"), "[[expect]]",
                                     "there is no validation part to measure " + quote(*expect.metric) + " on"),
          *expect.metric, "judge");
    } else if (value == nullptr) {
      Diagnostic& d = reading_.diagnostics.error("unknown-expectation", expect.place_of("metric"), "[[expect]]",
                                                 "the run has no value " + quote(*expect.metric) + " to judge");
      suggest(d, *expect.metric, known_for(*expect.metric, true));
      d.help = "metrics are named in [train] metrics = [...]";
    } else {
      check_bounds(expect, value->metric != nullptr && value->metric->kind.ends_with("Accuracy"));
    }
    check_epoch(expect);
  }

  Diagnostic& impossible(const ExpectSpec& expect, const char* key, const std::string& what) {
    return reading_.diagnostics.error("impossible-bound", expect.place_of(key), "[[expect]]", what);
  }

  void check_bounds(const ExpectSpec& expect, bool accuracy) {
    if (expect.above_majority && !accuracy) {
      impossible(expect, "above_majority",
                 "above_majority is for accuracies, and " + quote(*expect.metric) + " is none")
          .help = "name an accuracy, or write min = ... or max = ...";
    }
    const bool percent = accuracy && expect.min && *expect.min >= 2 && *expect.min <= 100;
    if (!percent) return;
    impossible(expect, "min",
               "no run reaches " + number_text(*expect.min) + ": " + quote(*expect.metric) +
                   " is a share of the samples, at most 1")
        .help = "write min = " + number_text(*expect.min / 100);
  }

  // Where the recipe says how many epochs there are; on the command line they may be fewer, for a trial.
  void check_epoch(const ExpectSpec& expect) {
    const int64_t* epoch = expect.at.integer();
    const Setting* train = reading_.recipe.table.find("train");
    const Setting* epochs = train != nullptr && train->table() != nullptr ? train->table()->find("epochs") : nullptr;
    const bool changed = epochs != nullptr && epochs->place().known() && epochs->place().source->name.starts_with("--");
    if (epoch == nullptr || *epoch <= spec_.train.epochs || spec_.train.limit_batches || changed) return;
    impossible(
        expect, "at",
        "epoch " + std::to_string(*epoch) + " is never reached: the run has " + counted(spec_.train.epochs, "epoch"))
        .help = "choose an earlier epoch, or at = \"last\"";
  }

  Reading& reading_;
  const Spec& spec_;
  std::vector<EpochValue> values_;
};

}  // namespace

void check_values(Reading& reading, const Spec& spec) {
  if (reading.metrics_missing || spec.train.outputs.empty()) return;  // what there will be is not known
  ValueChecker(reading, spec).check();
}

}  // namespace dltrain::models
