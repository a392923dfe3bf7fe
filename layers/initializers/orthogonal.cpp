// Orthogonal: the Q of a random matrix (Saxe et al. 2014), by Householder reflections in double.
#include <cmath>

#include "core/checked.h"
#include "layers/initializers.h"

namespace dltrain::layers {
namespace {

// A dense matrix in column-major order, so that a column is contiguous.
struct Matrix {
  int64_t rows;
  int64_t columns;
  std::vector<double> elements;

  double* column(int64_t j) { return elements.data() + j * rows; }
};

// v - 2 (u.v) u for the rows from `first` on, where u is a unit vector.
void reflect(const double* u, double* v, int64_t first, int64_t rows) {
  double product = 0;
  for (int64_t i = first; i < rows; ++i) product += u[i] * v[i];
  for (int64_t i = first; i < rows; ++i) v[i] -= 2 * product * u[i];
}

// The vector whose reflection sends column j of a, from row j on, to a multiple of the j-th axis; unit length, or zero.
std::vector<double> reflector(Matrix& a, int64_t j) {
  std::vector<double> u(a.column(j), a.column(j) + a.rows);
  double norm = 0;
  for (int64_t i = j; i < a.rows; ++i) norm = std::hypot(norm, u[to_size(i)]);
  u[to_size(j)] += u[to_size(j)] < 0 ? -norm : norm;  // away from cancellation
  double length = 0;
  for (int64_t i = j; i < a.rows; ++i) length = std::hypot(length, u[to_size(i)]);
  for (int64_t i = j; i < a.rows; ++i) u[to_size(i)] = length == 0 ? 0 : u[to_size(i)] / length;
  return u;
}

// Replaces a (rows >= columns) by the Q of its QR decomposition with a positive diagonal of R, which makes Q uniform
// over all matrices with orthonormal columns.
void orthonormalise(Matrix& a) {
  std::vector<std::vector<double>> reflectors;
  std::vector<double> signs;
  for (int64_t j = 0; j < a.columns; ++j) {
    reflectors.push_back(reflector(a, j));
    for (int64_t k = j; k < a.columns; ++k) reflect(reflectors.back().data(), a.column(k), j, a.rows);
    signs.push_back(a.column(j)[j] < 0 ? -1 : 1);
  }
  for (int64_t k = 0; k < a.columns; ++k) {  // Q = H1 H2 ... applied to the k-th axis
    double* column = a.column(k);
    std::fill(column, column + a.rows, 0.0);
    column[k] = signs[to_size(k)];
    for (int64_t j = a.columns; j-- > 0;) reflect(reflectors[to_size(j)].data(), column, j, a.rows);
  }
}

struct Orthogonal : Seeded {
  static constexpr auto kind = "Orthogonal";
  double gain = 1;
  static void describe(auto& d) {
    d.doc(
        "A random orthogonal matrix times `gain`: orthonormal columns of [product of all axes but the last, last], or "
        "rows where that is wider than high.");
    d.alias("orthogonal");
    d.param(&Orthogonal::gain, "gain", "factor of the matrix").formerly("scale");
    describe_seed(d);
  }

  void fill(const RandomStream& stream, Array& values) const {
    if (values.shape.rank() < 2) {
      throw UserError(ExitCode::recipe, "weight-shape", "initializer Orthogonal",
                      "needs a weight with at least two axes (was " + values.shape.text() + ")",
                      "use Zeros or RandomNormal here");
    }
    const int64_t columns = values.shape.back();
    const int64_t rows = columns == 0 ? 0 : values.elements() / columns;
    const bool wide = rows < columns;
    Matrix matrix{wide ? columns : rows, wide ? rows : columns, std::vector<double>(to_size(rows * columns))};
    for (size_t i = 0; i < matrix.elements.size(); ++i) matrix.elements[i] = stream.normal(0, i);
    orthonormalise(matrix);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        set_element(values, i * columns + j, gain * (wide ? matrix.column(i)[j] : matrix.column(j)[i]));
      }
    }
  }
};

}  // namespace

void register_orthogonal(InitializerRegistry& registry) { add_initializer<Orthogonal>(registry); }

}  // namespace dltrain::layers
