// Optimizer steps over all parameters in one pass, and the scalars over all gradients that belong to them. The
// parameters are cut into stretches of one kind, which are shared between threads, so that many small ones cost no more
// than one large.
#include <cmath>
#include <cstring>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/optimizer.h"
#include "backends/onednn/vector/reduce.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

constexpr size_t scalars = 4;  // learning rate, iteration, finite, gradient scale
constexpr int64_t stretch = 16384;  // elements

// Part of one of several values.
struct Stretch {
  size_t value;
  int64_t begin, count;
};

std::vector<Stretch> stretches_of(const Request& request, size_t first, size_t count) {
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < count; ++i) {
    const int64_t elements = request.input(first + i).elements();
    for (int64_t at = 0; at < elements; at += stretch) stretches.push_back({i, at, std::min(stretch, elements - at)});
  }
  return stretches;
}

double elements_of(const std::vector<Stretch>& stretches) {
  double elements = 0;
  for (const Stretch& s : stretches) elements += static_cast<double>(s.count);
  return elements;
}

// What an optimizer node asks for, but for the scalars of a run.
struct Step {
  StepLoop loop;
  StepOptions options;
  double beta_1 = 0;
  double beta_2 = 0;
  size_t weights = 0;
  size_t slots = 0;
  std::vector<double> factors, decays, penalties;
  std::vector<Stretch> stretches;
  int parts = 1;
};

double option(const graph::Attributes& a, const char* name) { return a.get_or<double>(name, 0); }

Step step_of(const Request& request) {
  const graph::Attributes& a = request.node.attributes;
  Step step;
  const std::string& op = request.op();
  step.loop = op == "sgd_step" ? step_loops().sgd : op == "rmsprop_step" ? step_loops().rmsprop : step_loops().adam;
  step.factors = a.get<std::vector<double>>("learning_rate_factors");
  step.decays = a.get<std::vector<double>>("weight_decays");
  step.weights = step.factors.size();
  step.penalties = a.get_or<std::vector<double>>("penalties", std::vector<double>(step.weights, 0));
  step.slots = step.weights == 0 ? 0 : (request.node.inputs.size() - scalars) / step.weights - 2;
  step.beta_1 = option(a, "beta_1");
  step.beta_2 = option(a, "beta_2");
  StepOptions& o = step.options;
  o.momentum = static_cast<float>(option(a, "momentum"));
  o.nesterov = a.get_or<bool>("nesterov", false);
  o.rho = static_cast<float>(option(a, "rho"));
  o.centered = a.get_or<bool>("centered", false);
  o.approach_1 = static_cast<float>(1 - (op == "rmsprop_step" ? option(a, "rho") : step.beta_1));
  o.approach_2 = static_cast<float>(1 - step.beta_2);
  o.amsgrad = a.get_or<bool>("amsgrad", false);
  o.epsilon = static_cast<float>(option(a, "epsilon"));
  step.stretches = stretches_of(request, scalars, step.weights);
  step.parts = parts_for(request.machine, 4 * elements_of(step.stretches), static_cast<int64_t>(step.stretches.size()));
  return step;
}

// Brings the options of each weight up to this run.
void update_options(const Step& step, const Arguments& a, std::vector<StepOptions>& options) {
  const auto t = static_cast<double>(*input<int64_t>(a, 1) + 1);
  const double correction = std::sqrt(1 - std::pow(step.beta_2, t)) / (1 - std::pow(step.beta_1, t));
  for (size_t weight = 0; weight < step.weights; ++weight) {
    StepOptions& o = options[weight];
    const double learning_rate = static_cast<double>(*input<float>(a, 0)) * step.factors[weight];
    o.learning_rate = static_cast<float>(learning_rate);
    o.gradient_scale = *input<float>(a, 3);
    o.decay = static_cast<float>(learning_rate * step.decays[weight]);
    o.penalty = static_cast<float>(step.penalties[weight]);
    o.alpha = static_cast<float>(learning_rate * correction);
  }
}

// Inputs are weights, gradients, then slot by slot; outputs weights, then slot by slot.
Parameters parameters_of(const Step& step, const Arguments& a, const Stretch& s) {
  Parameters p{};
  const size_t weight = s.value;
  p.weight = input<float>(a, scalars + weight) + s.begin;
  p.gradient = input<float>(a, scalars + step.weights + weight) + s.begin;
  p.new_weight = output<float>(a, weight) + s.begin;
  for (size_t slot = 0; slot < step.slots; ++slot) {
    p.slots[slot] = input<float>(a, scalars + (2 + slot) * step.weights + weight) + s.begin;
    p.new_slots[slot] = output<float>(a, (1 + slot) * step.weights + weight) + s.begin;
  }
  p.count = s.count;
  return p;
}

// Nothing is finite: everything stays as it was.
void keep(const Step& step, const Parameters& p) {
  const auto same = [&](const float* from, float* to) {
    if (from != to) std::memmove(to, from, to_size(p.count) * sizeof(float));
  };
  same(p.weight, p.new_weight);
  for (size_t slot = 0; slot < step.slots; ++slot) same(p.slots[slot], p.new_slots[slot]);
}

