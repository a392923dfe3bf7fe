// Moving averages of all weights in one pass (graph/ops/average_step.cpp), cut into stretches that threads share.
#include <cstring>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/optimizer.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

constexpr size_t scalars = 2;       // iteration, finite
constexpr int64_t stretch = 16384;  // elements

struct Stretch {
  size_t weight;
  int64_t begin, count;
};

struct Averages {
  size_t count = 0;  // weights
  float momentum = 0;
  int64_t frequency = 0;  // 0: weights are never overwritten
  std::vector<Stretch> stretches;
  int parts = 1;
};

void copy(const float* from, float* to, int64_t count) {
  if (from != to) std::memmove(to, from, to_size(count) * sizeof(float));
}

void run_stretch(const Averages& averages, const Arguments& a, const Stretch& s) {
  const bool finite = *input<uint8_t>(a, 1) != 0;
  const int64_t iteration = *input<int64_t>(a, 0);
  const float* weight = input<float>(a, scalars + s.weight) + s.begin;
  const float* old = input<float>(a, scalars + averages.count + s.weight) + s.begin;
  float* average = output<float>(a, s.weight) + s.begin;
  if (finite) step_loops().average({weight, old, average, s.count}, iteration == 0 ? 0 : averages.momentum);
  else copy(old, average, s.count);
  if (averages.frequency == 0) return;
  const bool due = finite && (iteration + 1) % averages.frequency == 0;
  copy(due ? average : weight, output<float>(a, averages.count + s.weight) + s.begin, s.count);
}

void run(const Averages& averages, const Arguments& a) {
  in_parallel(averages.parts, [&](int part) {
    const Range own = part_of(static_cast<int64_t>(averages.stretches.size()), averages.parts, part);
    for (int64_t i = own.begin; i < own.end; ++i) run_stretch(averages, a, averages.stretches[static_cast<size_t>(i)]);
  });
}

Support accepts(const Request& request) {
  for (size_t i = scalars; i < request.node.inputs.size(); ++i) {
    if (request.input(i).dtype != DType::f32)
      return {false, "it computes in float32 (was " + request.input(i).text() + ")"};
  }
  for (size_t i = 0; i < request.output_used.size(); ++i) {
    if (!request.output_used[i]) return {false, "it writes every average and weight"};
  }
  return {};
}

std::unique_ptr<Kernel> make(const Request& request) {
  Averages averages;
  averages.count = (request.node.inputs.size() - scalars) / 2;
  averages.momentum = static_cast<float>(request.node.attributes.get<double>("momentum"));
  averages.frequency = request.node.attributes.integer("overwrite_frequency");
  double elements = 0;
  for (size_t weight = 0; weight < averages.count; ++weight) {
    const int64_t size = request.input(scalars + weight).elements();
    elements += static_cast<double>(size);
    for (int64_t at = 0; at < size; at += stretch)
      averages.stretches.push_back({weight, at, std::min(stretch, size - at)});
  }
  averages.parts = parts_for(request.machine, elements, static_cast<int64_t>(averages.stretches.size()));
  KernelInfo info = own_info(request, 3 * elements);
  for (size_t i = 0; i < request.node.outputs.size(); ++i) {
    // Averages come first in the outputs, weights first in the inputs.
    const size_t from = scalars + (i < averages.count ? averages.count + i : i - averages.count);
    info.in_place.emplace_back(static_cast<int>(from), static_cast<int>(i));
  }
  return make_kernel(std::move(info), [averages = std::move(averages)](const Arguments& a) { run(averages, a); });
}

}  // namespace

void register_average(KernelRegistry& registry) { registry.add("average_step", {accepts, make}); }

}  // namespace dltrain::backends::onednn
