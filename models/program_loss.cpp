// Losses and metrics of a batch, and what they add to the sums of an epoch.
#include <algorithm>
#include <map>
#include <numeric>

#include "graph/ops.h"
#include "layers/regularizers.h"
#include "models/at_layer.h"
#include "models/losses/loss.h"
#include "models/metrics/accuracy.h"
#include "models/metrics/metric.h"
#include "models/program_builder.h"

namespace dltrain::models {

using graph::Value;

namespace {

std::string prefix(SumSet set) { return set == SumSet::train ? "train" : "evaluate"; }

}  // namespace

std::vector<Tracked>& ProgramBuilder::tracked(SumSet set) {
  return set == SumSet::train ? program_.tracked_train_ : program_.tracked_evaluate_;
}

Value ProgramBuilder::target(const OutputSpec& output, int64_t batch) {
  const DataField& field = program_.target_of(output.name);
  return b_.input("target:" + field.name, graph::InputKind::data, {field.dtype, Shape{batch}.concat(field.shape)});
}

namespace {

// The weight of each class; 1 for classes without one of their own. "balanced" is samples / (classes x samples of the
// class), as scikit-learn's compute_class_weight does it, so that the classes of the training part weigh the same.
std::vector<double> weights_of_classes(const ClassWeights& given, const DataField& target) {
  std::vector<double> weights(static_cast<size_t>(target.classes.value_or(2)), 1);
  for (const auto& [name, weight] : given.by_class) {
    const auto named = std::find(target.class_names.begin(), target.class_names.end(), name);
    const auto number = named != target.class_names.end() ? named - target.class_names.begin() : std::stol(name);
    weights.at(static_cast<size_t>(number)) = weight;
  }
  if (!given.balanced) return weights;
  const double samples = std::accumulate(target.class_counts.begin(), target.class_counts.end(), 0.0);
  const auto classes = static_cast<double>(weights.size());
  for (size_t i = 0; i < std::min(weights.size(), target.class_counts.size()); ++i) {
    if (target.class_counts[i] > 0) weights[i] = samples / (classes * static_cast<double>(target.class_counts[i]));
  }
  return weights;
}

}  // namespace

std::optional<Value> ProgramBuilder::class_weight(const OutputSpec& output, Value target) {
  if (!output.class_weights || (output.class_weights->by_class.empty() && !output.class_weights->balanced)) {
    return std::nullopt;
  }
  const DataField& field = program_.target_of(output.name);
  const std::vector<double> table = weights_of_classes(*output.class_weights, field);
  const auto classes = static_cast<int64_t>(table.size());
  const bool one_hot = field.shape.rank() > 0 && field.shape.back() == classes && classes > 1 && is_float(field.dtype);
  Value labels = one_hot ? graph::argmax(b_, target) : graph::cast(b_, target, DType::i32);
  if (!one_hot && field.shape.rank() == 1 && field.shape[0] == 1)
    labels = graph::reshape(b_, labels, {b_.shape(target)[0]});
  return graph::gather(b_, graph::constant(b_, b_.real(), {classes}, table), labels);
}

// Sample weight times class weight; Keras applies class weights in training only.
std::optional<Value> ProgramBuilder::sample_weight(const OutputSpec& output, Value target, int64_t batch, SumSet set) {
  std::optional<Value> weight;
  if (program_.signature_.has_weights) {
    weight = graph::cast(b_, b_.input("sample_weight", graph::InputKind::data, {DType::f32, {batch}}), b_.real());
  }
  if (set == SumSet::evaluate) return weight;
  const auto by_class = class_weight(output, target);
  if (!by_class) return weight;
  if (!weight) return by_class;
  const Value aligned = align_leading(b_, *weight, b_.shape(*by_class), "the sample weight");
  return graph::mul(b_, aligned, *by_class);
}

// The penalties of all weights, or nothing if none has one. Squares with one factor are added up in one go.
std::optional<Value> ProgramBuilder::regularization() {
  std::optional<Value> sum;
  std::map<double, std::vector<Value>> squares;  // weights by factor
  for (const graph::StateInfo& info : program_.states_.list()) {
    if (info.role != graph::StateRole::weight || !info.trainable || !info.regularizer) continue;
    if (const auto factor = layers::squares_factor(*info.regularizer)) {
      squares[*factor].push_back(b_.state(info));
      continue;
    }
    Value penalty;
    at_layer_of(info, program_.spec_.model, [&] { penalty = layers::penalty(b_, *info.regularizer, b_.state(info)); });
    sum = sum ? graph::add(b_, *sum, penalty) : penalty;
  }
  for (const auto& [factor, values] : squares) {
    const Value penalty = graph::mul(b_, graph::sum_of_squares(b_, values), factor);
    sum = sum ? graph::add(b_, *sum, penalty) : penalty;
  }
  return sum;
}

// Adds mean x batch to "SET/NAME/total" and the batch to "SET/samples": the mean over samples at the end of an epoch.
void ProgramBuilder::track(SumSet set, const std::string& name, const std::string& output, Value mean, int64_t batch) {
  const MetricSum sum{"total", graph::mul(b_, mean, static_cast<double>(batch))};
  const std::vector<std::string> states = accumulate(b_, prefix(set) + "/" + name, {&sum, 1});
  auto& list = tracked(set);
  if (std::none_of(list.begin(), list.end(), [&](const Tracked& t) { return t.name == name; })) {
    list.push_back({name, output, {states[0], prefix(set) + "/samples/count"}, nullptr});
  }
}

BatchLoss ProgramBuilder::losses(int64_t batch, SumSet set) {
  const auto scope = b_.scope("loss");
  const auto& outputs = program_.spec_.train.outputs;
  std::vector<LossSums> sums;
  std::vector<Value> means;
  Diagnostics diagnostics;
  for (const OutputSpec& output : outputs) {
    const auto inner =
        b_.scope(output.name, "loss of output \"" + output.name + "\" (" + output.loss.kind + ")", output.loss_place);
    try {
      const Value wanted = target(output, batch);
      const auto loss = make_loss(output.loss);
      const LossValues values = loss->build(b_, wanted, values_.at(output.name).value);
      sums.push_back(loss_sums(b_, values, loss->reduction, values_.at(output.name).mask,
                               sample_weight(output, wanted, batch, set)));
      means.push_back(graph::div(b_, sums.back().numerator, graph::maximum(b_, sums.back().denominator, 1e-30)));
    } catch (const UserError& error) {
      diagnostics.add(error.diagnostics());
    }
  }
  diagnostics.throw_if_errors(ExitCode::recipe);

  std::optional<Value> mean;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value weighted = graph::mul(b_, means[i], outputs[i].loss_weight);
    mean = mean ? graph::add(b_, *mean, weighted) : weighted;
  }
  // One output keeps its own divisor, so that micro-batches add up exactly. The means of several outputs are added
  // first, and count by the rows of the micro-batch.
  BatchLoss result;
  const bool single = outputs.size() == 1;
  result.denominator = single ? sums[0].denominator : graph::scalar_constant(b_, static_cast<double>(batch));
  result.numerator =
      single ? graph::mul(b_, sums[0].numerator, outputs[0].loss_weight) : graph::mul(b_, *mean, result.denominator);
  const auto full_batch = static_cast<double>(std::max<int64_t>(program_.spec_.train.batch_size, 1));
  if (!single || sums[0].per_sample > 0) result.usual = full_batch * (single ? sums[0].per_sample : 1);
  for (const Value added : b_.added_losses()) {  // activity regularizers: sums over the batch
    const Value share = graph::mul(b_, added, 1 / static_cast<double>(batch));
    result.numerator = graph::add(b_, result.numerator, graph::mul(b_, share, result.denominator));
    mean = graph::add(b_, *mean, share);
  }
  if (const auto penalty = regularization()) mean = graph::add(b_, *mean, *penalty);
  result.mean = *mean;

