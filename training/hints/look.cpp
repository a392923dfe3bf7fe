#include "training/hints/look.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "training/evaluation.h"
#include "training/hints/values.h"

namespace dltrain::training::hints {

using datasets::Batch;
using datasets::Part;
using models::LayerSpec;

namespace {

// Rows of a part as batches of one size, the last one filled up with its first row.
std::vector<std::vector<int64_t>> batches_of(int64_t rows, int64_t count, int64_t batch) {
  std::vector<std::vector<int64_t>> batches;
  for (int64_t i = 0; i < count; ++i) {
    if (i % batch == 0) batches.emplace_back();
    // Multiples of the golden ratio spread evenly, and follow no pattern that the data may have.
    constexpr double golden = 0.6180339887498949;
    const double share = std::fmod(static_cast<double>(i) * golden, 1.0);
    batches.back().push_back(count == rows ? i : static_cast<int64_t>(share * static_cast<double>(rows)));
  }
  return batches;
}

constexpr int64_t most_samples = 256, least_samples = 64;
constexpr int64_t least_steps = 30;  // before answers mean anything

// About how many multiplications a sample takes: weights times places (of images, of sequences).
double work_of(const Observer& observer) {
  double weights = 0, places = 1;
  for (const graph::StateInfo& info : observer.program().states().list()) {
    if (info.role == graph::StateRole::weight) weights += static_cast<double>(info.type.shape.elements());
  }
  for (const LayerSpec& layer : observer.program().spec().model.layers) {
    const auto found = observer.program().layer_shapes().find(layer.name);
    if (found == observer.program().layer_shapes().end() || found->second.rank() == 0) continue;
    const Shape& shape = found->second;
    places = std::max(places, static_cast<double>(shape.elements()) / static_cast<double>(shape.back()));
  }
  return std::max(weights * places, 1.0);
}

// How many samples can be answered without anybody noticing: a sample takes a third of what it takes in training, and two
// looks shall take at most half a percent of it. Models so small that a look takes less than a millisecond are looked at
// in short trainings, too.
int64_t affordable(const Observer& observer) {
  constexpr double unnoticed = 1e7;  // multiplications
  constexpr double some = 128;
  const auto passes = static_cast<double>(observer.data().size(Part::train) * observer.program().spec().train.epochs);
  const double samples = std::max(passes * 0.005 * 3 / 2, some * work_of(observer) < unnoticed ? some : 0.0);
  return samples < static_cast<double>(least_samples) ? 0 : std::min(static_cast<int64_t>(samples), most_samples);
}

// Enough values to know their size.
int64_t value_samples(const Observer& observer) {
  constexpr int64_t most_values = 1 << 18, least = 16;
  int64_t values = 1;
  for (const DataField& input : observer.program().signature().inputs) values += input.shape.elements();
  return std::clamp(most_values / values, least, most_samples);
}

bool is_relu(const LayerSpec& layer) {
  if (!layer.reuse.empty()) return false;
  const std::string& kind = layer.component.kind;
  if (kind == "ReLU") {
    const Setting* slope = layer.component.params.find("negative_slope");
    return slope == nullptr || slope->real() == nullptr || *slope->real() == 0;
  }
  const bool plain = kind == "Dense" || kind == "Activation" || kind.find("Conv") != std::string::npos;
  const Setting* activation = plain ? layer.component.params.find("activation") : nullptr;
  if (activation == nullptr) return false;
  const Setting* type = activation->table() != nullptr ? activation->table()->find("type") : activation;
  return type != nullptr && type->text() != nullptr && (*type->text() == "relu" || *type->text() == "relu6");
}

std::vector<const LayerSpec*> relus_of(const models::Spec& spec) {
  std::vector<const LayerSpec*> relus;
  for (const LayerSpec& layer : spec.model.layers) {
    if (is_relu(layer)) relus.push_back(&layer);
  }
  return relus;
}

std::vector<std::string> layers_of(const models::Spec& spec, const std::vector<const LayerSpec*>& relus) {
  std::vector<std::string> names;
  for (const LayerSpec* layer : relus) names.push_back(layer->name);
  for (const std::string& output : spec.model.outputs) {
    if (std::find(names.begin(), names.end(), output) == names.end()) names.push_back(output);
  }
  return names;
}

const Array* output_named(const NamedArrays& outputs, const std::string& name) {
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const auto& o) { return o.first == name; });
  return found == outputs.end() ? nullptr : &found->second;
}

bool all_alive(const std::vector<float>& largest) {
  return !largest.empty() && std::all_of(largest.begin(), largest.end(), [](float x) { return x > 0; });
}

// The largest value that each unit has given so far.
void note_largest(std::vector<float>& largest, const Array& output) {
  const auto units = static_cast<size_t>(output.shape.back());
  largest.resize(units, 0);
  const std::span<const float> values = output.as<float>();
  for (size_t row = 0; row < values.size(); row += units) {
    for (size_t u = 0; u < units; ++u) largest[u] = std::max(largest[u], values[row + u]);
  }
}

void count(Answers& answers, const OutputMeaning& meaning, const Array& output, const Array& target, int64_t rows) {
  const Array shares = probabilities(meaning, output);
  const std::vector<int64_t> truths = true_classes(target);
  if (shares.shape.rank() != 2 || truths.size() != static_cast<size_t>(shares.shape[0])) return;
  const std::vector<int64_t> said = predicted_classes(shares);
  const auto classes = static_cast<int64_t>(answers.confusion.size());
  for (size_t r = 0; r < static_cast<size_t>(rows); ++r) {
    if (truths[r] >= 0 && truths[r] < classes && said[r] < classes)
      ++answers.confusion[static_cast<size_t>(truths[r])][static_cast<size_t>(said[r])];
  }
}

