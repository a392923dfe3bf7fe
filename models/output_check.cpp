#include "models/output_check.h"

#include <algorithm>

#include "core/text.h"
#include "graph/op.h"
#include "models/losses/loss.h"
#include "models/metrics/accuracy.h"
#include "models/metrics/metric.h"
#include "models/output_origin.h"

namespace dltrain::models {

namespace {

class OutputCheck {
 public:
  OutputCheck(const graph::Builder& b, const OutputSpec& output, graph::Value prediction, const DataField& target,
              Diagnostics& diagnostics)
      : output_(output),
        target_(target),
        diagnostics_(diagnostics),
        origin_(origin_of(b.graph(), prediction).origin),
        op_(origin_of(b.graph(), prediction).by->op->name),
        takes_activation_(ends_own_product(b.graph(), prediction)),
        layer_(b.graph().scope(b.graph().node(prediction))),
        shape_(b.shape(prediction)),
        traits_(make_loss(output.loss)->traits()) {}

  void check() {
    if (!check_axes()) return;
    if (!check_prediction()) return;
    check_classes();
    check_exclusive();
    for (const Component& metric : output_.metrics) check_metric(metric);
  }

 private:
  std::string who() const { return "loss of output \"" + output_.name + "\" (" + output_.loss.kind + ")"; }
  std::string layer() const { return layer_.who.empty() ? "the last layer" : layer_.who; }
  int64_t columns() const { return shape_.rank() < 2 ? 1 : shape_.back(); }

  Diagnostic& error(Code code, std::string what) {
    return diagnostics_.error(code, output_.loss_place, who(), std::move(what));
  }
  Diagnostic& warning(Code code, std::string what) {
    return diagnostics_.warning(code, output_.loss_place, who(), std::move(what));
  }

  // An image or a sequence where one row for each sample is wanted: a layer that flattens or pools was forgotten.
  bool check_axes() {
    const size_t scores = traits_.target == TargetForm::class_numbers ? 1 : 0;
    const size_t wanted = 1 + std::max<size_t>(target_.shape.rank() + scores, 1);
    if (shape_.rank() <= wanted) return true;
    Diagnostic& d =
        diagnostics_.error("not-flattened", layer_.place, layer(),
                           "its output has shape " + shape_.from(1).text() + " for each sample, and the target is " +
                               (target_.shape.rank() == 0 ? "one value" : "of shape " + target_.shape.text()));
    d.help = "put \"Flatten\" or a global pooling layer above it";
    return false;
  }

  // What the loss takes against what the last layer gives. False where the number of columns is wrong already.
  bool check_prediction() {
    const bool probabilities =
        traits_.prediction == PredictionKind::probabilities || traits_.prediction == PredictionKind::distribution;
    const bool given = origin_ == Origin::sigmoid || origin_ == Origin::softmax;
    const std::string wanted = traits_.prediction == PredictionKind::distribution ? "softmax" : "sigmoid";
    if (origin_ == Origin::softmax && columns() == 1) {
      error("one-column-softmax", layer() + " ends in a softmax over one column, which is 1 whatever comes in").help =
          traits_.classifies() ? "use activation = \"sigmoid\" with one unit, or one unit for each class"
                               : "leave the activation out";
      return false;
    }
    if (probabilities && (origin_ == Origin::linear || origin_ == Origin::activation)) {
      error("no-probabilities",
            "it takes probabilities, but " + layer() + " gives none (its last step is " + step() + ")")
          .help = help_for_activation(wanted) +
                  (output_.loss.params.contains("from_logits") ? ", or from_logits = true in the loss" : "");
    } else if (traits_.prediction == PredictionKind::logits && given) {
      warning("twice-activated",
              "from_logits = true says that no " + op_ + " came before, but " + layer() + " ends in one")
          .help = "leave from_logits out";
    } else if (traits_.prediction == PredictionKind::logits && origin_ == Origin::activation && op_ != "log_softmax") {
      warning("twice-activated", "from_logits = true takes any number, but " + layer() + " ends in " + step()).help =
          "leave that activation out";
    } else if (traits_.prediction == PredictionKind::distribution && origin_ == Origin::sigmoid) {
      warning("no-distribution",
              "it takes probabilities that sum to 1 over the classes, but " + layer() + " ends in a sigmoid")
          .help = "write activation = \"softmax\", or use binary_crossentropy if several classes can hold at once";
    }
    return true;
  }

