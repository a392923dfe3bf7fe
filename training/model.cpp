#include "training/model.h"

#include <algorithm>
#include <limits>

#include "backends/factory.h"
#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/text.h"
#include "graph/builder.h"
#include "layers/initializers.h"
#include "models/at_layer.h"
#include "models/loss_scale.h"
#include "models/metrics/metric.h"
#include "models/recompute.h"
#include "training/check_ids.h"
#include "training/shortage.h"

namespace dltrain::training {

using datasets::Batch;
using graph::StateRole;
using models::SumSet;

namespace {

// All states are made at once and stay: too many are found before the first is made.
void check_memory(const models::Program& program, const backends::Backend& backend) {
  int64_t bytes = 0;
  for (const graph::StateInfo& info : program.states().list()) bytes = checked_add(bytes, info.type.bytes());
  const int64_t available = backend.free_memory();
  if (available < 0 || bytes <= available) return;
  throw UserError(ExitCode::memory, "memory", "model",
                  "its weights and the optimizer take " + bytes_text(to_size(bytes)) + " of memory, and " +
                      bytes_text(to_size(available)) + " are free " + moment_on(backend),
                  "use a smaller model or an optimizer that remembers less (SGD), or end other programs");
}

}  // namespace

Model::Model(models::Program program, std::unique_ptr<backends::Backend> backend)
    : program_(std::move(program)),
      id_limits_(models::id_limits(program_.spec().model)),
      recompute_(models::recompute_wish(program_.spec())),
      session_(std::move(backend)) {
  backends::require_precision(session_.backend().device(), program_.spec().run.precision);
  check_memory(program_, session_.backend());
  for (const DataField& target : program_.signature().targets) target_names_.push_back("target:" + target.name);
  session_.create_states(program_.states());
}

void Model::initialize() {
  for (const graph::StateInfo& info : program_.states().list()) {
    if (info.role != StateRole::weight && info.role != StateRole::buffer) continue;
    models::at_layer_of(info, program_.spec().model, [&] {
      session_.set_state(info.name, layers::initialize(info.initializer, info.type.shape, info.type.dtype,
                                                       program_.spec().seed, info.name));
    });
  }
}

graph::Graph Model::graph_of(PlanKind kind, int64_t batch) {
  switch (kind) {
    case PlanKind::train: return program_.train(batch);
    case PlanKind::gradient: return program_.gradient(batch);
    case PlanKind::apply: return program_.apply();
    case PlanKind::evaluate: return program_.evaluate(batch);
    case PlanKind::predict: return program_.predict(batch);
  }
  throw Bug("a plan of an unknown kind");
}

std::unique_ptr<backends::Plan> Model::compile(PlanKind kind, int64_t batch, const backends::PlanOptions& options) {
  return backends::compile_plan(graph_of(kind, batch), session_.backend(), options);
}

std::vector<std::unique_ptr<backends::Plan>> Model::trial_plans(const std::vector<PlanOf>& plans) {
  std::vector<std::unique_ptr<backends::Plan>> compiled;
  for (const PlanOf& each : plans) {
    backends::PlanOptions options = plan_options(each.kind);
    options.choices = nullptr;
    compiled.push_back(compile(each.kind, each.batch, options));
  }
  return compiled;
}

int Model::plan(PlanKind kind, int64_t batch) {
  const std::pair key{kind, batch};
  if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
  const auto compile_for = [&](int64_t size) { return compile(kind, size, plan_options(kind)); };
  std::unique_ptr<backends::Plan> compiled = compile_for(batch);
  session_.create_states(program_.states());
  try {
    session_.reserve(compiled->memory.arena_bytes);
  } catch (const UserError& error) {
    const int64_t available = session_.backend().free_memory();
    if (error.code() != ExitCode::memory || available < 0 || kind == PlanKind::apply) throw;
    const bool trains = kind == PlanKind::train || kind == PlanKind::gradient;
    const auto shortage =
        memory_shortage(*compiled, compile_for, batch, {available, moment_on(session_.backend())}, trains);
    if (shortage) throw *shortage;
    throw;
  }
  return plans_[key] = session_.add(std::move(compiled));
}

backends::PlanOptions Model::plan_options(PlanKind kind) const {
  backends::PlanOptions options{.choices = &kernels_};
  if (kind == PlanKind::train || kind == PlanKind::gradient) options.recompute = recompute_;
  return options;
}

backends::Feed& Model::feed(const Batch& batch, bool targets) {
  const DataSignature& signature = program_.signature();
  check_ids(id_limits_, signature, batch);
  const bool has_weights = targets && batch.weights.has_value();
  for (size_t i = 0; i < signature.inputs.size(); ++i) fed_.data[signature.inputs[i].name] = &batch.inputs[i];
  for (size_t i = 0; i < target_names_.size(); ++i) {
    if (targets) fed_.data[target_names_[i]] = &batch.targets[i];
    else fed_.data.erase(target_names_[i]);
  }
  if (has_weights) fed_.data["sample_weight"] = &*batch.weights;
  else fed_.data.erase("sample_weight");
  return fed_;
}

void Model::set_scalars(backends::Feed& feed, const StepScalars& scalars, uint64_t seed) {
  feed.integers[graph::scalar::seed] = static_cast<int64_t>(seed);
  feed.integers[graph::scalar::step] = scalars.step;
  feed.integers[graph::scalar::sample_offset] = scalars.sample_offset;
  feed.reals[graph::scalar::learning_rate] = scalars.learning_rate;
}

void Model::train(const Batch& batch, const StepScalars& scalars) {
  last_plan_ = plan(PlanKind::train, batch.size);
  backends::Feed& fed = feed(batch, true);
  set_scalars(fed, scalars, program_.spec().seed);
  session_.run(last_plan_, fed);
  update_plan_ = last_plan_;
  loss_before_update_.reset();
}

void Model::gradient(const Batch& batch, const StepScalars& scalars) {
  last_plan_ = plan(PlanKind::gradient, batch.size);
  loss_before_update_.reset();
  backends::Feed& fed = feed(batch, true);
  set_scalars(fed, scalars, program_.spec().seed);
  session_.run(last_plan_, fed);
}

void Model::apply(const StepScalars& scalars) {
  loss_before_update_ = loss();  // the results of a plan end with the next run
  set_scalars(fed_, scalars, program_.spec().seed);
  update_plan_ = plan(PlanKind::apply, 0);
  session_.run(update_plan_, fed_);
}

std::optional<backends::Session::NotFinite> Model::train_until_not_finite(const Batch& batch,
                                                                          const StepScalars& scalars) {
  const bool whole = program_.spec().train.gradient_accumulation == 1;
  backends::Feed& fed = feed(batch, true);
  set_scalars(fed, scalars, program_.spec().seed);
  return session_.run_until_not_finite(plan(whole ? PlanKind::train : PlanKind::gradient, batch.size), fed);
}

std::optional<backends::Session::NotFinite> Model::apply_until_not_finite(const StepScalars& scalars) {
  backends::Feed fed;
  set_scalars(fed, scalars, program_.spec().seed);
  return session_.run_until_not_finite(plan(PlanKind::apply, 0), fed);
}

std::vector<double> Model::run_timed(PlanKind kind, const Batch& batch, const StepScalars& scalars) {
  const bool reads_nothing = kind == PlanKind::apply;
  backends::Feed& fed = reads_nothing ? fed_ : feed(batch, kind != PlanKind::predict);
  set_scalars(fed, scalars, program_.spec().seed);
  return session_.run_timed(plan(kind, reads_nothing ? 0 : batch.size), fed);
}

const backends::Plan& Model::prepare(PlanKind kind, int64_t batch) { return session_.plan(plan(kind, batch)); }

double Model::loss() {
  if (loss_before_update_) return *loss_before_update_;
  return last_plan_ < 0 ? std::numeric_limits<double>::quiet_NaN() : session_.scalar_result(last_plan_, "loss");
}

double Model::gradient_norm() { return session_.scalar_result(update_plan_, models::result_name::gradient_norm); }

void Model::evaluate(const Batch& batch) {
  const int number = plan(PlanKind::evaluate, batch.size);
  session_.run(number, feed(batch, true));
}

std::vector<Array> Model::predict(const Batch& batch) {
  const int number = plan(PlanKind::predict, batch.size);
  session_.run(number, feed(batch, false));
  std::vector<Array> outputs;
  for (const std::string& name : program_.spec().model.outputs) outputs.push_back(session_.result(number, name));
  return outputs;
}

Array Model::input_of_layer(const std::string& layer, const Batch& batch) {
  const auto [known, is_new] = layer_plans_.emplace(std::pair{layer, batch.size}, -1);
  if (is_new) known->second = session_.add(program_.until(layer, batch.size));
  session_.run(known->second, feed(batch, false));
  return session_.result(known->second, "value");
}

std::vector<std::pair<std::string, double>> Model::results(SumSet set) {
  const auto totals_of = [&](const std::string& state) {
    const Array value = session_.state(state);
    std::vector<double> totals;
    for (int64_t i = 0; i < value.elements(); ++i) totals.push_back(element(value, i));
    return totals;
  };
  std::vector<std::pair<std::string, double>> results;
  for (const models::Tracked& tracked : program_.tracked(set)) {
    std::vector<std::vector<double>> totals;
    for (const std::string& state : tracked.states) totals.push_back(totals_of(state));
    if (tracked.metric == nullptr) {
      results.emplace_back(tracked.name, totals[1][0] == 0 ? 0 : totals[0][0] / totals[1][0]);
      continue;
    }
    const auto metric = models::make_metric(*tracked.metric);
    const std::vector<std::string> suffixes = metric->suffixes();
    const std::vector<double> values = metric->results(totals);
    for (size_t i = 0; i < values.size(); ++i) results.emplace_back(tracked.name + suffixes[i], values[i]);
  }
  if (set != SumSet::train || !session_.has_state(models::state_name::loss_scale)) return results;
  const double scale = totals_of(models::state_name::loss_scale)[0];
  results.emplace_back(models::value_name::loss_scale, scale == 0 ? models::LossScaling().initial : scale);
  results.emplace_back(models::value_name::skipped_steps, totals_of(models::state_name::skipped_steps)[0]);
  return results;
}

void Model::reset(SumSet set) {
  for (const models::Tracked& tracked : program_.tracked(set)) {
    for (const std::string& state : tracked.states) session_.zero_state(state);
  }
}

int64_t Model::first_bad_step() {
  if (!session_.has_state(models::state_name::first_bad_step)) return -1;
  return session_.state(models::state_name::first_bad_step).as<int64_t>()[0] - 1;
}

void Model::prepare_training(int64_t batch) {
  training_batch_ = batch;
  if (program_.spec().train.gradient_accumulation > 1) {
    training_plan_ = plan(PlanKind::gradient, batch);
    plan(PlanKind::apply, 0);
  } else {
    training_plan_ = plan(PlanKind::train, batch);
  }
}

void Model::prepare_evaluation(int64_t batch) { plan(PlanKind::evaluate, batch); }

std::vector<PlanOf> Model::plans_of_run(int64_t train_samples, int64_t validation_samples) const {
  const models::TrainSpec& train = program_.spec().train;
  const bool accumulates = train.gradient_accumulation > 1;
  const PlanKind kind = accumulates ? PlanKind::gradient : PlanKind::train;
  std::vector<PlanOf> plans = {
      {kind, train_samples > 0 ? std::min<int64_t>(train.batch_size, train_samples) : train.batch_size}};
  if (accumulates) plans.push_back({PlanKind::apply, 0});
  // The smaller last batch of an epoch has a plan of its own; made now, its memory is announced and it costs no pause
  // later.
  const auto add = [&](PlanKind of, int64_t batch) {
    if (batch > 0 && std::ranges::find(plans, PlanOf{of, batch}) == plans.end()) plans.push_back({of, batch});
  };
  if (!train.drop_last) add(kind, train_samples % train.batch_size);
  add(PlanKind::evaluate, validation_samples % train.batch_size);
  add(PlanKind::evaluate, std::min<int64_t>(train.batch_size, validation_samples));
  return plans;
}

void Model::prepare_run(int64_t train_samples, int64_t validation_samples) {
  training_samples_ = train_samples;
  const std::vector<PlanOf> plans = plans_of_run(train_samples, validation_samples);
  for (const PlanOf& each : plans) plan(each.kind, each.batch);
  prepare_training(plans.front().batch);  // the plan that is shown
}

const backends::Plan& Model::training_plan() const { return session_.plan(training_plan_); }

MemoryUse Model::memory() const {
  MemoryUse use = state_use(program_.states());
  use.arena = session_.arena_bytes();
  use.packed = session_.packed_bytes();
  add_device(use, training_plan_ >= 0 ? &training_plan() : nullptr, session_.backend());
  if (training_plan_ >= 0) use.batches = batch_bytes(training_plan(), training_batch_, training_samples_);
  return use;
}

}  // namespace dltrain::training