// Moving averages keep momentum^steps of their first values.
bool settled(const models::Spec& spec, int64_t steps) {
  constexpr double most_left = 0.1;
  for (const LayerSpec& layer : spec.model.layers) {
    if (layer.component.kind != "BatchNormalization") continue;
    const Setting* momentum = layer.component.params.find("momentum");
    const double kept = momentum != nullptr && momentum->real() != nullptr ? *momentum->real() : 0.99;
    if (std::pow(kept, static_cast<double>(steps)) > most_left) return false;
  }
  return true;
}

}  // namespace

Looker::Looker(Observer& observer)
    : observer_(observer),
      spec_(observer.program().spec()),
      meanings_(output_meanings(spec_, observer.program().signature())),
      relus_(relus_of(spec_)),
      layers_(layers_of(spec_, relus_)),
      samples_(std::min(affordable(observer), observer.data().size(Part::train))) {}

// The size of training's batches, so that looking needs no more memory than training; several small ones as one.
int64_t Looker::batch_size() const {
  return std::min(std::max<int64_t>(spec_.train.batch_size, least_samples), samples_);
}

void Looker::prepare() {
  look_at_values();
  if (samples_ == 0) return;
  Batch batch;  // The first run of a plan is slow: it meets its memory for the first time.
  const std::vector<int64_t> rows(static_cast<size_t>(batch_size()), 0);
  observer_.data().read(Part::train, rows, batch);
  observer_.outputs(layers_, batch, {});
}

Look Looker::look(const Curve& curve) {
  if (!values_) look_at_values();
  Look found = *values_;
  if (samples_ == 0 || curve.steps < least_steps || !settled(spec_, curve.steps)) return found;
  found.samples = samples_;
  largest_.assign(relus_.size(), {});
  look_at_answers(Part::train, found.train);
  for (size_t i = 0; i < relus_.size(); ++i) {
    const auto dead = std::count(largest_[i].begin(), largest_[i].end(), 0.0F);
    found.relus.push_back({relus_[i], static_cast<int64_t>(largest_[i].size()), dead});
  }
  constexpr double most_right = 0.5;
  const bool answers_well = curve.val_accuracy && *curve.val_accuracy > most_right;
  if (observer_.data().size(Part::validation) > 0 && !answers_well) look_at_answers(Part::validation, found.validation);
  return found;
}

void Looker::look_at_values() {
  ValueStatistics values(observer_.program().signature());
  const int64_t count = value_samples(observer_);
  read(Part::train, count, std::min(count, least_samples),
       [&](const Batch& batch, int64_t rows) { values.note(batch, rows); });
  values_.emplace();
  values_->inputs = values.inputs();
  values_->targets = values.targets(spec_);
  confirm_constant_columns(observer_.data(), values_->inputs);
  if (values_->targets.empty() || observer_.data().size(Part::validation) == 0) return;
  ValueStatistics validation(observer_.program().signature());
  read(Part::validation, count, std::min(count, least_samples),
       [&](const Batch& batch, int64_t rows) { validation.note(batch, rows); });
  values_->validation_targets = validation.targets(spec_);
}

void Looker::look_at_answers(Part part, std::vector<Answers>& all) {
  for (const OutputMeaning& meaning : meanings_) {
    const size_t classes = meaning.class_names.size();
    all.push_back({meaning.name, meaning.class_names, std::vector(classes, std::vector<int64_t>(classes))});
  }
  read(part, samples_, batch_size(), [&](const Batch& batch, int64_t rows) {
    const std::vector<std::string> names = wanted(part);
    if (names.empty()) return;
    const NamedArrays outputs = observer_.outputs(layers_, batch, names);
    if (part == Part::train) note_relus(outputs);
    for (size_t o = 0; o < meanings_.size(); ++o) {
      if (!meanings_[o].classes) continue;
      count(all[o], meanings_[o], *output_named(outputs, meanings_[o].name),
            batch.targets[batch.targets.size() == 1 ? 0 : o], rows);
    }
  });
  std::erase_if(all, [](const Answers& answers) { return answers.samples() == 0; });
}

void Looker::read(Part part, int64_t samples, int64_t batch_size,
                  const std::function<void(const Batch&, int64_t rows)>& use) const {
  const datasets::Dataset& data = observer_.data();
  Batch batch;
  for (std::vector<int64_t>& rows : batches_of(data.size(part), std::min(samples, data.size(part)), batch_size)) {
    const auto real = static_cast<int64_t>(rows.size());
    rows.resize(static_cast<size_t>(batch_size), rows.front());
    data.read(part, rows, batch);
    use(batch, real);
  }
}

// ReLU layers until all of their units have answered, and outputs that tell classes apart.
std::vector<std::string> Looker::wanted(Part part) const {
  std::vector<std::string> names;
  for (size_t i = 0; part == Part::train && i < relus_.size(); ++i) {
    if (!all_alive(largest_[i])) names.push_back(relus_[i]->name);
  }
  for (const OutputMeaning& meaning : meanings_) {
    if (meaning.classes && std::find(names.begin(), names.end(), meaning.name) == names.end())
      names.push_back(meaning.name);
  }
  return names;
}

void Looker::note_relus(const NamedArrays& outputs) {
  for (size_t i = 0; i < relus_.size(); ++i) {
    const Array* output = output_named(outputs, relus_[i]->name);
    if (output != nullptr && !all_alive(largest_[i])) note_largest(largest_[i], *output);
  }
}

}  // namespace dltrain::training::hints
