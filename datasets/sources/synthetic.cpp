// Samples made from random numbers, with targets that can be learned: for trying things out, for tests and
// measurements.
#include <cmath>

#include "core/checked.h"
#include "core/random.h"
#include "datasets/array_store.h"
#include "datasets/source.h"

namespace dltrain::datasets {

namespace {

enum class Task {
  classification,
  regression
};

std::span<const EnumName<Task>> enum_names(Task) {
  static constexpr std::array<EnumName<Task>, 2> names = {
      {{Task::classification, "classification"}, {Task::regression, "regression"}}};
  return names;
}

struct Synthetic : Source {
  static constexpr auto kind = "synthetic";
  std::vector<int64_t> shape = {8, 8, 1};
  Task task = Task::classification;
  int64_t samples = 1000;
  int64_t test_samples = 0;
  int64_t classes = 10;
  int64_t targets = 1;
  double noise = 1;

  static void describe(auto& d) {
    d.doc(
        "Random samples with targets that can be learned; the same for the same seed. Classification: each class has a "
        "pattern of "
        "normal numbers, a sample is its class's pattern plus noise. Regression: normal numbers, the targets are "
        "weighted sums of "
        "them plus noise.");
    d.param(&Synthetic::shape, "shape", "shape of one sample, e.g. [28, 28, 1] or 100").at_least(1);
    d.param(&Synthetic::task, "task", "what the targets are");
    d.param(&Synthetic::samples, "samples", "how many").at_least(1);
    d.param(&Synthetic::test_samples, "test_samples", "how many more as test part").at_least(0);
    d.param(&Synthetic::classes, "classes", "how many classes (classification)").at_least(1).at_most(100000);
    d.param(&Synthetic::targets, "targets", "how many numbers are to be predicted (regression)").at_least(1);
    d.param(&Synthetic::noise, "noise", "standard deviation of the noise").at_least(0);
  }

  SampleSets load(const LoadRequest& request) const override {
    SampleSets sets;
    sets.train = make(request, 0, samples);
    if (test_samples > 0) sets.test = make(request, samples, test_samples);
    return sets;
  }

 private:
  Samples make(const LoadRequest& request, int64_t first, int64_t count) const {
    Samples set;
    set.name = "synthetic";
    set.count = count;
    Array values(DType::f32, Shape{count}.concat(Shape(shape)));
    set.targets.push_back(task == Task::classification ? make_classes(request, first, values)
                                                       : make_sums(request, first, values));
    set.targets[0].field.name = request.targets[0].name;
    set.inputs.push_back(array_input(request.input_names.empty() ? "input" : request.input_names[0], std::move(values),
                                     1, 0, "synthetic"));
    return set;
  }

  static RandomStream stream(const LoadRequest& request, const char* name) {
    return {request.seed, stable_hash("datasets/synthetic/" + std::string(name))};
  }

  TargetField make_classes(const LoadRequest& request, int64_t first, Array& values) const {
    const auto size = static_cast<uint64_t>(Shape(shape).elements());
    std::vector<float> patterns(to_size(checked_multiply(classes, static_cast<int64_t>(size))));
    const RandomStream pattern = stream(request, "patterns"), choice = stream(request, "classes"),
                       spread = stream(request, "noise");
    for (size_t i = 0; i < patterns.size(); ++i) patterns[i] = static_cast<float>(pattern.normal(0, i));
    TargetField target;
    target.field.dtype = DType::i32;
    target.field.classes = classes;
    target.values = Array(DType::i32, Shape{values.shape[0]});
    float* to = values.as<float>().data();
    for (int64_t i = 0; i < values.shape[0]; ++i) {
      const auto sample = static_cast<uint64_t>(first + i);
      const uint64_t number = choice.below(static_cast<uint64_t>(classes), 0, sample);
      target.values.as<int32_t>()[to_size(i)] = static_cast<int32_t>(number);
      for (uint64_t k = 0; k < size; ++k) {
        *to++ = patterns[number * size + k] + static_cast<float>(noise * spread.normal(sample, k));
      }
    }
    return target;
  }

  TargetField make_sums(const LoadRequest& request, int64_t first, Array& values) const {
    const auto size = static_cast<uint64_t>(Shape(shape).elements());
    const RandomStream weight = stream(request, "weights"), value = stream(request, "values"),
                       spread = stream(request, "noise");
    std::vector<double> weights(size * static_cast<uint64_t>(targets));
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = weight.normal(0, i) / std::sqrt(static_cast<double>(size));
    TargetField target;
    target.field.shape = {targets};
    target.values = Array(DType::f32, Shape{values.shape[0], targets});
    float* from = values.as<float>().data();
    float* to = target.values.as<float>().data();
    for (int64_t i = 0; i < values.shape[0]; ++i, from += size) {
      const auto sample = static_cast<uint64_t>(first + i);
      for (uint64_t k = 0; k < size; ++k) from[k] = static_cast<float>(value.normal(sample, k));
      for (uint64_t t = 0; t < static_cast<uint64_t>(targets); ++t) {
        double sum = noise * spread.normal(sample, t);
        for (uint64_t k = 0; k < size; ++k) sum += weights[t * size + k] * double{from[k]};
        *to++ = static_cast<float>(sum);
      }
    }
    return target;
  }
};

}  // namespace

void register_synthetic(SourceRegistry& registry) { registry.add<Synthetic>(); }

}  // namespace dltrain::datasets
