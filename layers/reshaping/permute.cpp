// Permute: the axes of a sample in another order.
#include <algorithm>

#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/axes.h"

namespace dltrain::layers {
namespace {

struct Permute {
  static constexpr auto kind = "Permute";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::none, .takes = Takes::any};
  std::vector<int64_t> dims;

  static void describe(auto& d) {
    d.doc("Changes the order of the axes of a sample. Axis i of the output is axis dims[i] of the input.");
    d.param(&Permute::dims, "dims", "the axes of the input in their new order, counted from 1; [2, 1] swaps two")
        .required()
        .at_least(1);
  }
  void check(FieldReport& report) const {
    std::vector<int64_t> sorted = dims;
    std::sort(sorted.begin(), sorted.end());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (sorted[i] == static_cast<int64_t>(i) + 1) continue;
      report.error(
          "dims",
          "dims must hold each of 1 .. " + std::to_string(dims.size()) + " once (was " + Shape(dims).text() + ")",
          "write each axis of a sample once, counted from 1");
      return;
    }
  }

  Value build(Builder& b, Value x) const {
    const Shape& shape = b.shape(x);
    if (shape.rank() != dims.size() + 1) {
      b.fail("rank",
             "dims " + Shape(dims).text() + " is for samples with " + std::to_string(dims.size()) +
                 " axes (the input is " + sample_text(shape) + ")",
             "name all " + std::to_string(shape.rank() - 1) + " axes of a sample");
    }
    std::vector<int64_t> permutation = {0};
    permutation.insert(permutation.end(), dims.begin(), dims.end());
    return is_identity(permutation) ? x : graph::transpose(b, x, permutation);
  }
};

}  // namespace

void register_permute(LayerRegistry& registry) { add_layer<Permute>(registry); }

}  // namespace dltrain::layers
