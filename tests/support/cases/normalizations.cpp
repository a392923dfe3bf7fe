// Examples of batch and layer normalization and their gradients.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

void add_normalization_cases(std::vector<OpCase>& cases) {
  struct Size {
    const char* name;
    Shape x;
    double epsilon;
  };
  for (const Size& s : {Size{"rows", {7, 3}, 1e-3}, Size{"images", {2, 3, 4, 5}, 1e-3},
                        Size{"one channel", {5, 2, 1}, 1e-5}, Size{"two samples", {2, 13}, 0.1}}) {
    const graph::Attributes attributes = {{"epsilon", s.epsilon}};
    const Shape channels = {s.x.back()};
    const Operand x = reals(s.x, -1, 3);
    const Operand gamma = reals(channels, 0.5, 2);
    const Operand beta = reals(channels);
    const Operand mean = reals(channels, 0, 2);
    const Operand positive = reals(channels, 0.3, 2);
    cases.push_back({"batch_norm", s.name, {x, gamma, beta}, attributes});
    cases.push_back({"batch_norm_grad", s.name, {x, gamma, mean, positive, reals(s.x)}, attributes});
    cases.push_back({"batch_norm_inference", s.name, {x, gamma, beta, mean, positive}, attributes});
    // A single channel has no spread along the last axis, which finite differences of 1 / sqrt(epsilon) do not like.
    if (s.x.back() > 1) cases.push_back({"layer_norm", s.name, {x, gamma, beta}, attributes});
    const Shape rows = s.x.slice(0, s.x.rank() - 1);
    cases.push_back(
        {"layer_norm_grad", s.name, {x, gamma, reals(rows, 0, 2), reals(rows, 0.3, 2), reals(s.x)}, attributes});
    cases.push_back({"fused_layer_norm_grad",
                     s.name,
                     {x, gamma, reals(rows, 0, 2), reals(rows, 0.3, 2), reals(s.x), reals(s.x)},
                     attributes});
    if (s.x.back() > 1) cases.push_back({"fused_layer_norm", s.name, {x, reals(s.x), gamma, beta}, attributes});
  }
  cases.push_back({"batch_norm", "one sample", {reals({1, 5}), reals({5}), reals({5})}, {{"epsilon", 1e-3}}, false});
  cases.push_back(
      {"batch_norm", "far from zero", {reals({64, 3}, 999, 1001), reals({3}), reals({3})}, {{"epsilon", 1e-3}}, false});
  cases.push_back({"layer_norm", "one element", {reals({4, 1}), reals({1}), reals({1})}, {{"epsilon", 1e-3}}, false});
  cases.push_back({"layer_norm", "a vector", {reals({7}), reals({7}), reals({7})}, {{"epsilon", 1e-3}}});
}

}  // namespace dltrain::test
