#include "tests/support/numbers.h"

#include <cmath>

#include "backends/reference/evaluate.h"
#include "core/text.h"

namespace dltrain::test {

Arrays run_on_reference(const graph::Graph& graph, const Arrays& inputs) {
  std::map<std::string, backends::reference::Tensor> tensors;
  for (const auto& [name, array] : inputs) tensors.emplace(name, array);
  Arrays results;
  for (const auto& [name, tensor] : backends::reference::interpret(graph, tensors))
    results.emplace(name, tensor.array());
  return results;
}

Tolerance tolerance_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return {1e-12, 1e-12};
    case DType::f32: return {2e-5, 2e-5};
    case DType::f16: return {5e-3, 5e-3};
    case DType::bf16: return {4e-2, 4e-2};
    default: return {};
  }
}

std::string difference(const Array& actual, const Array& expected, Tolerance tolerance) {
  const auto type = [](const Array& array) { return graph::ValueType{array.dtype, array.shape}.text(); };
  if (actual.dtype != expected.dtype || actual.shape != expected.shape)
    return "is " + type(actual) + ", not " + type(expected);
  double worst = 0;
  std::string text;
  for (int64_t i = 0; i < expected.elements(); ++i) {
    const double a = element(actual, i);
    const double e = element(expected, i);
    if (a == e || (std::isnan(a) && std::isnan(e))) continue;
    // The excess over what is allowed; not-a-number counts as the worst.
    const double allowed = tolerance.absolute + tolerance.relative * std::fabs(e);
    double excess = std::fabs(a - e) / allowed;
    if (!std::isfinite(a) || !std::isfinite(e)) excess = INFINITY;
    if (!(excess > 1) || excess <= worst) continue;
    worst = excess;
    text = "element " + std::to_string(i) + " of " + type(expected) + " is " + number_text(a) + ", not " +
           number_text(e) + " (off by " + number_text(a - e) + ")";
  }
  return text;
}

Array reals_array(Shape shape, const std::vector<double>& values, DType dtype) {
  Array array(dtype, std::move(shape));
  for (int64_t i = 0; i < array.elements(); ++i) set_element(array, i, values[static_cast<size_t>(i) % values.size()]);
  return array;
}

}  // namespace dltrain::test
