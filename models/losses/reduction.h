// From the values of a loss to one number, in two parts so that micro-batches and batches can be added: the loss is
// numerator / denominator, and 0 where the denominator is 0. As Keras' reduce_weighted_values:
//   sum_over_batch_size, mean   sum(values weight mask) / number of values that the mask leaves
//   mean_with_sample_weight     sum(values weight mask) / sum(weight mask)
//   sum                         sum(values weight mask) / 1, so that micro-batches are averaged, as Keras does it
// Sample weights do not enter the denominator of the first (Keras' meaning): doubling all weights doubles the loss.
#pragma once

#include <optional>

#include "models/losses/loss.h"

namespace dltrain::models {

struct LossSums {
  graph::Value numerator;    // real scalar
  graph::Value denominator;  // real scalar
  double per_sample = 0;     // what a sample adds to it where nothing is masked; 0: it is 1, whatever the batch
};

// mask: bool, weight: real, both over leading axes of the values ([N], [N, T], [N, 1] ...), broadcast over the others.
// The mask is that of the prediction; the one that the loss gives itself (LossValues::mask) is joined to it.
LossSums loss_sums(graph::Builder& b, const LossValues& values, Reduction reduction, std::optional<graph::Value> mask,
                   std::optional<graph::Value> weight);

// `x` [N, ...] (leading axes of `shape`, or all of them with sizes of 1) as a value that broadcasts against `shape`:
// trailing axes of size 1 are added or dropped. Fails at the builder's scope where that is not possible; `what` names
// x.
graph::Value align_leading(graph::Builder& b, graph::Value x, const Shape& shape, const char* what);

}  // namespace dltrain::models
