// What flows between layers: a value [N, ...] and, for sequences, the mask that travels with it.
#pragma once

#include <optional>

#include "graph/builder.h"

namespace dltrain::layers {

using graph::Builder;
using graph::Value;

struct Tensor {
  Value value;
  std::optional<Value> mask;  // bool [N, steps], or the shape of value; true where the data counts
};

}  // namespace dltrain::layers
