// What each output is trained on and measured by. Every setting is one value for all outputs, or a table by output.
#include <algorithm>

#include "core/convert.h"
#include "core/text.h"
#include "models/metrics/metric.h"
#include "models/recipe/reading.h"
#include "models/where_values_stand.h"

namespace dltrain::models {

namespace {

class OutputsReader {
 public:
  OutputsReader(Reading& reading, const std::vector<std::string>& names, bool names_ok)
      : reading_(reading), names_(names), names_ok_(names_ok) {
    for (const std::string& name : names) specs_.push_back({name, {"loss", "", {}, {}}, 1, {}, std::nullopt, {}});
  }

  std::vector<OutputSpec> read(const OutputSettings& settings) {
    read_losses(settings.loss);
    read_loss_weights(settings.loss_weights);
    read_metrics(settings.metrics);
    read_class_weights(settings.class_weight);
    return std::move(specs_);
  }

 private:
  Diagnostic& error(Code code, const Place& place, const std::string& what) {
    return reading_.diagnostics.error(code, place, "[train]", what);
  }

  OutputSpec* find(const std::string& name) {
    const auto found = std::find_if(specs_.begin(), specs_.end(), [&](const OutputSpec& o) { return o.name == name; });
    return found == specs_.end() ? nullptr : &*found;
  }

  // The output that a key of a table by output means; null, and reported, if there is none.
  OutputSpec* output_of(const std::string& key, const Table::Entry& entry) {
    OutputSpec* spec = find(entry.key);
    if (spec != nullptr || !names_ok_) return spec;
    Diagnostic& d = error("unknown-output", entry.key_place, key + ": there is no output " + quote(entry.key));
    suggest(d, entry.key, names_);
    if (const auto meant = nearest(entry.key, names_)) misspelt_.push_back(*meant);
    return nullptr;
  }

  void read_losses(const Setting& given) {
    if (given.is_none()) return;
    const bool by_output = given.table() != nullptr && !given.table()->contains("type");
    if (!by_output) {
      const auto loss = read_one(given, "loss", "loss");
      for (OutputSpec& spec : specs_) {
        spec.loss_place = loss ? place_of_change(*loss, given.place()) : given.place();
        if (loss) spec.loss = *loss;
      }
      return;
    }
    if (misses_type(given)) return;
    for (const Table::Entry& entry : given.table()->entries()) {
      OutputSpec* spec = output_of("loss", entry);
      const auto loss = read_one(entry.value, "loss", names_.size() > 1 ? "loss of " + quote(entry.key) : "loss");
      if (spec == nullptr) continue;
      spec->loss_place = loss ? place_of_change(*loss, entry.value.place()) : entry.value.place();
      if (loss) spec->loss = *loss;
    }
    report_missing_losses(given);
  }

  // { from_logits = true }: a loss without "type", not a table by output.
  bool misses_type(const Setting& given) {
    const auto& entries = given.table()->entries();
    const bool any_output =
        std::any_of(entries.begin(), entries.end(), [&](const Table::Entry& e) { return find(e.key) != nullptr; });
    if (any_output || !names_ok_) return false;
    if (report_misspelt_type(*given.table(), "[train]: loss", reading_.diagnostics)) return true;
    Diagnostic& d =
        error("missing-key", given.place(), "the table of loss has no \"type\", and its keys are no outputs");
    d.help = "write loss = { type = \"...\", ... }, or a table by output: loss = { " + toml_key(names_.front()) +
             " = \"...\" }";
    return true;
  }

  void report_missing_losses(const Setting& given) {
    if (!names_ok_) return;
    for (const OutputSpec& spec : specs_) {
      const bool misspelt = std::find(misspelt_.begin(), misspelt_.end(), spec.name) != misspelt_.end();
      if (misspelt || given.table()->contains(spec.name)) continue;
      error("missing-loss", given.place(), "the output " + quote(spec.name) + " has no loss").help =
          "add " + toml_key(spec.name) + " = \"...\" to loss, or take it out of [model] outputs";
    }
  }

  std::optional<Component> read_one(const Setting& given, const char* family, const std::string& label) {
    if (given.list() != nullptr) {
      Diagnostic& d = error("wrong-type", given.place(), label + " must be one " + family + " (was a list)");
      d.help =
          "for several outputs write a table by output: " + std::string(family) + " = { price = \"mse\", kind = ... }";
      return std::nullopt;
    }
    return read_component(reading_.catalogue, family, given, "[train]", reading_.diagnostics, label);
  }

  void read_loss_weights(const Setting& given) {
    if (given.is_none()) return;
    if (given.table() == nullptr) {
      const auto weight = read_weight(given, "loss_weights");
      for (OutputSpec& spec : specs_) spec.loss_weight = weight.value_or(1);
      return;
    }
    for (const Table::Entry& entry : given.table()->entries()) {
      OutputSpec* spec = output_of("loss_weights", entry);
      const auto weight = read_weight(entry.value, "loss_weights of " + quote(entry.key));
      if (spec != nullptr && weight) spec->loss_weight = *weight;
    }
  }

