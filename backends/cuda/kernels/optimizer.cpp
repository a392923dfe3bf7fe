// Optimizer steps, moving averages and the scalars over all gradients: values are handed to kernels a table at a time,
// so that many small ones cost no more than one large.
#include <algorithm>

#include "backends/cuda/device/optimizer_parameters.h"
#include "backends/cuda/kernel.h"
#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int threads = 256;

int64_t stretches_in(int64_t elements) { return divide_up(elements, device::stretch); }

// Adds value number i of a table with so many elements.
template <int n> void add_value(device::Stretches<n>& s, int64_t elements) {
  s.counts[s.values] = static_cast<uint32_t>(elements);
  s.first[s.values + 1] = s.first[s.values] + static_cast<uint32_t>(stretches_in(elements));
  ++s.values;
}

template <int n> Grid grid_of(const device::Stretches<n>& s) { return {s.first[s.values], threads}; }

// The elements of inputs from number `first` on, and in all.
std::vector<int64_t> elements_of(const Request& request, size_t first, size_t count) {
  std::vector<int64_t> elements;
  for (size_t i = 0; i < count; ++i) elements.push_back(request.input(first + i).elements());
  return elements;
}
double sum_of(const std::vector<int64_t>& elements) {
  double sum = 0;
  for (const int64_t count : elements) sum += static_cast<double>(count);
  return sum;
}

Support accepts_step(const Request& request) {
  if (request.input(0).dtype != DType::f32)
    return {false, "its CUDA kernel computes in float32 (was " + request.input(0).text() + ")"};
  const bool all = std::all_of(request.output_used.begin(), request.output_used.end(), [](bool used) { return used; });
  return all ? Support{} : Support{false, "it writes every weight and slot"};
}

// --- steps ---

constexpr size_t step_scalars = 4;  // learning rate, iteration, finite, gradient scale

// What a node asks for, but for addresses.
struct Step {
  device::StepParameters constant{};
  std::vector<int64_t> elements;  // of each weight
  std::vector<float> factors, decays, penalties;

  size_t weights() const { return elements.size(); }
};

std::vector<float> floats_of(const graph::Attributes& a, const char* name, size_t count) {
  const auto values = a.get_or<std::vector<double>>(name, std::vector<double>(count, 0));
  return {values.begin(), values.end()};
}

Step step_of(const Request& request) {
  const graph::Attributes& a = request.node.attributes;
  const auto option = [&](const char* name) { return a.get_or<double>(name, 0); };
  Step step;
  const size_t weights = a.get<std::vector<double>>("learning_rate_factors").size();
  step.elements = elements_of(request, step_scalars, weights);
  step.factors = floats_of(a, "learning_rate_factors", weights);
  step.decays = floats_of(a, "weight_decays", weights);
  step.penalties = floats_of(a, "penalties", weights);
  device::StepParameters& p = step.constant;
  p.momentum = static_cast<float>(option("momentum"));
  p.rho = static_cast<float>(option("rho"));
  p.epsilon = static_cast<float>(option("epsilon"));
  p.beta_1 = option("beta_1");
  p.beta_2 = option("beta_2");
  p.approach_1 = static_cast<float>(1 - (request.op() == "rmsprop_step" ? option("rho") : p.beta_1));
  p.approach_2 = static_cast<float>(1 - p.beta_2);
  p.nesterov = a.get_or<bool>("nesterov", false);
  p.centered = a.get_or<bool>("centered", false);
  p.amsgrad = a.get_or<bool>("amsgrad", false);
  p.slots = weights == 0 ? 0 : static_cast<int>((request.node.inputs.size() - step_scalars) / weights - 2);
  return step;
}

// Inputs are weights, gradients, then slot by slot; outputs weights, then slot by slot.
device::StepValue value_of(const Step& step, const Arguments& a, size_t weight) {
  const size_t count = step.weights();
  device::StepValue v{};
  v.weight = input<float>(a, step_scalars + weight);
  v.gradient = input<float>(a, step_scalars + count + weight);
  v.new_weight = output<float>(a, weight);
  for (size_t s = 0; s < static_cast<size_t>(step.constant.slots); ++s) {
    v.slots[s] = input<float>(a, step_scalars + (2 + s) * count + weight);
    v.new_slots[s] = output<float>(a, (1 + s) * count + weight);
  }
  v.factor = step.factors[weight];
  v.decay = step.decays[weight];
  v.penalty = step.penalties[weight];
  return v;
}

