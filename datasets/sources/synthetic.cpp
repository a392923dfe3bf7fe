// Samples made from random numbers, with targets that can be learned: for trying things out, for tests and
// measurements.
#include <algorithm>
#include <cmath>
#include <thread>

#include "core/checked.h"
#include "core/diagnostic.h"
#include "core/random.h"
#include "datasets/array_store.h"
#include "datasets/source.h"

namespace dltrain::datasets {

namespace {

enum class Task {
  classification,
  regression,
  two_classes,
  segmentation,
  text_classification,
  next_token
};

std::span<const EnumName<Task>> enum_names(Task) {
  static constexpr std::array<EnumName<Task>, 6> names = {{{Task::classification, "classification"},
                                                           {Task::regression, "regression"},
                                                           {Task::two_classes, "two_classes"},
                                                           {Task::segmentation, "segmentation"},
                                                           {Task::text_classification, "text_classification"},
                                                           {Task::next_token, "next_token"}}};
  return names;
}

// Calls f(sample) for each, on all processors where a sample is of many numbers. Numbers are drawn by their place, so
// that they are the same however many threads draw them.
template <class F> void for_samples(int64_t count, int64_t numbers_each, const F& f) {
  constexpr int64_t numbers_worth_a_thread = 200'000;  // some 10 ms
  const int64_t useful = checked_multiply(count, numbers_each) / numbers_worth_a_thread + 1;
  const int64_t parts = std::clamp<int64_t>(std::thread::hardware_concurrency(), 1, useful);
  const auto work = [&](int64_t part) {
    for (int64_t i = count * part / parts; i < count * (part + 1) / parts; ++i) f(i);
  };
  std::vector<std::jthread> threads;
  for (int64_t part = 1; part < parts; ++part) threads.emplace_back(work, part);
  work(0);
}

bool is_text(Task task) { return task == Task::text_classification || task == Task::next_token; }

struct Synthetic : Source {
  static constexpr auto kind = "synthetic";
  std::vector<int64_t> shape = {8, 8, 1};
  Task task = Task::classification;
  int64_t samples = 1000;
  int64_t test_samples = 0;
  int64_t classes = 10;
  int64_t targets = 1;
  int64_t vocabulary = 1000;
  double noise = 1;

  static void describe(auto& d) {
    d.doc(
        "Random samples with targets that can be learned; the same for the same seed. Classification: each class has a "
        "pattern of normal numbers, a sample is its class's pattern plus noise. Regression: normal numbers, the "
        "targets are weighted sums of them plus noise. Two classes: the sign of such a sum. Segmentation: normal "
        "numbers, the target of each pixel is 1 where its first channel plus noise is above 0. Text classification: "
        "each class has a share of the vocabulary of its own. Next token: behind token t comes 3 t + 1, modulo the "
        "vocabulary.");
    d.param(&Synthetic::shape, "shape", "shape of one sample, e.g. [28, 28, 1] or 100").at_least(1);
    d.param(&Synthetic::task, "task", "what the targets are");
    d.param(&Synthetic::samples, "samples", "how many").at_least(1);
    d.param(&Synthetic::test_samples, "test_samples", "how many more as test part").at_least(0);
    d.param(&Synthetic::classes, "classes", "how many classes (classification, text_classification)")
        .at_least(1)
        .at_most(100000);
    d.param(&Synthetic::targets, "targets", "how many numbers are to be predicted (regression)").at_least(1);
    d.param(&Synthetic::vocabulary, "vocabulary", "how many tokens there are (text_classification, next_token)")
        .at_least(2)
        .at_most(10000000);
    d.param(&Synthetic::noise, "noise", "standard deviation of the noise; tokens have none").at_least(0);
  }

  void check(FieldReport& report) const {
    if (task == Task::segmentation && shape.size() < 2) {
      report.error("shape", "pixels with channels are needed (was " + Shape(shape).text() + ")",
                   "e.g. shape = [64, 64, 3]");
    }
    if (is_text(task) && shape.size() != 1) {
      report.error("shape", "a text has a length and nothing else (was " + Shape(shape).text() + ")",
                   "e.g. shape = 100");
    }
    if (task == Task::text_classification && classes > vocabulary) {
      report.error("vocabulary", "every class needs a token of its own", "give as many tokens as classes at least");
    }
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
    const int64_t made = request.headers_only ? 0 : count;
    Array values(is_text(task) ? DType::i32 : DType::f32, Shape{made}.concat(Shape(shape)));
    set.targets.push_back(fill(request, first, values));
    set.targets[0].field.name = request.targets[0].name;
    set.inputs.push_back(array_input(request.input_names.empty() ? "input" : request.input_names[0], std::move(values),
                                     1, 0, "synthetic"));
    return set;
  }

  // Fills the inputs [N, shape...] and gives their targets; samples count from `first`.
  TargetField fill(const LoadRequest& request, int64_t first, Array& values) const {
    switch (task) {
      case Task::classification: return make_classes(request, first, values);
      case Task::regression: return make_sums(request, first, values, targets);
      case Task::two_classes: return make_signs(make_sums(request, first, values, 1));
      case Task::segmentation: return make_pixels(request, first, values);
      case Task::text_classification: return make_texts(request, first, values);
      case Task::next_token: return make_successors(request, first, values);
    }
    throw Bug("an unknown task");
  }

  static RandomStream stream(const LoadRequest& request, const char* name) {
    return {request.seed, stable_hash("datasets/synthetic/" + std::string(name))};
  }

