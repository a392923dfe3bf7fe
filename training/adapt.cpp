#include "training/adapt.h"

#include <algorithm>
#include <set>

#include "datasets/batch_stream.h"
#include "datasets/one_hot.h"
#include "layers/registry.h"
#include "training/interrupt.h"

namespace dltrain::training {

namespace {

using models::LayerSpec;
using models::Spec;

// The layers that `layer` depends on.
std::set<std::string> ancestors(const Spec& spec, const LayerSpec& layer) {
  std::set<std::string> found(layer.inputs.begin(), layer.inputs.end());
  for (auto other = spec.model.layers.rbegin(); other != spec.model.layers.rend(); ++other) {
    if (found.contains(other->name)) found.insert(other->inputs.begin(), other->inputs.end());
  }
  return found;
}

void refuse_trained_ancestors(const Model& model, const LayerSpec& layer) {
  const Spec& spec = model.program().spec();
  const std::set<std::string> before = ancestors(spec, layer);
  for (const graph::StateInfo& info : model.program().states().list()) {
    if (info.role != graph::StateRole::weight || !before.contains(info.owner)) continue;
    throw UserError(
        ExitCode::recipe,
        {{Severity::error, "adapts-too-late", layer.place, layer.who(),
          "it would learn mean and variance behind layer \"" + info.owner + "\", whose weights are trained", "", "",
          "move it in front of the layers with weights, give mean and variance, or use BatchNormalization"}});
  }
}

// Sums for the mean and the biased variance for each index along the kept axes, by Chan's update of batches in double.
class Moments {
 public:
  Moments(std::vector<int64_t> axes, Shape shape)
      : axes_(std::move(axes)),
        shape_(std::move(shape)),
        mean_(static_cast<size_t>(shape_.elements())),
        squares_(mean_.size()),
        count_(mean_.size()) {}

  void add(const Array& value) {
    const std::vector<int64_t> strides = strides_of(value.shape);
    const std::vector<int64_t> kept = strides_of(shape_);
    for (int64_t i = 0; i < value.elements(); ++i) {
      int64_t at = 0;
      for (size_t a = 0; a < axes_.size(); ++a) {
        const auto axis = static_cast<size_t>(axes_[a]);
        at += i / strides[axis] % value.shape[axis] * kept[a];
      }
      add_one(static_cast<size_t>(at), element(value, i));
    }
  }

  Array mean(DType dtype) const { return array(dtype, mean_); }
  Array variance(DType dtype) const {
    std::vector<double> variance(squares_.size());
    for (size_t i = 0; i < variance.size(); ++i) variance[i] = count_[i] > 0 ? squares_[i] / count_[i] : 1;
    return array(dtype, variance);
  }

  // Mean 0 and variance 1, whatever was added: the layer leaves this index as it is.
  void leave(size_t at) { mean_.at(at) = squares_.at(at) = count_.at(at) = 0; }

 private:
  // Welford, "Note on a method for calculating corrected sums of squares and products", 1962.
  void add_one(size_t at, double x) {
    count_[at] += 1;
    const double delta = x - mean_[at];
    mean_[at] += delta / count_[at];
    squares_[at] += delta * (x - mean_[at]);
  }

  Array array(DType dtype, const std::vector<double>& values) const {
    Array result(dtype, shape_);
    for (size_t i = 0; i < values.size(); ++i) set_element(result, static_cast<int64_t>(i), values[i]);
    return result;
  }

  std::vector<int64_t> axes_;
  Shape shape_;
  std::vector<double> mean_, squares_, count_;
};

// Which values of the input that the layer stands behind are columns of categories; empty: none, or it stands elsewhere.
std::vector<bool> categories_before(const datasets::Dataset& data, const LayerSpec& layer) {
  for (const datasets::InputContract& input : data.contract().inputs) {
    if (input.field.name == layer.inputs.front()) return datasets::are_categories(input.preparation);
  }
  return {};
}

void adapt_layer(Model& model, const datasets::Dataset& data, const LayerSpec& layer,
                 const layers::Adaptation& adaptation) {
  const int64_t batch_size =
      std::min<int64_t>(model.program().spec().train.batch_size, data.size(datasets::Part::train));
  Moments moments(adaptation.axes, adaptation.shape);
  datasets::BatchStream batches(data, {.part = datasets::Part::train, .batch_size = batch_size});
  datasets::Batch batch;
  while (!interrupted() && batches.next(batch)) moments.add(model.input_of_layer(layer.name, batch));
  const std::vector<bool> categories = categories_before(data, layer);
  if (adaptation.shape == Shape{static_cast<int64_t>(categories.size())}) {
    for (size_t i = 0; i < categories.size(); ++i) {
      if (categories[i]) moments.leave(i);
    }
  }
  const auto set = [&](const char* name, const Array& value) {
    const std::string state = layer.name + "/" + name;
    Array shaped(value.dtype, model.program().states().find(state)->type.shape);
    shaped.bytes = value.bytes;
    model.session().set_state(state, shaped);
  };
  set("mean", moments.mean(DType::f32));
  set("variance", moments.variance(DType::f32));
}

}  // namespace

void adapt_layers(Model& model, const datasets::Dataset& data,
                  const std::function<bool(const std::string& layer)>& known_already) {
  const models::Program& program = model.program();
  for (const LayerSpec& layer : program.spec().model.layers) {
    if (!layer.reuse.empty() || (known_already && known_already(layer.name))) continue;
    const auto known = program.layer_shapes().find(layer.inputs.front());
    if (known == program.layer_shapes().end()) continue;
    const auto adaptation = layers::adaptation(layer.component, Shape{1}.concat(known->second));
    if (!adaptation) continue;
    refuse_trained_ancestors(model, layer);
    adapt_layer(model, data, layer, *adaptation);
  }
}

}  // namespace dltrain::training