void run_step(Queue& queue, CUkernel kernel, const Step& step, const Arguments& a) {
  device::StepParameters p = step.constant;
  p.learning_rate = input<float>(a, 0);
  p.iteration = input<int64_t>(a, 1);
  p.finite = input<uint8_t>(a, 2);
  p.gradient_scale = input<float>(a, 3);
  for (size_t first = 0; first < step.weights(); first += device::step_values) {
    p.stretches = {};
    const size_t end = std::min(step.weights(), first + device::step_values);
    for (size_t weight = first; weight < end; ++weight) {
      p.values[p.stretches.values] = value_of(step, a, weight);
      add_value(p.stretches, step.elements[weight]);
    }
    queue.launch(kernel, grid_of(p.stretches), &p);
  }
}

std::unique_ptr<Kernel> make_step(const Request& request) {
  Step step = step_of(request);
  KernelInfo info = own_info(request, 12 * sum_of(step.elements));
  info.implementation = "optimizer:" + request.op();
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    // Behind the weights stand the gradients, which have no output.
    const size_t from = step_scalars + (i < step.weights() ? i : i + step.weights());
    info.in_place.emplace_back(static_cast<int>(from), static_cast<int>(i));
  }
  Queue* queue = &request.queue;
  CUkernel kernel = queue->kernel({"optimizer", request.op()});
  return make_function_kernel(std::move(info), [queue, kernel, step = std::move(step)](const Arguments& a) {
    run_step(*queue, kernel, step, a);
  });
}

// --- scalars over many values ---

Support accepts_all(const Request& request) {
  if (request.input(0).dtype == DType::f32) return {};
  return {false, "its CUDA kernel reads float32 (was " + request.input(0).text() + ")"};
}

// With penalties: gradients, weights and a scale.
struct All {
  std::vector<int64_t> elements;
  std::vector<float> penalties;  // of each value, zeros without
  bool penalized = false;
  int64_t stretches = 0;
};

All all_of(const Request& request) {
  const auto penalties = request.node.attributes.get_or<std::vector<double>>("penalties", {});
  All all;
  all.penalized = !penalties.empty();
  all.elements = elements_of(request, 0, all.penalized ? penalties.size() : request.node.inputs.size());
  all.penalties.assign(penalties.begin(), penalties.end());
  all.penalties.resize(all.elements.size(), 0);
  for (const int64_t elements : all.elements) all.stretches += stretches_in(elements);
  return all;
}

void run_all(Queue& queue, CUkernel squares, CUkernel total, const All& all, const Arguments& a, uint8_t* finite,
             float* sum) {
  device::SquaresParameters p{};
  p.sums = static_cast<double*>(a.scratch);
  p.strange = reinterpret_cast<uint8_t*>(p.sums + all.stretches);
  const size_t values = all.elements.size();
  p.scale = all.penalized ? input<float>(a, 2 * values) : nullptr;
  for (size_t first = 0; first < values; first += device::sum_values) {
    p.stretches = {};
    const size_t end = std::min(values, first + device::sum_values);
    for (size_t i = first; i < end; ++i) {
      p.x[p.stretches.values] = input<float>(a, i);
      p.y[p.stretches.values] = all.penalized ? input<float>(a, values + i) : nullptr;
      p.penalties[p.stretches.values] = all.penalties[i];
      add_value(p.stretches, all.elements[i]);
    }
    queue.launch(squares, grid_of(p.stretches), &p);
    p.offset += p.stretches.first[p.stretches.values];
  }
  const device::TotalParameters t{p.sums, p.strange, static_cast<uint32_t>(all.stretches), finite, sum};
  queue.launch(total, {1, threads}, &t);
}

std::unique_ptr<Kernel> make_all(const Request& request) {
  const All all = all_of(request);
  KernelInfo info = own_info(request, 2 * sum_of(all.elements));
  info.implementation = "optimizer:squares";
  info.scratch_bytes = checked_multiply(all.stretches, sizeof(double) + sizeof(uint8_t));
  const bool has_flag = request.op() == "all_finite";
  Queue* queue = &request.queue;
  CUkernel squares = queue->kernel({"optimizer", "squares"});
  CUkernel total = queue->kernel({"optimizer", "total"});
  return make_function_kernel(std::move(info), [=](const Arguments& a) {
    run_all(*queue, squares, total, all, a, has_flag ? output<uint8_t>(a) : nullptr,
            output<float>(a, has_flag ? 1 : 0));
  });
}

