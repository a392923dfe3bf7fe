#include "training/callbacks/tensorboard/looks.h"

#include <algorithm>
#include <cmath>

#include "datasets/batch_stream.h"
#include "formats/images/write_png.h"
#include "formats/tfevents/summaries.h"
#include "training/callbacks/tensorboard/image_like.h"
#include "training/callbacks/tensorboard/pixels.h"

namespace dltrain::training {

using formats::histogram_buckets;
using formats::histogram_summary;

datasets::Batch first_batch(const Observer& observer) {
  const models::Spec& spec = observer.program().spec();
  datasets::BatchStream batches(observer.data(), {.part = datasets::Part::train,
                                                  .batch_size = spec.train.batch_size,
                                                  .shuffle = spec.train.shuffle,
                                                  .seed = spec.seed,
                                                  .epoch = 0,
                                                  .prefetch = 0});
  datasets::Batch batch;
  batches.next(batch);
  return batch;
}

namespace {

formats::SummaryValue histogram(const std::string& tag, const Array& array) {
  const Array reals = converted(array, DType::f32);
  return histogram_summary(tag, histogram_buckets(reals.as<float>()));
}

}  // namespace

Summaries weight_histograms(const Observer& observer) {
  Summaries values;
  for (const auto& [name, weight] : observer.weights()) values.push_back(histogram(name + "/histogram", weight));
  return values;
}

Summaries activation_histograms(Observer& observer, const datasets::Batch& batch) {
  Summaries values;
  for (const auto& [layer, output] : observer.activations(batch))
    values.push_back(histogram(layer + "/output/histogram", output));
  return values;
}

Summaries gradient_histograms(Observer& observer, const datasets::Batch& batch, int64_t step) {
  Summaries values;
  double squares = 0;
  for (const auto& [weight, gradient] : observer.gradients(batch, step)) {
    for (int64_t i = 0; i < gradient.elements(); ++i) squares += element(gradient, i) * element(gradient, i);
    values.push_back(histogram(weight + "/gradient/histogram", gradient));
  }
  values.push_back(formats::scalar_summary("gradient_norm", std::sqrt(squares)));
  return values;
}

namespace {

constexpr int64_t most_filters = 256;

formats::SummaryValue picture_summary(const std::string& tag, const Array& pixels) {
  return formats::images_summary(tag, pixels.shape[1], pixels.shape[0], {formats::png_bytes(pixels)});
}

std::pair<double, double> range_of(const Array& array) {
  double low = INFINITY, high = -INFINITY;
  for (int64_t i = 0; i < array.elements(); ++i) {
    low = std::min(low, element(array, i));
    high = std::max(high, element(array, i));
  }
  return {low, high};
}

// Filter number f of a kernel [kh, kw, C, F], as [kh, kw, C].
Array filter_of(const Array& kernel, int64_t f) {
  const int64_t filters = kernel.shape[3];
  Array filter(DType::f32, kernel.shape.slice(0, 3));
  for (int64_t i = 0; i < filter.elements(); ++i) set_element(filter, i, element(kernel, i * filters + f));
  return filter;
}

// A matrix of levels [rows, columns] as an image that is not higher than wide.
Array lying(const Array& levels) {
  const int64_t rows = levels.shape[0], columns = levels.shape[1];
  Array image(DType::u8, Shape{std::min(rows, columns), std::max(rows, columns), 1});
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      image.bytes[static_cast<size_t>(rows > columns ? c * rows + r : r * columns + c)] =
          levels.bytes[static_cast<size_t>(r * columns + c)];
    }
  }
  return image;
}

// All filters of a convolution over images, side by side.
Array filter_grid(const Array& kernel) {
  const int64_t filters = std::min(kernel.shape[3], most_filters);
  const auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(filters))));
  const int64_t rows = (filters + columns - 1) / columns;
  const int64_t scale = std::max<int64_t>(1, 36 / std::max(kernel.shape[0], kernel.shape[1]));
  const int64_t wide = kernel.shape[1] * scale + 4, high = kernel.shape[0] * scale + 4;
  const auto [low, top] = range_of(kernel);
  Picture picture(columns * wide + 4, rows * high + 4);
  for (int64_t f = 0; f < filters; ++f) {
    picture.draw(4 + f % columns * wide, 4 + f / columns * high, grey_levels(filter_of(kernel, f), low, top), scale);
  }
  return picture.pixels();
}

}  // namespace

Summaries weight_images(const Observer& observer) {
  constexpr int64_t longest_side = 2048;
  Summaries values;
  for (const auto& [name, weight] : observer.weights()) {
    const Shape& shape = weight.shape;
    if (shape.rank() == 4 && (shape[2] == 1 || shape[2] == 3)) {
      values.push_back(picture_summary(name + "/image", filter_grid(weight)));
    } else if (shape.rank() == 2 && shape[0] <= longest_side && shape[1] <= longest_side) {
      const auto [low, high] = range_of(weight);
      values.push_back(picture_summary(name + "/image", lying(grey_levels(weight, low, high))));
    }
  }
  return values;
}

Summaries batch_images(const Observer& observer, const datasets::Batch& batch) {
  constexpr int64_t most = 16;
  Summaries values;
  const auto& inputs = observer.program().signature().inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!is_image(inputs[i].shape)) continue;
    std::vector<std::string> pngs;
    for (int64_t row = 0; row < std::min(batch.size, most); ++row)
      pngs.push_back(formats::png_bytes(image_of(batch.inputs[i], row)));
    values.push_back(formats::images_summary("first_batch/" + inputs[i].name, inputs[i].shape[1], inputs[i].shape[0],
                                             std::move(pngs), "The first samples that training sees."));
  }
  return values;
}

}  // namespace dltrain::training
