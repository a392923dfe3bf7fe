// Times training steps of a recipe, whole and kernel by kernel (README.md beside this file).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "backends/factory.h"
#include "core/text.h"
#include "datasets/batch_stream.h"
#include "graph/op.h"
#include "graph/ops.h"
#include "training/adapt.h"
#include "training/experiment.h"
#include "training/model.h"

namespace dltrain {

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string recipe;
  std::string device = "cpu";
  int64_t batch = 0;  // 0: the recipe's
  int64_t steps = 100;
  int threads = 0;
  bool profile = false;
};

Options read_options(int argc, char** argv) {
  Options options;
  const auto number = [&](int i) {
    const auto value = i < argc ? parse_integer(argv[i]) : std::nullopt;
    if (!value || *value < 1) throw UserError(ExitCode::recipe, argv[i - 1], "a number above 0 is needed behind it");
    return *value;
  };
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--batch") options.batch = number(++i);
    else if (word == "--steps") options.steps = number(++i);
    else if (word == "--threads") options.threads = static_cast<int>(number(++i));
    else if (word == "--profile") options.profile = true;
    else options.recipe = word;
  }
  if (options.recipe.empty()) {
    throw UserError(ExitCode::recipe, "dltrain_step", "which recipe?",
                    "dltrain_step RECIPE [--batch N] [--steps N] [--threads N] [--profile]");
  }
  return options;
}

double seconds_of(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// --- what the machine can do at most ---

struct Limits {
  double flops = 0;      // per second
  double bandwidth = 0;  // bytes per second, read and written
};

// The least time of one run of a graph without inputs, kernel by kernel.
double least_time(const std::function<graph::Value(graph::Builder&)>& build, const Options& options) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, false);
  b.set_result("y", build(b));
  backends::Session session(backends::open_backend(options.device, {options.threads}));
  const int number = session.add(graph);
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 20; ++i) least = std::min(least, session.run_timed(number, {}).back());
  return least;
}

Limits measure_limits(const Options& options) {
  constexpr int64_t side = 1024;
  constexpr int64_t elements = int64_t{1} << 25;
  const double product = least_time(
      [](graph::Builder& b) {
        return graph::matmul(b, graph::full(b, DType::f32, {side, side}, 0.5),
                             graph::full(b, DType::f32, {side, side}, 0.25));
      },
      options);
  const double copy =
      least_time([](graph::Builder& b) { return graph::neg(b, graph::full(b, DType::f32, {elements}, 0.5)); }, options);
  return {2.0 * side * side * side / product, 2.0 * elements * sizeof(float) / copy};
}

// --- steps ---

std::vector<datasets::Batch> read_batches(const datasets::Dataset& data, int64_t size) {
  constexpr size_t most = 16;
  std::vector<datasets::Batch> batches;
  datasets::BatchStream stream(data, {.batch_size = size, .drop_last = true, .prefetch = 0});
  for (datasets::Batch batch; batches.size() < most && stream.next(batch);) batches.push_back(batch);
  if (batches.empty()) throw UserError(ExitCode::data, "the data", "has not enough samples for one batch");
  return batches;
}

struct Measured {
  std::vector<double> steps;    // seconds, in order
  std::vector<double> kernels;  // least seconds
  double first_step = 0;
};

backends::Feed feed_of(const training::Model& model, const datasets::Batch& batch, int64_t step) {
  const DataSignature& signature = model.program().signature();
  backends::Feed feed;
  for (size_t i = 0; i < signature.inputs.size(); ++i) feed.data[signature.inputs[i].name] = &batch.inputs[i];
  for (size_t i = 0; i < signature.targets.size(); ++i)
    feed.data["target:" + signature.targets[i].name] = &batch.targets[i];
  if (batch.weights) feed.data["sample_weight"] = &*batch.weights;
  feed.integers = {{graph::scalar::seed, 0}, {graph::scalar::step, step}, {graph::scalar::sample_offset, 0}};
  feed.reals = {{graph::scalar::learning_rate, 1e-3}};
  return feed;
}

