// What TensorBoard shows of the inside of a model: histograms and pictures, made with an observer.
#pragma once

#include <vector>

#include "datasets/dataset.h"
#include "formats/tfevents/event.h"
#include "training/observer.h"

namespace dltrain::training {

using Summaries = std::vector<formats::SummaryValue>;

// The first batch that training sees.
datasets::Batch first_batch(const Observer& observer);

// "LAYER/kernel/histogram", as Keras.
Summaries weight_histograms(const Observer& observer);
// "LAYER/output/histogram", in inference.
Summaries activation_histograms(Observer& observer, const datasets::Batch& batch);
// "LAYER/kernel/gradient/histogram", and their norm over all weights, "gradient_norm".
Summaries gradient_histograms(Observer& observer, const datasets::Batch& batch, int64_t step);

// "LAYER/kernel/image": the filters of convolutions over images of 1 or 3 channels; matrices as pictures.
Summaries weight_images(const Observer& observer);
// "first_batch/INPUT": the first samples of a batch, where they are images.
Summaries batch_images(const Observer& observer, const datasets::Batch& batch);

}  // namespace dltrain::training
