// PositionEmbedding: a learned vector for each place in a sequence (Gehring et al. 2017; keras_hub has it).
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/channels.h"

namespace dltrain::layers {
namespace {

struct PositionEmbedding {
  static constexpr auto kind = "PositionEmbedding";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::pass};
  int64_t sequence_length = 1;
  Component initializer = named("initializer", "GlorotUniform");

  static void describe(auto& d) {
    d.doc(
        "A learned vector for each place in a sequence, to be added to the input: of an input [N, steps, features] only "
        "the shape counts, the output has the same, equal for all samples.");
    d.param(&PositionEmbedding::sequence_length, "sequence_length", "how many places there are at most")
        .required()
        .at_least(1);
    d.param(&PositionEmbedding::initializer, "initializer", "first values of the vectors");
  }

  Value build(Builder& b, Value x) const {
    expect_rank(b, x, 3, "sequences [N, steps, features]");
    const Shape shape = b.shape(x);
    if (shape[1] > sequence_length) {
      b.fail("shape",
             "the input has " + std::to_string(shape[1]) + " steps, more than sequence_length, " +
                 std::to_string(sequence_length),
             "set sequence_length = " + std::to_string(shape[1]));
    }
    const Value table = b.weight("position_embeddings", {sequence_length, shape[2]}, initializer);
    return graph::broadcast_to(b, graph::slice(b, table, {0, 0}, {shape[1], shape[2]}), shape);
  }
};

}  // namespace

void register_position_embedding(LayerRegistry& registry) { add_layer<PositionEmbedding>(registry); }

}  // namespace dltrain::layers