Measured measure(training::Model& model, int plan, const std::vector<datasets::Batch>& batches,
                 const Options& options) {
  constexpr int64_t warm_up = 4;
  Measured measured;
  backends::Session& session = model.session();
  measured.kernels.assign(session.plan(plan).steps.size(), std::numeric_limits<double>::infinity());
  for (int64_t step = 0; step < options.steps + warm_up; ++step) {
    const backends::Feed feed = feed_of(model, batches[static_cast<size_t>(step) % batches.size()], step);
    std::vector<double> kernels;
    const double taken = seconds_of([&] {
      if (options.profile) kernels = session.run_timed(plan, feed);
      else session.run(plan, feed);
      session.backend().wait();
    });
    if (step == 0) measured.first_step = taken;
    if (step < warm_up) continue;
    measured.steps.push_back(taken);
    for (size_t k = 0; k < kernels.size(); ++k) measured.kernels[k] = std::min(measured.kernels[k], kernels[k]);
  }
  return measured;
}

// --- printing ---

void print_profile(const backends::Plan& plan, const std::vector<double>& kernels, const Limits& limits) {
  const double total = std::accumulate(kernels.begin(), kernels.end(), 0.0);
  std::printf("%8s %6s %6s %8s %8s  %s\n", "us", "%", "bound", "GF/s", "GB/s", "kernel");
  for (size_t k = 0; k < kernels.size(); ++k) {
    const backends::KernelInfo& info = plan.steps[k].kernel->info();
    const graph::Node& node = plan.graph.nodes[plan.steps[k].node];
    const double bound = std::max(info.flops / limits.flops, info.bytes / limits.bandwidth);
    std::printf("%8.1f %6.1f %5.1fx %8.1f %8.1f  %s %s  %s  %s\n", kernels[k] * 1e6, 100 * kernels[k] / total,
                kernels[k] / bound, info.flops / kernels[k] * 1e-9, info.bytes / kernels[k] * 1e-9,
                node.op->name.c_str(), node.outputs[0].text().c_str(), info.implementation.c_str(),
                plan.graph.scope(node).path.c_str());
  }
  std::printf("%8.1f us in all; limits %.0f GF/s, %.1f GB/s\n", total * 1e6, limits.flops * 1e-9,
              limits.bandwidth * 1e-9);
}

void run(const Options& options) {
  Diagnostics warnings;
  models::Spec spec = training::open_recipe(options.recipe, {}, warnings).spec;
  const auto data = training::open_data(spec, nullptr, warnings);
  const int64_t batch = options.batch > 0 ? options.batch : spec.train.batch_size;
  models::Program program = training::open_program(spec, data->signature(), warnings);
  const graph::Graph graph = program.train(batch);
  training::Model model(std::move(program), backends::open_backend(options.device, {options.threads}));
  model.initialize();
  training::adapt_layers(model, *data);
  int plan = 0;
  const double compile = seconds_of([&] { plan = model.session().add(graph); });
  Measured measured = measure(model, plan, read_batches(*data, batch), options);
  if (options.profile) print_profile(model.session().plan(plan), measured.kernels, measure_limits(options));
  std::sort(measured.steps.begin(), measured.steps.end());
  const double median = measured.steps[measured.steps.size() / 2];
  std::printf(
      "{\"recipe\": %s, \"batch\": %ld, \"device\": %s, \"median_ms\": %.4f, \"min_ms\": %.4f, \"samples_per_s\": "
      "%.1f, "
      "\"plan_s\": %.4f, \"first_step_s\": %.4f, \"arena_mib\": %.2f, \"loss\": %.6f}\n",
      quote(spec.name).c_str(), static_cast<long>(batch), quote(model.session().backend().device().description).c_str(),
      median * 1e3, measured.steps.front() * 1e3, static_cast<double>(batch) / median, compile, measured.first_step,
      static_cast<double>(model.session().arena_bytes()) / 0x1p20, model.session().scalar_result(plan, "loss"));
}

}  // namespace

}  // namespace dltrain

int main(int argc, char** argv) {
  try {
    dltrain::run(dltrain::read_options(argc, argv));
    return 0;
  } catch (const dltrain::UserError& error) {
    std::fputs(error.what(), stderr);
    return static_cast<int>(error.code());
  }
}
