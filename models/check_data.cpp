#include <algorithm>
#include <limits>

#include "core/checked.h"
#include "core/read_fields.h"
#include "core/text.h"
#include "models/check_support.h"
#include "models/checks.h"
#include "models/id_limits.h"
#include "models/losses/loss.h"

namespace dltrain::models {

namespace {

std::string counted(size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

class DataChecker {
 public:
  DataChecker(const Spec& spec, const DataSignature& signature, Diagnostics& diagnostics)
      : spec_(spec), signature_(signature), diagnostics_(diagnostics) {}

  void check() {
    for (const InputSpec& input : spec_.model.inputs) check_input(input);
    check_ids();
    for (const OutputSpec& output : spec_.train.outputs) {
      const DataField* target = target_of(spec_.model, signature_, output.name);
      if (target == nullptr) missing_target(output);
      else check_target(output, *target);
    }
    check_batch_size();
  }

 private:
  std::vector<std::string> input_names() const {
    std::vector<std::string> names;
    for (const DataField& field : signature_.inputs) names.push_back(field.name);
    return names;
  }

  Place place_of(const InputSpec& input) const { return input.place.known() ? input.place : spec_.model.place; }

  void check_input(const InputSpec& input) {
    const auto found = std::find_if(signature_.inputs.begin(), signature_.inputs.end(),
                                    [&](const DataField& f) { return f.name == input.name; });
    if (found == signature_.inputs.end()) {
      missing_input(input);
      return;
    }
    const std::string who = "input " + quote(input.name);
    if (input.shape && *input.shape != found->shape) {
      diagnostics_
          .error("input-shape", place_of(input), who,
                 "the recipe says " + input.shape->text() + ", the data has " + found->shape.text())
          .help = "write shape = " + found->shape.text() + ", or leave the shape out";
    }
    if (input.dtype && *input.dtype != found->dtype) {
      diagnostics_
          .error("input-dtype", place_of(input), who,
                 "the recipe says " + std::string(name(*input.dtype)) + ", the data has " +
                     std::string(name(found->dtype)))
          .help = "leave the dtype out to take what the data has";
    }
    check_scale(input, *found);
  }

  void missing_input(const InputSpec& input) {
    const std::vector<std::string> names = input_names();
    if (!input.place.known() && names.size() > 1) {
      Diagnostic& d =
          diagnostics_.error("undeclared-inputs", spec_.model.place, "[model]",
                             "the data has " + counted(names.size(), "input") + ", and the recipe declares none");
      std::vector<std::string> quoted;
      for (const std::string& name : names) quoted.push_back(quote(name));
      d.help = "add inputs = [" + join(quoted, ", ") + "]";
      return;
    }
    suggest(
        diagnostics_.error("unknown-input", place_of(input), "[model]", "the data has no input " + quote(input.name)),
        input.name, names);
  }

  // Numbers far from 1 that go into a trained layer as they are: training diverges or crawls.
  void check_scale(const InputSpec& input, const DataField& field) {
    if (!field.range || std::max(-field.range->least, field.range->greatest) <= large_value) return;
    const LayerSpec* layer = first_trained(spec_.model, input.name);
    if (layer == nullptr) return;
    Diagnostic& d = diagnostics_.warning(
        "not-scaled", layer->place, layer->who(),
        "its input has values from " + float_text(static_cast<float>(field.range->least)) + " to " +
            float_text(static_cast<float>(field.range->greatest)) + ", which trains badly");
    const bool pixels = field.range->least >= 0 && field.range->greatest <= 255;
    d.help = pixels ? "put { type = \"Rescaling\", scale = \"1/255\" } before it" : "put \"Normalization\" before it";
  }

  // A table of vectors is asked for numbers of rows: 0.3 and 0.8 are the same one, and images lose all they show.
  void check_ids() {
    for (const IdLimit& limit : id_limits(spec_.model)) {
      const auto found = std::find_if(signature_.inputs.begin(), signature_.inputs.end(),
                                      [&](const DataField& f) { return f.name == limit.input; });
      if (found == signature_.inputs.end() || !found->range || found->range->whole) continue;
      diagnostics_
          .warning("not-ids", limit.place, limit.who,
                   "it looks up whole numbers, and the input has values between them, from " +
                       float_text(static_cast<float>(found->range->least)) + " to " +
                       float_text(static_cast<float>(found->range->greatest)) + ": the fractions are cut off")
          .help = "leave the layer out: for numbers and pixels use \"Dense\" or \"Conv2D\"";
    }
  }

  void missing_target(const OutputSpec& output) {
    std::vector<std::string> names;
    for (const DataField& target : signature_.targets) names.push_back(target.name);
    const LayerSpec* layer = find_layer(spec_.model, output.name);
    Diagnostic& d = diagnostics_.error("unknown-output", layer != nullptr ? layer->place : spec_.model.place, "[model]",
                                       "the data has no target for the output " + quote(output.name));
    suggest(d, output.name, names);
  }

  void check_target(const OutputSpec& output, const DataField& target) {
    check_class_weights(output, target);
    if (output.loss.kind.empty()) return;
    const LossTraits traits = make_loss(output.loss)->traits();
    if (traits.classifies() && target.classes == 1) {
      diagnostics_
          .error("nothing-to-learn", output.loss_place, "loss " + output.loss.kind,
                 "every sample of the data has the same class" +
                     (target.class_names.empty() ? std::string() : ", " + quote(target.class_names.front())))
          .help = "a classification needs samples of two classes";
      return;
    }
    if (traits.target == TargetForm::class_numbers && !target.classes && is_float(target.dtype)) {
      diagnostics_
          .error("needs-classes", output.loss_place, "loss " + output.loss.kind,
                 "it needs class numbers, and the target is numbers (" + std::string(name(target.dtype)) + ")")
          .help = help_for_numbers(target);
    }
    if (traits.target == TargetForm::numbers) check_reach(output, target);
    if (traits.target == TargetForm::truth_values && !target.classes) check_truth(output, target);
    check_double_softmax(output);
    check_dropped(output);
  }

  // Targets outside of 0 and 1 have losses below zero, and training runs towards minus infinity.
  void check_truth(const OutputSpec& output, const DataField& target) {
    if (!target.range || (target.range->least >= 0 && target.range->greatest <= 1)) return;
    const ValueRange& range = *target.range;
    const bool two = range.whole && target.shape.elements() == 1;
    diagnostics_
        .error("no-truth-values", output.loss_place, "loss " + output.loss.kind,
               "it takes targets from 0 (no) to 1 (yes), and the target" +
                   (target.name == "target" ? "" : " " + quote(target.name)) + " goes from " +
                   float_text(static_cast<float>(range.least)) + " to " +
                   float_text(static_cast<float>(range.greatest)))
        .help = std::string(two ? "write the two classes as 0 and 1, or as texts; " : "") + "for " +
                (two ? "amounts" : "numbers") + " use \"mse\" and no activation in the last layer";
  }

  // Dropout that nothing follows takes answers away and doubles others, in training alone.
  void check_dropped(const OutputSpec& output) {
    const LayerSpec* layer = find_layer(spec_.model, output.name);
    while (layer != nullptr && layer->inputs.size() == 1 && only_moves(layer->component.kind))
      layer = find_layer(spec_.model, layer->inputs.front());
    if (layer == nullptr || layer->component.kind != "Dropout") return;
    const Setting* rate = layer->component.params.find("rate");
    if (rate != nullptr && rate->real() != nullptr && *rate->real() == 0) return;
    diagnostics_
        .warning("dropped-output", layer->place, layer->who(),
                 "it is the last layer: in training it sets answers of the model to 0 and makes the others larger")
        .help = "put it above the last layer with weights, or leave it out";
  }

  static bool only_moves(const std::string& kind) {
    return kind == "Flatten" || kind == "Reshape" || kind == "Permute" || kind == "Identity";
  }

  static std::string help_for_numbers(const DataField& target) {
    const bool one_hot = target.ones && target.ones->fewest == 1 && target.ones->most == 1;
    const std::string dense = "use \"categorical_crossentropy\"";
    if (one_hot) return dense + ": the target has a column for each class";
    const bool columns = target.shape.rank() > 0 && target.shape.back() > 1 && !target.ones;
    return (columns ? dense + " for a column for each class, " : "use ") +
           "\"mse\" for numbers, or check the target of [data]";
  }

  // A softmax of a softmax: the scores end up nearly equal, and training crawls.
  void check_double_softmax(const OutputSpec& output) {
    const LayerSpec* layer = find_layer(spec_.model, output.name);
    const auto last = layer == nullptr ? std::nullopt : last_activation(spec_.model, *layer);
    if (!last || last->kind != "softmax" || last->layer->inputs.size() != 1) return;
    const std::string& kind = last->layer->component.kind;
    const LayerSpec* before = find_layer(spec_.model, last->layer->inputs.front());
    const auto first = before == nullptr ? std::nullopt : last_activation(spec_.model, *before);
    if (!first || first->kind != "softmax" || (kind != "Softmax" && kind != "Activation")) return;
    Diagnostic& d = diagnostics_.warning("softmax-twice", last->layer->place, last->layer->who(),
                                         "layer " + quote(first->layer->name) + " has a softmax already");
    d.help = "leave out one of the two";
  }

  // Numbers that the last activation never gives: training runs on, and the loss stays.
  void check_reach(const OutputSpec& output, const DataField& target) {
    const LayerSpec* layer = find_layer(spec_.model, output.name);
    const auto last = layer == nullptr ? std::nullopt : last_activation(spec_.model, *layer);
    const auto reach = last ? reach_of(last->kind) : std::nullopt;
    if (!reach || !target.range) return;
    const bool below = target.range->least < reach->least;
    if (!below && target.range->greatest <= reach->greatest) return;
    diagnostics_
        .warning("never-reached", last->layer->place, last->layer->who(),
                 "activation " + quote(last->kind) + " never gives numbers " +
                     (below ? "below " + number_text(reach->least) : "above " + number_text(reach->greatest)) +
                     ", and the target goes from " + float_text(static_cast<float>(target.range->least)) + " to " +
                     float_text(static_cast<float>(target.range->greatest)))
        .help = "leave the activation out";
  }

  static std::optional<ValueRange> reach_of(const std::string& activation) {
    constexpr double no_end = std::numeric_limits<double>::infinity();
    if (activation == "relu" || activation == "softplus" || activation == "exponential") return ValueRange{0, no_end};
    if (activation == "sigmoid" || activation == "hard_sigmoid" || activation == "softmax") return ValueRange{0, 1};
    if (activation == "relu6") return ValueRange{0, 6};
    if (activation == "tanh") return ValueRange{-1, 1};
    return std::nullopt;
  }

  void check_class_weights(const OutputSpec& output, const DataField& target) {
    if (!output.class_weights) return;
    const Place& place = output.class_weights->place;
    if (!target.classes) {
      diagnostics_
          .error("class-weight", place, "[train]",
                 "class_weight is for classes, and the target " + quote(target.name) + " has none")
          .hint = "leave it out";
      return;
    }
    for (const auto& [name, weight] : output.class_weights->by_class) check_class(name, target, place);
  }

  void check_class(const std::string& name, const DataField& target, const Place& place) {
    const auto& names = target.class_names;
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    const auto number = parse_integer(name);
    if (number && *number >= 0 && *number < *target.classes && std::to_string(*number) == name) return;
    Diagnostic& d =
        diagnostics_.error("class-weight", place, "[train]", "class_weight: there is no class " + quote(name));
    if (names.empty()) d.known = "0 to " + std::to_string(*target.classes - 1);
    else suggest(d, name, names);
  }

  void check_batch_size() {
    const int64_t samples = signature_.train_samples;
    check_accumulation(samples);
    if (spec_.train.batch_size <= samples || samples == 0 || spec_.train.outputs.empty()) return;
    const std::string what = "batch_size is " + std::to_string(static_cast<int64_t>(spec_.train.batch_size)) +
                             ", and the training part has " + std::to_string(samples) + " samples";
    if (spec_.train.drop_last) {
      diagnostics_
          .error("no-full-batch", {}, "[train]", what + ": no batch is ever full, and drop_last leaves out all others")
          .help = "make batch_size smaller, or leave out drop_last";
    } else {
      diagnostics_.warning("batch-too-large", {}, "[train]", what + ": every epoch is one batch that is not full");
    }
  }

  // Weights that change once an epoch learn next to nothing.
  void check_accumulation(int64_t samples) {
    const int64_t together = spec_.train.gradient_accumulation;
    const int64_t batches = divide_up(samples, std::max<int64_t>(spec_.train.batch_size, 1));
    if (samples == 0 || together <= 1 || together <= batches) return;
    diagnostics_
        .warning("batch-too-large", {}, "[train]",
                 "gradient_accumulation is " + std::to_string(together) + ", and an epoch has " +
                     std::to_string(batches) + (batches == 1 ? " batch" : " batches") +
                     ": the weights change once an epoch")
        .help = "make gradient_accumulation smaller";
  }

  const Spec& spec_;
  const DataSignature& signature_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_against_data(const Spec& spec, const DataSignature& signature, Diagnostics& diagnostics) {
  DataChecker(spec, signature, diagnostics).check();
}

}  // namespace dltrain::models
