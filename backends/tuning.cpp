#include "backends/tuning.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>

#include "core/array.h"
#include "core/random.h"
#include "graph/op.h"

namespace dltrain::backends {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t rounds = 7;
constexpr double round_seconds = 2e-3;    // of each implementation at least, in short runs several
constexpr double warm_up_seconds = 5e-3;  // pages, caches, clocks and threads wake up
constexpr double hopeless = 1.5;          // times slower than the rules': not timed further
constexpr double worth = 0.97;            // of the rules' time: what measuring errs by on a busy machine

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Memory of the device, until it is forgotten.
class Memory {
 public:
  Memory(Backend& backend, int64_t bytes)
      : backend_(&backend), memory_(backend.allocate(std::max<int64_t>(bytes, 1))) {}
  Memory(Memory&& other) noexcept : backend_(other.backend_), memory_(std::exchange(other.memory_, nullptr)) {}
  Memory& operator=(Memory&&) = delete;
  ~Memory() {
    if (memory_ != nullptr) backend_->release(memory_);
  }
  void* get() const { return memory_; }

 private:
  Backend* backend_;
  void* memory_;
};

// Numbers between a half and one and a half, so that there are no denormals and no variance below zero. Few of them, again
// and again: kernels do not look at them.
Array some_array(const graph::ValueType& type, uint64_t stream) {
  constexpr int64_t different = 4099;
  Array array(type.dtype, type.shape);
  if (!is_float(type.dtype)) return array;
  const RandomStream random(1, stream);
  const int64_t first = std::min(array.elements(), different);
  for (int64_t i = 0; i < first; ++i) set_element(array, i, 0.5 + random.uniform(0, static_cast<uint64_t>(i)));
  const auto bytes = static_cast<size_t>(first) * byte_size(type.dtype);
  for (size_t at = bytes; at < array.bytes.size(); at += bytes)
    std::copy_n(array.bytes.begin(), std::min(bytes, array.bytes.size() - at),
                array.bytes.begin() + static_cast<long>(at));
  return array;
}

// A node's inputs and outputs, for whichever kernel.
class Bench {
 public:
  Bench(Backend& backend, const Plan& plan, const Step& step, const std::vector<bool>& used) : backend_(backend) {
    const graph::Node& node = plan.graph.nodes[step.node];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const graph::ValueType& type = plan.graph.type(node.inputs[i]);
      inputs_.push_back(keep(type.bytes()));
      backend_.to_device(inputs_.back(), some_array(type, i).bytes.data(), type.bytes());
    }
    for (size_t o = 0; o < node.outputs.size(); ++o)
      outputs_.push_back(used[o] ? keep(node.outputs[o].bytes()) : nullptr);
  }

  void* keep(int64_t bytes) { return memory_.emplace_back(backend_, bytes).get(); }
  Backend& backend() { return backend_; }
  std::span<void* const> inputs() const { return inputs_; }
  std::span<void* const> outputs() const { return outputs_; }

 private:
  Backend& backend_;
  std::vector<Memory> memory_;
  std::vector<void*> inputs_, outputs_;
};

// One implementation at its work. Weights that change are packed anew in each step, so that packing counts.
class Contestant {
 public:
  Contestant(Bench& bench, std::string name, std::unique_ptr<Kernel> kernel)
      : backend_(bench.backend()),
        name_(std::move(name)),
        kernel_(std::move(kernel)),
        scratch_(backend_, kernel_->info().scratch_bytes),
        packed_(backend_, kernel_->info().packed_bytes),
        arguments_{bench.inputs(), bench.outputs(), scratch_.get(), packed_.get()},
        packs_(kernel_->info().packed_bytes > 0 && kernel_->info().reorders > 0) {
    kernel_->pack(arguments_);
  }

  const std::string& name() const { return name_; }
  // Of one run, by rounds.
  const std::vector<double>& seconds() const { return seconds_; }

  // Runs that do not count.
  void warm_up() {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < 2 || seconds_since(start) < warm_up_seconds; ++i) run();
    backend_.wait();
  }

  // Returns the seconds of one run.
  double round() {
    const double before = seconds_.empty() ? round_seconds : seconds_.back();
    const int times = static_cast<int>(std::clamp(round_seconds / before, 1.0, 1000.0));
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < times; ++i) run();
    backend_.wait();
    seconds_.push_back(seconds_since(start) / times);
    return seconds_.back();
  }

 private:
  void run() {
    if (packs_) kernel_->pack(arguments_);
    kernel_->run(arguments_);
  }

  Backend& backend_;
  std::string name_;
  std::unique_ptr<Kernel> kernel_;
  Memory scratch_, packed_;
  Arguments arguments_;
  bool packs_;
  std::vector<double> seconds_;
};

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<long>(values.size() / 2));
  return values[values.size() / 2];
}

// How many times longer it takes than the other one, in doubt: the larger of two ratios. The median over rounds, each of
// which meets the machine in one state, while from round to round it may become twice as fast; and that of the least times,
// which others disturb least. The first round, with cold caches, does not count.
double times_as_long(const Contestant& contestant, const Contestant& rule) {
  const size_t both = std::min(contestant.seconds().size(), rule.seconds().size());
  if (both < 2) return std::numeric_limits<double>::infinity();
  const std::span own(contestant.seconds().data() + 1, both - 1), others(rule.seconds().data() + 1, both - 1);
  std::vector<double> ratios;
  for (size_t i = 0; i < own.size(); ++i) ratios.push_back(own[i] / others[i]);
  return std::max(median(ratios), std::ranges::min(own) / std::ranges::min(others));
}

