// Which columns of a prediction are among the largest. Private to metrics/.
#pragma once

#include "graph/builder.h"

namespace dltrain::models {

// prediction [..., C], labels [...] int32 -> bool [...]: fewer than k columns are larger than that of the label, so
// that equals at the border all count. False where the label is outside 0..C-1, or a number of the row is not finite.
graph::Value in_top_k(graph::Builder& b, graph::Value prediction, graph::Value labels, int64_t k);

// prediction [..., C] -> bool [..., C]: true at the k largest columns, of equals at the first. 1 <= k <= C.
graph::Value top_k_mask(graph::Builder& b, graph::Value prediction, int64_t k);

}  // namespace dltrain::models