// --- averages ---

constexpr size_t average_scalars = 2;  // iteration, finite

struct Averages {
  std::vector<int64_t> elements;
  float momentum = 0;
  int64_t frequency = 0;
};

Support accepts_average(const Request& request) {
  if (request.input(average_scalars).dtype != DType::f32)
    return {false, "its CUDA kernel computes in float32 (was " + request.input(average_scalars).text() + ")"};
  const bool all = std::all_of(request.output_used.begin(), request.output_used.end(), [](bool used) { return used; });
  return all ? Support{} : Support{false, "it writes every average"};
}

void run_average(Queue& queue, CUkernel kernel, const Averages& all, const Arguments& a) {
  const size_t count = all.elements.size();
  device::AverageParameters p{};
  p.iteration = input<int64_t>(a, 0);
  p.finite = input<uint8_t>(a, 1);
  p.momentum = all.momentum;
  p.frequency = all.frequency;
  for (size_t first = 0; first < count; first += device::average_values) {
    p.stretches = {};
    for (size_t i = first; i < std::min(count, first + device::average_values); ++i) {
      const int at = p.stretches.values;
      p.weight[at] = input<float>(a, average_scalars + i);
      p.average[at] = input<float>(a, average_scalars + count + i);
      p.new_average[at] = output<float>(a, i);
      p.new_weight[at] = all.frequency > 0 ? output<float>(a, count + i) : nullptr;
      add_value(p.stretches, all.elements[i]);
    }
    queue.launch(kernel, grid_of(p.stretches), &p);
  }
}

std::unique_ptr<Kernel> make_average(const Request& request) {
  const size_t count = (request.node.inputs.size() - average_scalars) / 2;
  const Averages all{elements_of(request, average_scalars, count),
                     static_cast<float>(request.node.attributes.real("momentum")),
                     request.node.attributes.integer("overwrite_frequency")};
  KernelInfo info = own_info(request, 3 * sum_of(all.elements));
  info.implementation = "optimizer:average_step";
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    const size_t from = average_scalars + (i < count ? count + i : i - count);
    info.in_place.emplace_back(static_cast<int>(from), static_cast<int>(i));
  }
  Queue* queue = &request.queue;
  CUkernel kernel = queue->kernel({"optimizer", "average_step"});
  return make_function_kernel(std::move(info), [=](const Arguments& a) { run_average(*queue, kernel, all, a); });
}

// --- the loss scale ---

Support accepts_scale(const Request& request) {
  if (request.input(0).dtype == DType::f32) return {};
  return {false, "its CUDA kernel computes in float32 (was " + request.input(0).text() + ")"};
}

std::unique_ptr<Kernel> make_scale(const Request& request) {
  KernelInfo info = own_info(request, 1);
  info.in_place = {{0, 0}, {1, 1}, {2, 2}};
  const int64_t growth_steps = request.node.attributes.integer("growth_steps");
  return launch_kernel<device::LossScaleParameters>(
      request, std::move(info), {"optimizer", "loss_scale_step"}, {1, 32}, [growth_steps](const Arguments& a) {
        return device::LossScaleParameters{.scale = input<float>(a, 0),
                                           .age = input<int64_t>(a, 1),
                                           .skipped = input<int64_t>(a, 2),
                                           .finite = input<uint8_t>(a, 3),
                                           .counts = input<uint8_t>(a, 4),
                                           .new_scale = output<float>(a, 0),
                                           .new_age = output<int64_t>(a, 1),
                                           .new_skipped = output<int64_t>(a, 2),
                                           .growth_steps = growth_steps};
      });
}

}  // namespace

void register_optimizer(KernelRegistry& registry) {
  for (const char* op : {"sgd_step", "rmsprop_step", "adam_step"}) registry.add(op, {accepts_step, make_step});
  for (const char* op : {"all_finite", "sum_of_squares"}) registry.add(op, {accepts_all, make_all});
  registry.add("average_step", {accepts_average, make_average});
  registry.add("loss_scale_step", {accepts_scale, make_scale});
}

}  // namespace dltrain::backends::cuda