// A kind of kernel, and where one of it stands.
struct Kind {
  std::string key;
  const Plan* plan;
  const Step* step;
  std::vector<bool> used;
  std::vector<std::string> names;
  double work = 0;  // of all of this kind
};

std::vector<Kind> kinds_of(std::span<const std::unique_ptr<Plan>> plans, const Backend& backend) {
  std::map<std::string, size_t> known;
  std::vector<Kind> kinds;
  for (const auto& plan : plans) {
    const std::vector<std::vector<bool>> used = used_outputs(plan->graph);
    for (const Step& step : plan->steps) {
      const graph::Node& node = plan->graph.nodes[step.node];
      const std::string key = kernel_key(plan->graph, node, used[step.node]);
      const auto [found, is_new] = known.emplace(key, kinds.size());
      if (is_new) {
        kinds.push_back(
            {key, plan.get(), &step, used[step.node], backend.implementations(plan->graph, node, used[step.node])});
      }
      kinds[found->second].work += std::max(step.kernel->info().flops, step.kernel->info().bytes);
    }
  }
  std::erase_if(kinds, [](const Kind& kind) { return kind.names.size() < 2; });
  std::ranges::stable_sort(kinds, std::ranges::greater(), &Kind::work);  // where most is to be won first
  return kinds;
}

class Tuner {
 public:
  Tuner(Backend& backend, const TuningLimits& limits) : backend_(backend), limits_(limits) {}

  bool is_over() const { return seconds_since(start_) > limits_.seconds || limits_.stop(); }
  double seconds() const { return seconds_since(start_); }
  int64_t timed() const { return timed_; }

  KernelChoice choose(const Kind& kind) {
    Bench bench(backend_, *kind.plan, *kind.step, kind.used);
    std::vector<Contestant> contestants = contestants_of(kind, bench);
    Contestant& rule = contestants.front();
    for (size_t round = 1; round < rounds && (round == 1 || !is_over()); ++round) {
      for (Contestant& contestant : contestants) {
        const bool is_hopeless = round > 2 && times_as_long(contestant, rule) > hopeless;
        if (!is_hopeless) contestant.round();
      }
    }
    const double seconds = median({rule.seconds().begin() + 1, rule.seconds().end()});
    const Contestant* taken = &rule;
    double least = worth;
    for (const Contestant& contestant : contestants) {
      const double ratio = times_as_long(contestant, rule);
      if (&contestant == &rule || contestant.seconds().size() < rule.seconds().size() || ratio >= least) continue;
      taken = &contestant;
      least = ratio;
    }
    return {taken->name(), taken == &rule ? seconds : seconds * least, rule.name(), seconds};
  }

 private:
  // The rules' own first, each run for the first time.
  std::vector<Contestant> contestants_of(const Kind& kind, Bench& bench) {
    std::vector<Contestant> contestants;
    for (const std::string& name : kind.names) {
      if (is_over() && !contestants.empty()) break;
      std::unique_ptr<Kernel> kernel = compile(kind, name);
      if (!contestants.empty() && takes_more_memory(*kernel, kind)) continue;
      Contestant contestant(bench, name, std::move(kernel));
      if (contestants.empty()) contestant.warm_up();
      const double first = contestant.round();
      ++timed_;
      const bool is_far_off = !contestants.empty() && first > 2 * hopeless * contestants.front().seconds().front();
      if (!is_far_off) contestants.push_back(std::move(contestant));
    }
    return contestants;
  }

  // So much that what was announced of the memory of training would be wrong.
  static bool takes_more_memory(const Kernel& kernel, const Kind& kind) {
    const KernelInfo &info = kernel.info(), &rule = kind.step->kernel->info();
    const int64_t most = std::max<int64_t>(kind.plan->memory.arena_bytes / 64, int64_t{256} << 10);
    return info.scratch_bytes + info.packed_bytes > rule.scratch_bytes + rule.packed_bytes + most;
  }

  std::unique_ptr<Kernel> compile(const Kind& kind, const std::string& name) {
    auto kernel = backend_.compile_as(kind.plan->graph, kind.plan->graph.nodes[kind.step->node], kind.used, name);
    if (kernel == nullptr) throw Bug("an implementation that is offered cannot be had: " + name + " of " + kind.key);
    return kernel;
  }

  Backend& backend_;
  const TuningLimits& limits_;
  Clock::time_point start_ = Clock::now();
  int64_t timed_ = 0;
};

}  // namespace

TuningReport tune(std::span<const std::unique_ptr<Plan>> plans, Backend& backend, KernelChoices& choices,
                  const TuningLimits& limits) {
  Tuner tuner(backend, limits);
  TuningReport report;
  choices.processor = backend.device().description;
  for (const Kind& kind : kinds_of(plans, backend)) {
    ++report.kinds;
    const auto known = choices.kernels.find(kind.key);
    const bool is_there = known != choices.kernels.end() &&
                          std::ranges::find(kind.names, known->second.implementation) != kind.names.end();
    if (is_there) ++report.known;
    else if (known != choices.kernels.end()) ++report.lost;
    if (!is_there && tuner.is_over()) {
      ++report.skipped;
      choices.kernels[kind.key] = {kind.names.front(), 0, kind.names.front(), 0};
    } else if (!is_there) {
      choices.kernels[kind.key] = tuner.choose(kind);
    }
    if (choices.kernels[kind.key].implementation != kind.names.front()) ++report.others;
  }
  report.timed = tuner.timed();
  report.seconds = tuner.seconds();
  return report;
}

}  // namespace dltrain::backends
