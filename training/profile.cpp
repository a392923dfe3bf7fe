#include "training/profile.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "datasets/batch_stream.h"
#include "graph/op.h"
#include "models/optimizers/optimizer.h"
#include "models/schedules/schedule.h"
#include "training/interrupt.h"
#include "training/trainer.h"

namespace dltrain::training {

using datasets::Batch;
using datasets::Part;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t warm_up = 4;  // steps that do not count

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<long>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct ReadBatches {
  std::vector<Batch> batches;
  double seconds = 0;  // median for one
};

// A few batches, kept in memory; the first one is full unless the part is smaller than that.
ReadBatches read_batches(const datasets::Dataset& data, int64_t size) {
  constexpr size_t most = 16;
  ReadBatches read;
  std::vector<double> seconds;
  const bool has_full = data.size(Part::train) >= size;
  datasets::BatchStream stream(data, {.batch_size = size, .drop_last = has_full, .shuffle = true, .prefetch = 0});
  while (read.batches.size() < most && !interrupted()) {
    const Clock::time_point start = Clock::now();
    Batch batch;
    if (!stream.next(batch)) break;
    seconds.push_back(seconds_since(start));
    read.batches.push_back(std::move(batch));
  }
  read.seconds = median(seconds);
  return read;
}

// The plans of one step, and how often each runs.
struct PlanRuns {
  PlanKind kind;
  int64_t runs;
};

std::vector<PlanRuns> plans_of(Work work, int64_t accumulation) {
  if (work == Work::evaluate) return {{PlanKind::evaluate, 1}};
  if (work == Work::predict) return {{PlanKind::predict, 1}};
  if (accumulation == 1) return {{PlanKind::train, 1}};
  return {{PlanKind::gradient, accumulation}, {PlanKind::apply, 1}};
}

// What comes after the loss belongs to the way back.
KernelTime describe(const backends::Plan& plan, const backends::Step& step, bool is_backward) {
  const graph::Node& node = plan.graph.nodes[step.node];
  const backends::KernelInfo& info = step.kernel->info();
  KernelTime time;
  time.layer = plan.graph.scope(node).path;
  time.pass = is_backward ? "backward" : "forward";
  if (time.layer.starts_with("loss") || time.layer.starts_with("metrics")) time.pass = "loss";
  if (time.layer.starts_with("optimizer")) time.pass = "update";
  time.op = node.op->name;
  time.output = node.outputs.empty() ? "" : node.outputs[0].text();
  time.implementation = info.implementation;
  time.layout = info.packed_layout;
  time.flops = info.flops;
  time.narrow = info.narrow_products;
  time.bytes = info.bytes;
  return time;
}

class Profiler {
 public:
  Profiler(Model& model, const ReadBatches& read, Work work)
      : model_(model),
        read_(read),
        work_(work),
        rate_(models::learning_rate_at(models::make_optimizer(model.program().spec().train.optimizer)->learning_rate, 0,
                                       1)),
        plans_(plans_of(work, model.program().spec().train.gradient_accumulation)) {}

  void compile() {
    for (const PlanRuns& plan : plans_) model_.prepare(plan.kind, batch(0).size);
  }

  // As training does it; waits at the end.
  double whole_step(int64_t step) {
    const Clock::time_point start = Clock::now();
    switch (work_) {
      case Work::evaluate: model_.evaluate(batch(step)); break;
      case Work::predict: model_.predict(batch(step)); break;
      case Work::train: train(step); break;
    }
    model_.session().backend().wait();
    return seconds_since(start);
  }

  void timed_step(int64_t step) {
    seconds_.resize(plans_.size());
    for (size_t p = 0; p < plans_.size(); ++p) {
      const std::vector<double> taken = model_.run_timed(plans_[p].kind, batch(step), scalars(step));
      seconds_[p].resize(taken.size());
      for (size_t k = 0; k < taken.size(); ++k) seconds_[p][k].push_back(taken[k]);
    }
  }

  std::vector<KernelTime> kernels() {
    std::vector<KernelTime> times;
    for (size_t p = 0; p < seconds_.size(); ++p) {
      const backends::Plan& plan = model_.prepare(plans_[p].kind, batch(0).size);
      std::vector<KernelTime> of_plan = kernels_of(plan, plans_[p].runs);
      for (size_t k = 0; k < of_plan.size(); ++k) of_plan[k].seconds = median(seconds_[p][k]);
      times.insert(times.end(), of_plan.begin(), of_plan.end());
    }
    return times;
  }