  // A layer without weights has no activation to write.
  std::string help_for_activation(const std::string& wanted) const {
    if (takes_activation_ && op_ != "lstm" && op_ != "gru")
      return "write activation = \"" + wanted + "\" in that layer";
    return wanted == "softmax" ? "put \"Softmax\" behind it"
                               : "put { type = \"Activation\", activation = \"" + wanted + "\" } behind it";
  }

  std::string step() const {
    if (op_ == "lstm" || op_ == "gru") return "a tanh";
    if (origin_ == Origin::activation) return (op_ == "elu" ? "an " : "a ") + op_;
    if (op_.find("norm") != std::string::npos) return "a normalization";
    return op_ == "matmul" || op_ == "add" ? "a weighted sum" : "a convolution";
  }

  // Whether one class of several holds, or several at once, against whether the prediction chooses one or judges each.
  // Both wrong ways train without a complaint, to a worse model and to numbers that mean nothing.
  void check_exclusive() {
    if (!target_.ones || columns() < 2) return;
    const bool each = traits_.target == TargetForm::truth_values;
    const bool chooses = origin_ == Origin::softmax || (!each && traits_.target == TargetForm::one_hot);
    if (target_.ones->most > 1 && chooses) {
      warning("classes-together",
              "in the target up to " + std::to_string(target_.ones->most) + " of " + std::to_string(columns()) +
                  " classes hold at once, and " +
                  (origin_ == Origin::softmax ? layer() + " ends in a softmax, whose scores share a sum of 1"
                                              : "the loss takes one of them for right"))
          .help = "write activation = \"sigmoid\" in " + layer() + " and loss = \"binary_crossentropy\"";
    } else if (target_.ones->most == 1 && target_.ones->fewest == 1 && each && !chooses &&
               traits_.prediction != PredictionKind::numbers) {
      warning("exclusive-classes", "each sample of the target has exactly one of " + std::to_string(columns()) +
                                       " classes, and the loss judges each class alone")
          .help = "write activation = \"softmax\" in " + layer() + " and loss = \"categorical_crossentropy\"";
    }
  }

  // The classes of the data against the columns of the prediction.
  void check_classes() {
    if (!target_.classes) return;
    const std::string has = numbered_from_one()
                                ? "the data has class numbers from 1 to " + count_text(*target_.classes - 1) +
                                      ", where they should begin at 0"
                                : "the data has " + count_text(*target_.classes) + " classes";
    if (traits_.target == TargetForm::one_hot && target_.shape.elements() == 1) {
      error("class-numbers", "it takes a target with a column for each class, but the data has class numbers").help =
          "use \"sparse_categorical_crossentropy\"";
    } else if (traits_.target == TargetForm::class_numbers && !ignores_a_class()) {
      check_columns(has);
    } else if (traits_.target == TargetForm::truth_values && *target_.classes > 2) {
      error("two-classes-only", "it tells two classes apart, but " + has).help =
          numbered_from_one() && *target_.classes == 3
              ? subtract_one
              : "use \"sparse_categorical_crossentropy\" and a last layer with softmax and " +
                    std::to_string(*target_.classes) + " units";
    } else if (traits_.target == TargetForm::truth_values && columns() > 1 && target_.shape.elements() == 1) {
      error("two-classes-only",
            "it takes one column for two classes, but the prediction has " + std::to_string(columns()))
          .help = "give " + layer() + " one unit, or use \"sparse_categorical_crossentropy\" with softmax";
    }
  }

  void check_columns(const std::string& has) {
    const std::string width = std::to_string(columns()) + (columns() == 1 ? " column" : " columns");
    if (columns() < *target_.classes) {
      error("too-few-units", has + ", but the prediction has " + width).help = help_for_units();
    } else if (columns() > *target_.classes) {
      warning("spare-units", has + ", but the prediction has " + width).help =
          "the columns beyond will learn to be 0; " + std::to_string(*target_.classes) + " units are enough";
    }
  }

  static constexpr const char* subtract_one =
      "subtract 1 from the target: class 0 has no sample; or write the classes as texts";
  bool numbered_from_one() const {
    return !target_.class_counts.empty() && target_.class_counts.front() == 0 && target_.class_names.empty() &&
           *target_.classes > 2;
  }

