// Embedding: a learned vector for each number of a vocabulary.
#include "graph/ops.h"
#include "layers/layer.h"
#include "layers/support/options.h"

namespace dltrain::layers {
namespace {

struct Embedding {
  static constexpr auto kind = "Embedding";
  static constexpr LayerTraits traits = {.inputs = exactly(1), .mask = MaskRule::compute, .takes = Takes::any};
  int64_t input_dim = 1;
  int64_t output_dim = 1;
  Component embeddings_initializer = named("initializer", "RandomUniform");
  std::optional<Component> embeddings_regularizer;
  std::optional<Component> embeddings_constraint;
  std::optional<Component> activity_regularizer;
  bool mask_zero = false;

  static void describe(auto& d) {
    using Self = Embedding;
    d.doc(
        "Looks up a learned vector for each number. Input [N, ...] of numbers 0 .. input_dim - 1, output "
        "[N, ..., output_dim].");
    d.param(&Self::input_dim, "input_dim", "how many numbers there are, 0 included").required().at_least(1);
    d.param(&Self::output_dim, "output_dim", "length of the vectors").required().at_least(1);
    d.param(&Self::embeddings_initializer, "embeddings_initializer", "first values of the vectors").formerly("init");
    d.param(&Self::embeddings_regularizer, "embeddings_regularizer", "what the vectors add to the loss")
        .formerly("W_regularizer")
        .family("regularizer");
    d.param(&Self::embeddings_constraint, "embeddings_constraint", "where the vectors are moved after each update")
        .formerly("W_constraint")
        .family("constraint");
    d.param(&Self::activity_regularizer, "activity_regularizer", "what the output adds to the loss, per sample")
        .family("regularizer");
    d.param(&Self::mask_zero, "mask_zero", "0 is padding: layers behind skip it");
  }

  Tensor build(Builder& b, const Tensor& x) const {
    const Value table = b.weight("embeddings", {input_dim, output_dim}, embeddings_initializer, embeddings_regularizer,
                                 embeddings_constraint);
    const Value indices = is_integer(b.dtype(x.value)) ? x.value : graph::cast(b, x.value, DType::i32);
    Tensor result{graph::gather(b, table, indices), {}};
    if (mask_zero) result.mask = graph::cast(b, x.value, DType::boolean);
    regularize_activity(b, activity_regularizer, result.value);
    return result;
  }
};

}  // namespace

void register_embedding(LayerRegistry& registry) { add_layer<Embedding>(registry); }

}  // namespace dltrain::layers