void run_step(const Step& step, const Arguments& a, std::vector<StepOptions>& options) {
  const bool finite = *input<uint8_t>(a, 2) != 0;
  update_options(step, a, options);
  in_parallel(step.parts, [&](int part) {
    const Range own = part_of(static_cast<int64_t>(step.stretches.size()), step.parts, part);
    for (int64_t i = own.begin; i < own.end; ++i) {
      const Stretch& s = step.stretches[static_cast<size_t>(i)];
      const Parameters p = parameters_of(step, a, s);
      if (finite) step.loop(p, options[s.value]);
      else keep(step, p);
    }
  });
}

Support accepts_step(const Request& request) {
  if (request.input(0).dtype != DType::f32)
    return {false, "it computes in float32 (was " + request.input(0).text() + ")"};
  for (size_t i = 0; i < request.output_used.size(); ++i) {
    if (!request.output_used[i]) return {false, "it writes every weight and slot"};
  }
  return {};
}

std::unique_ptr<Kernel> make_step(const Request& request) {
  Step step = step_of(request);
  KernelInfo info = own_info(request, 12 * elements_of(step.stretches));
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    // Behind the weights stand the gradients, which have no output.
    const size_t from = scalars + (i < step.weights ? i : i + step.weights);
    info.in_place.emplace_back(static_cast<int>(from), static_cast<int>(i));
  }
  // Kept from run to run, so that nothing is allocated.
  std::vector<StepOptions> options(step.weights, step.options);
  return make_kernel(std::move(info), [step = std::move(step), options = std::move(options)](
                                          const Arguments& a) mutable { run_step(step, a, options); });
}

// --- scalars over many values ---

Support accepts_all(const Request& request) {
  if (request.input(0).dtype == DType::f32) return {};
  return {false, "it reads float32 (was " + request.input(0).text() + ")"};
}

// Of one stretch.
struct Squares {
  double sum;
  bool strange;  // not all elements are finite
};

// Where the sum is finite, so is every element: a second look is only needed where it is not.
Squares squares_in(const float* x, int64_t count) {
  const double sum = sum_of_squares_of(x, count);
  return {sum, !std::isfinite(sum) && !all_finite_in(x, count)};
}

// The same of x + factor y.
Squares squares_in(const float* x, const float* y, float factor, int64_t count) {
  const double sum = sum_of_squares_of(x, y, factor, count);
  bool strange = false;
  for (int64_t i = 0; i < count && !strange && !std::isfinite(sum); ++i) strange = !std::isfinite(x[i] + factor * y[i]);
  return {sum, strange};
}

// Of gradients with their penalties where there are some: weights and a scale are behind the gradients then.
Squares squares_of(const Arguments& a, const std::vector<double>& penalties, const Stretch& s) {
  const float* x = input<float>(a, s.value) + s.begin;
  const size_t weights = penalties.size();
  if (weights == 0 || penalties[s.value] == 0) return squares_in(x, s.count);
  const double factor = penalties[s.value] * static_cast<double>(*input<float>(a, 2 * weights));
  return squares_in(x, input<float>(a, weights + s.value) + s.begin, static_cast<float>(factor), s.count);
}

// Gathers all stretches in their order, whatever thread had them; scratch holds the results of each.
template <class F> std::unique_ptr<Kernel> make_all(const Request& request, const F& store) {
  const auto penalties = request.node.attributes.get_or<std::vector<double>>("penalties", {});
  const std::vector<Stretch> stretches =
      stretches_of(request, 0, penalties.empty() ? request.node.inputs.size() : penalties.size());
  const int parts = parts_for(request.machine, elements_of(stretches), static_cast<int64_t>(stretches.size()));
  KernelInfo info = own_info(request, elements_of(stretches));
  info.scratch_bytes = checked_multiply(static_cast<int64_t>(stretches.size()), sizeof(Squares));
  return make_kernel(std::move(info), [stretches, penalties, parts, store](const Arguments& a) {
    auto* partial = static_cast<Squares*>(a.scratch);
    const auto count = static_cast<int64_t>(stretches.size());
    in_parallel(parts, [&](int part) {
      const Range own = part_of(count, parts, part);
      for (int64_t i = own.begin; i < own.end; ++i) {
        partial[i] = squares_of(a, penalties, stretches[static_cast<size_t>(i)]);
      }
    });
    Squares all{0, false};
    for (int64_t i = 0; i < count; ++i) all = {all.sum + partial[i].sum, all.strange || partial[i].strange};
    store(a, all);
  });
}

std::unique_ptr<Kernel> make_all_finite(const Request& request) {
  const bool wants_sum = request.output_used[1];
  return make_all(request, [wants_sum](const Arguments& a, const Squares& all) {
    *output<uint8_t>(a) = all.strange ? 0 : 1;
    if (wants_sum) *output<float>(a, 1) = static_cast<float>(all.sum);
  });
}

std::unique_ptr<Kernel> make_sum_of_squares(const Request& request) {
  return make_all(request,
                  [](const Arguments& a, const Squares& all) { *output<float>(a) = static_cast<float>(all.sum); });
}

}  // namespace

void register_optimizer(KernelRegistry& registry) {
  for (const char* op : {"sgd_step", "rmsprop_step", "adam_step"}) registry.add(op, {accepts_step, make_step});
  registry.add("all_finite", {accepts_all, make_all_finite});
  registry.add("sum_of_squares", {accepts_all, make_sum_of_squares});
}

}  // namespace dltrain::backends::onednn