  // Class numbers may begin at 1, and whole numbers that are amounts look like classes.
  std::string help_for_units() const {
    const std::string classes = std::to_string(*target_.classes);
    if (numbered_from_one() && columns() == *target_.classes - 1) return subtract_one;
    const std::string units = "give " + layer() + " a unit for each class: " + classes;
    const bool amount = *target_.classes > 2 && (target_.class_names.empty() ? columns() == 1 : named_by_numbers());
    return amount ? "if the target is an amount and no class, write loss = \"mse\" and no activation; else " + units
                  : units;
  }

  // Numbers with fractions that were taken for names: hardly classes.
  bool named_by_numbers() const {
    const auto is_number = [](const std::string& name) { return parse_real(name).has_value(); };
    return std::ranges::all_of(target_.class_names, is_number);
  }

  bool ignores_a_class() const {
    const Setting* ignored = output_.loss.params.find("ignore_class");
    return ignored != nullptr && !ignored->is_none();
  }

  // Whether the recipe gives the metric a threshold of its own.
  static bool has_threshold(const Component& metric) {
    const Setting* threshold = metric.params.find("threshold");
    const Setting* several = metric.params.find("thresholds");
    if (several != nullptr) return !several->is_none();
    return threshold != nullptr && threshold->real() != nullptr && *threshold->real() != 0.5;
  }

  // Whether every class is among those that a metric counts as found.
  bool finds_all(const Component& metric) {
    const Setting* k = metric.params.find("k");
    if (!metric.kind.ends_with("TopKCategoricalAccuracy") || k == nullptr || k->integer() == nullptr ||
        *k->integer() < columns())
      return false;
    diagnostics_
        .error("metric-setting", metric.place, "metric of output \"" + output_.name + "\" (" + metric.kind + ")",
               "it is always 1: every class is among the " + std::to_string(*k->integer()) + " largest of " +
                   std::to_string(columns()) + " columns")
        .help = "make k smaller than " + std::to_string(columns());
    return true;
  }

  // Metrics that compare with 0.5 mean nothing on logits, those that count equal values nothing on numbers.
  void check_metric(const Component& metric) {
    if (finds_all(metric)) return;
    if (!target_.classes && !traits_.classifies() && metric.kind.find("Accuracy") != std::string::npos) {
      diagnostics_
          .warning("accuracy-of-numbers", metric.place,
                   "metric of output \"" + output_.name + "\" (" + metric.kind + ")",
                   "it counts equal values, and the target is not classes")
          .help = "use \"mae\" or \"mse\" for numbers";
      return;
    }
    const bool binary = resolve_accuracy(Shape{shape_[0]}.concat(target_.shape), shape_) == "BinaryAccuracy";
    const bool thresholded =
        metric.kind == "Accuracy" ? binary : make_metric(metric)->traits().prediction == PredictionKind::probabilities;
    if (!thresholded || has_threshold(metric) || traits_.prediction != PredictionKind::logits ||
        origin_ != Origin::linear)
      return;
    const bool takes_logits = metric.params.contains("from_logits");
    const bool by_threshold = metric.kind == "Accuracy" || metric.kind == "BinaryAccuracy";
    diagnostics_
        .warning("threshold-on-logits", metric.place, "metric of output \"" + output_.name + "\" (" + metric.kind + ")",
                 (takes_logits ? "it takes probabilities, but " : "it takes predictions above 0.5 as positive, but ") +
                     layer() + " gives logits" + (takes_logits ? "" : ", which are positive above 0"))
        .help = "use { type = \"" +
                (takes_logits   ? metric.kind + "\", from_logits = true"
                 : by_threshold ? std::string("BinaryAccuracy\", threshold = 0")
                                : metric.kind + "\", thresholds = 0") +
                " }, or a sigmoid in that layer without from_logits";
  }

  const OutputSpec& output_;
  const DataField& target_;
  Diagnostics& diagnostics_;
  Origin origin_;
  std::string op_;
  bool takes_activation_;
  const graph::Scope& layer_;
  Shape shape_;
  LossTraits traits_;
};

}  // namespace

void check_output(const graph::Builder& b, const OutputSpec& output, graph::Value prediction, const DataField& target,
                  Diagnostics& diagnostics) {
  if (output.loss.kind.empty()) return;  // a model for predicting only
  OutputCheck(b, output, prediction, target, diagnostics).check();
}

}  // namespace dltrain::models
