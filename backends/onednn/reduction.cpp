#include "backends/onednn/reduction.h"

#include <algorithm>

namespace dltrain::backends::onednn {

std::optional<Fold> fold_of(const Shape& shape, const std::vector<int64_t>& axes) {
  enum class Stage {
    outer,
    count,
    inner
  };
  Fold fold;
  Stage stage = Stage::outer;
  for (size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end()) {
      if (stage == Stage::inner) return std::nullopt;
      stage = Stage::count;
      fold.count *= shape[i];
    } else {
      if (stage == Stage::count) stage = Stage::inner;
      (stage == Stage::outer ? fold.outer : fold.inner) *= shape[i];
    }
  }
  return fold;
}

}  // namespace dltrain::backends::onednn
