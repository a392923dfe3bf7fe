// OrthogonalRegularizer: keeps the rows or columns of a matrix apart.
#include "graph/ops.h"
#include "layers/regularizers.h"

namespace dltrain::layers {
namespace {

enum class Vectors {
  rows,
  columns
};

std::span<const EnumName<Vectors>> enum_names(Vectors) {
  static constexpr EnumName<Vectors> names[] = {{Vectors::rows, "rows"}, {Vectors::columns, "columns"}};
  return names;
}

struct OrthogonalRegularizer {
  static constexpr auto kind = "OrthogonalRegularizer";
  double factor = 0.01;
  Vectors mode = Vectors::rows;

  static void describe(auto& d) {
    d.doc("factor times the mean of |cosine| over all pairs of rows (or columns) of a matrix.");
    d.alias("orthogonal_regularizer");
    d.param(&OrthogonalRegularizer::factor, "factor", "of the mean").at_least(0);
    d.param(&OrthogonalRegularizer::mode, "mode", "which vectors are compared");
  }

  Value penalty(Builder& b, Value x) const {
    const Shape shape = b.shape(x);
    if (shape.rank() != 2) {
      b.fail("weight-shape", "OrthogonalRegularizer needs a matrix (was " + shape.text() + ")", "use L2 here");
    }
    const bool rows = mode == Vectors::rows;
    const int64_t count = shape[rows ? 0 : 1];
    if (count < 2) return graph::full(b, b.dtype(x), {}, 0);
    const Value squares = graph::reduce_sum(b, graph::square(b, x), {rows ? 1 : 0}, true);
    const Value unit = graph::mul(b, x, graph::minimum(b, graph::rsqrt(b, squares), 1e7));
    const Value cosines = graph::matmul(b, unit, unit, !rows, rows);
    std::vector<double> off_diagonal(static_cast<size_t>(count * count), 1);
    for (int64_t i = 0; i < count; ++i) off_diagonal[static_cast<size_t>(i * count + i)] = 0;
    const Value others =
        graph::mul(b, cosines, graph::constant(b, b.dtype(x), {count, count}, std::move(off_diagonal)));
    const double pairs = static_cast<double>(count) * static_cast<double>(count - 1) / 2;
    return graph::mul(b, graph::reduce_sum(b, graph::abs(b, others)), 0.5 * factor / pairs);
  }
};

}  // namespace

void register_orthogonal_regularizer(RegularizerRegistry& registry) {
  add_regularizer<OrthogonalRegularizer>(registry);
}

}  // namespace dltrain::layers