 private:
  const Batch& batch(int64_t step) const { return read_.batches[static_cast<size_t>(step) % read_.batches.size()]; }
  StepScalars scalars(int64_t step) const { return {step, 0, rate_}; }

  void train(int64_t step) {
    if (plans_.size() == 1) return model_.train(batch(step), scalars(step));
    for (int64_t i = 0; i < plans_[0].runs; ++i)
      model_.gradient(batch(step + i), {step, i * batch(step + i).size, rate_});
    model_.apply(scalars(step));
  }

  Model& model_;
  const ReadBatches& read_;
  Work work_;
  double rate_;
  std::vector<PlanRuns> plans_;
  std::vector<std::vector<std::vector<double>>> seconds_;  // by plan, kernel and step
};

}  // namespace

std::vector<PlanOf> plans_of_work(Work work, int64_t accumulation, int64_t batch) {
  std::vector<PlanOf> plans;
  for (const PlanRuns& each : plans_of(work, accumulation))
    plans.push_back({each.kind, each.kind == PlanKind::apply ? 0 : batch});
  return plans;
}

double KernelTime::bound(const backends::Limits& limits) const {
  if (limits.flops <= 0 || limits.bandwidth <= 0) return 0;
  return std::max(flops / (narrow && limits.narrow_flops > 0 ? limits.narrow_flops : limits.flops),
                  bytes / limits.bandwidth);
}

double Profile::step_seconds() const { return median(steps); }

double Profile::kernel_seconds() const {
  return std::accumulate(kernels.begin(), kernels.end(), 0.0, [](double sum, const KernelTime& kernel) {
    return sum + kernel.seconds * static_cast<double>(kernel.runs);
  });
}

std::vector<KernelTime> kernels_of(const backends::Plan& plan, int64_t runs) {
  std::vector<KernelTime> kernels;
  bool is_backward = false;
  for (const backends::Step& step : plan.steps) {
    kernels.push_back(describe(plan, step, is_backward));
    kernels.back().runs = runs;
    is_backward = is_backward || kernels.back().pass == "loss";
  }
  return kernels;
}

Trial try_steps(Model& model, const datasets::Dataset& data, Work work, double seconds) {
  constexpr int64_t most = 20;
  const ReadBatches read = read_batches(data, model.program().spec().train.batch_size);
  if (read.batches.empty()) throw UserError(ExitCode::data, "no-samples", "the data", "have no sample to train with");
  Profiler profiler(model, read, work);
  profiler.compile();
  Trial trial;
  trial.reading_seconds = read.seconds;
  trial.first_seconds = profiler.whole_step(0);
  std::vector<double> taken;
  const Clock::time_point start = Clock::now();
  while (static_cast<int64_t>(taken.size()) < most && (taken.empty() || seconds_since(start) < seconds) &&
         !interrupted()) {
    taken.push_back(profiler.whole_step(static_cast<int64_t>(taken.size()) + 1));
  }
  trial.steps = 1 + static_cast<int64_t>(taken.size());
  trial.step_seconds = median(taken);
  return trial;
}

Profile profile(Model& model, const datasets::Dataset& data, const ProfileOptions& options) {
  const models::TrainSpec& train = model.program().spec().train;
  const ReadBatches read = read_batches(data, options.batch_size > 0 ? options.batch_size : train.batch_size);
  if (read.batches.empty()) throw UserError(ExitCode::data, "no-samples", "the data", "have no sample to train with");
  Profiler profiler(model, read, options.work);
  const int64_t batches = options.work == Work::train ? train.gradient_accumulation : 1;
  Profile result;
  result.work = options.work;
  result.batch_size = read.batches[0].size;
  result.samples_per_step = result.batch_size * batches;
  result.reading_seconds = read.seconds * static_cast<double>(batches);
  const Clock::time_point start = Clock::now();
  profiler.compile();
  result.plan_seconds = seconds_since(start);
  for (int64_t step = 0; step < options.steps + warm_up && !interrupted(); ++step) {
    const double seconds = profiler.whole_step(step);
    if (step == 0) result.first_seconds = seconds;
    if (step >= warm_up) result.steps.push_back(seconds);
  }
  for (int64_t step = 0; step < options.steps && !interrupted(); ++step) profiler.timed_step(step);
  result.kernels = profiler.kernels();
  result.limits = model.session().backend().measure_limits();
  if (options.work == Work::train) model.prepare_training(result.batch_size);
  result.memory = model.memory();
  return result;
}

}  // namespace dltrain::training