  const MetricSum samples{"count", graph::scalar_constant(b_, static_cast<double>(batch))};
  accumulate(b_, prefix(set) + "/samples", {&samples, 1});
  track(set, "loss", "", *mean, batch);
  if (!single) {
    for (size_t i = 0; i < outputs.size(); ++i) track(set, outputs[i].name + "_loss", outputs[i].name, means[i], batch);
  }
  return result;
}

void ProgramBuilder::metrics(int64_t batch, SumSet set) {
  const auto scope = b_.scope("metrics");
  const auto& outputs = program_.spec_.train.outputs;
  Diagnostics diagnostics;
  for (const OutputSpec& output : outputs) {
    const std::vector<std::string> names = metric_names(output.metrics);
    for (size_t i = 0; i < output.metrics.size(); ++i) {
      const Component& metric = output.metrics[i];
      const auto inner =
          b_.scope(output.name, "metric " + metric.kind + " of output \"" + output.name + "\"", metric.place);
      try {
        const Value wanted = target(output, batch);
        const layers::Tensor& prediction = values_.at(output.name);
        std::optional<Value> weight;
        if (prediction.mask) weight = graph::cast(b_, *prediction.mask, b_.real());
        const auto sums = make_metric(metric)->sums(b_, wanted, prediction.value, weight);
        const std::string name = (outputs.size() > 1 ? output.name + "_" : "") + names[i];
        const std::vector<std::string> states = accumulate(b_, prefix(set) + "/" + name, sums);
        auto& list = tracked(set);
        if (std::none_of(list.begin(), list.end(), [&](const Tracked& t) { return t.name == name; })) {
          list.push_back({name, output.name, states, &metric});
        }
      } catch (const UserError& error) {
        diagnostics.add(error.diagnostics());
      }
    }
  }
  diagnostics.throw_if_errors(ExitCode::recipe);
}

}  // namespace dltrain::models