  // A factor that is not negative.
  std::optional<double> read_weight(const Setting& given, const std::string& label) {
    Setting canonical;
    const std::string complaint = Converter<double>::normalise(given, canonical);
    if (!complaint.empty()) {
      const std::string what = complaint.substr(0, complaint.find("; "));
      error("wrong-type", given.place(), label + " " + what + " (was " + given.toml() + ", " + given.type_text() + ")");
      return std::nullopt;
    }
    if (*canonical.real() >= 0) return *canonical.real();
    error("out-of-range", given.place(), label + " must be at least 0 (was " + given.toml() + ")");
    return std::nullopt;
  }

  void read_metrics(const Setting& given) {
    if (given.is_none()) return;
    const bool by_output = given.table() != nullptr && !given.table()->contains("type");
    if (!by_output) {
      const std::vector<Component> metrics = read_metric_list(given);
      for (OutputSpec& spec : specs_) spec.metrics = metrics;
      return;
    }
    for (const Table::Entry& entry : given.table()->entries()) {
      OutputSpec* spec = output_of("metrics", entry);
      if (spec == nullptr) reading_.metrics_missing = true;
      std::vector<Component> metrics = read_metric_list(entry.value);
      if (spec != nullptr) spec->metrics = std::move(metrics);
    }
  }

  std::vector<Component> read_metric_list(const Setting& given) {
    const List one = {given};
    std::vector<Component> metrics;
    std::vector<const Setting*> called;
    for (const Setting& element : given.list() != nullptr ? *given.list() : one) {
      const auto metric = read_component(reading_.catalogue, "metric", element, "[train]", reading_.diagnostics);
      if (!metric) reading_.metrics_missing = true;
      if (!metric) continue;
      if (std::find(metrics.begin(), metrics.end(), *metric) != metrics.end()) {
        error("duplicate-metric", element.place(), "the metric " + metric->kind + " is named twice").hint =
            "leave one out";
        continue;
      }
      metrics.push_back(*metric);
      called.push_back(&element);
    }
    for (size_t i = 0; i < metrics.size(); ++i) keep_given_name(metrics[i], *called[i]);
    return metrics;
  }

  void read_class_weights(const Setting& given) {
    if (given.is_none()) return;
    const Table* table = given.table();
    const bool by_output = table != nullptr && !table->empty() &&
                           std::all_of(table->entries().begin(), table->entries().end(), [](const Table::Entry& e) {
                             return e.value.table() != nullptr || e.value.text() != nullptr;
                           });
    if (by_output) {
      for (const Table::Entry& entry : table->entries()) {
        OutputSpec* spec = output_of("class_weight", entry);
        auto weights = read_classes(entry.value, "class_weight of " + quote(entry.key));
        if (spec != nullptr) spec->class_weights = std::move(weights);
      }
      return;
    }
    if (specs_.size() > 1 && names_ok_) {
      error("class-weight", given.place(),
            "the model has " + std::to_string(specs_.size()) + " outputs, and class_weight does not say which it means")
          .help = "write class_weight = { " + toml_key(specs_.front().name) + " = ... }";
    }
    auto weights = read_classes(given, "class_weight");
    if (specs_.size() == 1) specs_.front().class_weights = std::move(weights);
  }

  std::optional<ClassWeights> read_classes(const Setting& given, const std::string& label) {
    ClassWeights weights{false, {}, given.place()};
    if (given.text() != nullptr && *given.text() == "balanced") {
      weights.balanced = true;
      return weights;
    }
    if (given.table() == nullptr) {
      Diagnostic& d = error(
          "wrong-type", given.place(),
          label + " must be a table by class, or \"balanced\" (was " + given.toml() + ", " + given.type_text() + ")");
      d.help = "write class_weight = { cat = 1.0, dog = 2.5 }; classes that are not named weigh 1";
      return std::nullopt;
    }
    for (const Table::Entry& entry : given.table()->entries()) {
      const auto weight = read_weight(entry.value, label + ": the weight of class " + quote(entry.key));
      if (weight) weights.by_class.emplace_back(entry.key, *weight);
    }
    return weights;
  }

  Reading& reading_;
  const std::vector<std::string>& names_;
  bool names_ok_;
  std::vector<OutputSpec> specs_;
  std::vector<std::string> misspelt_;  // outputs that an unknown key was meant for: these are not reported as missing
};

}  // namespace

std::vector<OutputSpec> read_outputs(Reading& reading, const OutputSettings& settings,
                                     const std::vector<std::string>& outputs, bool outputs_ok) {
  return OutputsReader(reading, outputs, outputs_ok).read(settings);
}

}  // namespace dltrain::models
