// Which elements a reduction folds together, reduced to three axes where that is possible.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/shape.h"

namespace dltrain::backends::onednn {

// [outer, count, inner] -> [outer, inner].
struct Fold {
  int64_t outer = 1;
  int64_t count = 1;
  int64_t inner = 1;
};
// Nothing if kept and reduced axes alternate more often than that.
std::optional<Fold> fold_of(const Shape& shape, const std::vector<int64_t>& axes);

}  // namespace dltrain::backends::onednn
