// Random numbers and dropout: the words of core/random.h, bit for bit.
#include <cmath>

#include "backends/cuda/device/random_parameters.h"
#include "backends/cuda/kernel.h"

namespace dltrain::backends::cuda {

namespace {

constexpr double cost = 20;          // additions that an element is worth, roughly
constexpr int64_t per_thread = 4;    // one block of words

device::RandomParameters parameters_of(const Request& request) {
  const Shape& shape = request.output().shape;
  device::RandomParameters p{};
  p.count = static_cast<uint32_t>(shape.elements());
  p.stream = static_cast<uint64_t>(request.node.attributes.integer("stream"));
  p.per_row = static_cast<uint64_t>(shape.rank() == 0 ? 1 : shape.from(1).elements());
  return p;
}

// Seed, step and sample offset are inputs from number `first` on.
device::RandomParameters filled(device::RandomParameters p, const Arguments& a, size_t first) {
  p.seed = input<int64_t>(a, first);
  p.step = input<int64_t>(a, first + 1);
  p.sample_offset = input<int64_t>(a, first + 2);
  p.out = a.outputs[0];
  return p;
}

Support accepts_uniform(const Request& request) {
  if (request.output().dtype == DType::f32) return {};
  return {false, "its CUDA kernel draws float32 (was " + request.output().text() + ")"};
}

std::unique_ptr<Kernel> make_uniform(const Request& request) {
  const device::RandomParameters constant = parameters_of(request);
  return launch_kernel<device::RandomParameters>(
      request, own_info(request, cost * static_cast<double>(constant.count)), {"random", "random_uniform"},
      grid_for(request, constant.count, per_thread), [constant](const Arguments& a) { return filled(constant, a, 0); });
}

// Where elements share draws, the expansion is as good.
Support accepts_dropout(const Request& request) {
  const Support support = accepts_floats(request);
  if (!support.yes) return support;
  const std::vector<int64_t>& noise = request.node.attributes.integers("noise_shape");
  for (size_t i = 0; i < noise.size(); ++i) {
    if (noise[i] != -1 && (noise[i] == 1 || noise[i] != request.input(0).shape[i]))
      return {false, "elements share draws"};
  }
  return {};
}

std::unique_ptr<Kernel> make_dropout(const Request& request) {
  device::RandomParameters constant = parameters_of(request);
  const double rate = request.node.attributes.real("rate");
  // A draw is a multiple of 2^-24 and is compared with the rate as float32.
  constant.least = static_cast<uint32_t>(std::ceil(static_cast<double>(static_cast<float>(rate)) * 0x1p24));
  constant.scale = rate < 1 ? static_cast<float>(1 / (1 - rate)) : 0;
  KernelInfo info = own_info(request, cost * static_cast<double>(constant.count));
  info.in_place = {{0, 0}};
  return launch_kernel<device::RandomParameters>(request, std::move(info), {"random", with_dtype(request, "dropout")},
                                                 grid_for(request, constant.count, per_thread),
                                                 [constant](const Arguments& a) {
                                                   device::RandomParameters p = filled(constant, a, 1);
                                                   p.x = a.inputs[0];
                                                   return p;
                                                 });
}

}  // namespace

void register_random(KernelRegistry& registry) {
  registry.add("random_uniform", {accepts_uniform, make_uniform});
  registry.add("dropout", {accepts_dropout, make_dropout});
}

}  // namespace dltrain::backends::cuda