  TargetField make_classes(const LoadRequest& request, int64_t first, Array& values) const {
    const auto size = static_cast<uint64_t>(Shape(shape).elements());
    const int64_t seen = values.shape[0] == 0 ? 0 : classes;
    std::vector<float> patterns(to_size(checked_multiply(seen, static_cast<int64_t>(size))));
    const RandomStream pattern = stream(request, "patterns"), choice = stream(request, "classes"),
                       spread = stream(request, "noise");
    for (size_t i = 0; i < patterns.size(); ++i) patterns[i] = static_cast<float>(pattern.normal(0, i));
    TargetField target;
    target.field.dtype = DType::i32;
    target.field.classes = classes;
    target.values = Array(DType::i32, Shape{values.shape[0]});
    float* const all = values.as<float>().data();
    int32_t* const numbers = target.values.as<int32_t>().data();
    for_samples(values.shape[0], static_cast<int64_t>(size), [&](int64_t i) {
      const auto sample = static_cast<uint64_t>(first + i);
      const uint64_t number = choice.below(static_cast<uint64_t>(classes), 0, sample);
      numbers[i] = static_cast<int32_t>(number);
      float* const to = all + to_size(i) * size;
      for (uint64_t k = 0; k < size; ++k)
        to[k] = patterns[number * size + k] + static_cast<float>(noise * spread.normal(sample, k));
    });
    return target;
  }

  static TargetField make_signs(TargetField sums) {
    sums.field = class_field(2);
    Array numbers(DType::i32, Shape{sums.values.shape[0]});
    for (size_t i = 0; i < to_size(numbers.elements()); ++i)
      numbers.as<int32_t>()[i] = sums.values.as<float>()[i] > 0 ? 1 : 0;
    sums.values = std::move(numbers);
    return sums;
  }

  static DataField class_field(int64_t classes) {
    DataField field;
    field.dtype = DType::i32;
    field.classes = classes;
    return field;
  }

  TargetField make_pixels(const LoadRequest& request, int64_t first, Array& values) const {
    const RandomStream value = stream(request, "values"), spread = stream(request, "noise");
    const int64_t channels = shape.back();
    const int64_t pixels = Shape(shape).elements() / channels;
    TargetField target;
    target.field.shape = Shape(shape).slice(0, shape.size() - 1).concat({1});
    target.values = Array(DType::f32, Shape{values.shape[0]}.concat(target.field.shape));
    float* const all = values.as<float>().data();
    float* const targets_of_all = target.values.as<float>().data();
    for_samples(values.shape[0], pixels * (channels + 1), [&](int64_t i) {
      const auto sample = static_cast<uint64_t>(first + i);
      float* x = all + i * pixels * channels;
      float* const y = targets_of_all + i * pixels;
      for (int64_t p = 0; p < pixels; ++p, x += channels) {
        for (int64_t c = 0; c < channels; ++c)
          x[c] = static_cast<float>(value.normal(sample, static_cast<uint64_t>(p * channels + c)));
        const double shift = noise > 0 ? noise * spread.normal(sample, static_cast<uint64_t>(p)) : 0;
        y[p] = double{x[0]} + shift > 0 ? 1 : 0;
      }
    });
    return target;
  }

  TargetField make_texts(const LoadRequest& request, int64_t first, Array& values) const {
    const RandomStream choice = stream(request, "classes"), token = stream(request, "tokens");
    const int64_t share = vocabulary / classes;
    TargetField target;
    target.field = class_field(classes);
    target.values = Array(DType::i32, Shape{values.shape[0]});
    int32_t* to = values.as<int32_t>().data();
    for (int64_t i = 0; i < values.shape[0]; ++i) {
      const auto sample = static_cast<uint64_t>(first + i);
      const auto number = static_cast<int64_t>(choice.below(static_cast<uint64_t>(classes), 0, sample));
      target.values.as<int32_t>()[to_size(i)] = static_cast<int32_t>(number);
      for (uint64_t k = 0; k < to_size(shape[0]); ++k) {
        const uint64_t within = token.below(static_cast<uint64_t>(share), sample, k);
        *to++ = static_cast<int32_t>(number * share + static_cast<int64_t>(within));
      }
    }
    return target;
  }

  TargetField make_successors(const LoadRequest& request, int64_t first, Array& values) const {
    const RandomStream token = stream(request, "tokens");
    TargetField target;
    target.field = class_field(vocabulary);
    target.field.shape = Shape(shape);
    target.values = Array(DType::i32, values.shape);
    int32_t* x = values.as<int32_t>().data();
    int32_t* y = target.values.as<int32_t>().data();
    for (int64_t i = 0; i < values.shape[0]; ++i) {
      const auto sample = static_cast<uint64_t>(first + i);
      auto now = static_cast<int64_t>(token.below(static_cast<uint64_t>(vocabulary), sample, 0));
      for (int64_t k = 0; k < shape[0]; ++k) {
        *x++ = static_cast<int32_t>(now);
        now = (3 * now + 1) % vocabulary;
        *y++ = static_cast<int32_t>(now);
      }
    }
    return target;
  }

  TargetField make_sums(const LoadRequest& request, int64_t first, Array& values, int64_t count) const {
    const auto size = static_cast<uint64_t>(Shape(shape).elements());
    const RandomStream weight = stream(request, "weights"), value = stream(request, "values"),
                       spread = stream(request, "noise");
    std::vector<double> weights(size * static_cast<uint64_t>(count));
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = weight.normal(0, i) / std::sqrt(static_cast<double>(size));
    TargetField target;
    target.field.shape = {count};
    target.values = Array(DType::f32, Shape{values.shape[0], count});
    float* from = values.as<float>().data();
    float* to = target.values.as<float>().data();
    for (int64_t i = 0; i < values.shape[0]; ++i, from += size) {
      const auto sample = static_cast<uint64_t>(first + i);
      for (uint64_t k = 0; k < size; ++k) from[k] = static_cast<float>(value.normal(sample, k));
      for (uint64_t t = 0; t < static_cast<uint64_t>(count); ++t) {
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
