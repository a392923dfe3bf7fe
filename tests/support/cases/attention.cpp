// Examples of attention and its gradient: one step and several, masks, other lengths of query and key.
#include <cmath>

#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

struct Size {
  const char* name;
  int64_t samples, queries, keys, heads, features, values;
  bool causal;
  Shape mask;  // empty: none
  bool differentiable = true;
};

std::vector<Operand> with(std::vector<Operand> inputs, const std::vector<Operand>& more) {
  inputs.insert(inputs.end(), more.begin(), more.end());
  return inputs;
}

// Those of the gradient of attention that has kept its sums: these stand behind `sides` inputs.
std::vector<Operand> kept(std::vector<Operand> inputs, std::ptrdiff_t sides, const Operand& sums, const Operand& y) {
  inputs.insert(inputs.begin() + sides, sums);
  return with(inputs, {y, y});
}

}  // namespace

void add_attention_cases(std::vector<OpCase>& cases) {
  for (const Size& s : {Size{"two heads", 2, 3, 4, 2, 3, 2, false, {}},
                        Size{"causal", 1, 4, 4, 2, 2, 3, true, {}},
                        Size{"one of all", 1, 1, 1, 1, 1, 1, true, {}},
                        Size{"masked keys", 2, 3, 4, 1, 2, 2, false, {2, 1, 4}},
                        Size{"masked pairs", 2, 3, 4, 2, 2, 2, false, {2, 3, 4}},
                        Size{"masked and causal", 2, 5, 3, 1, 3, 2, true, {1, 5, 3}},
                        Size{"wide", 3, 37, 29, 4, 16, 16, false, {}, false},
                        Size{"wide and causal", 2, 70, 70, 3, 33, 17, true, {}, false},
                        Size{"wide and masked", 2, 65, 130, 2, 32, 32, false, {2, 65, 130}, false},
                        Size{"heads together", 9, 21, 33, 4, 8, 5, false, {}, false},
                        Size{"heads together, causal", 9, 33, 33, 4, 8, 8, true, {}, false},
                        Size{"heads together, masked", 9, 33, 33, 6, 8, 8, false, {9, 1, 33}, false},
                        Size{"of itself", 2, 3, 3, 2, 3, 3, false, {}},
                        Size{"of one feature", 3, 2, 2, 1, 1, 1, false, {}},
                        Size{"of one feature, two heads", 3, 2, 2, 2, 1, 1, true, {}},
                        Size{"of itself, causal", 1, 4, 4, 2, 2, 2, true, {}},
                        Size{"of itself, masked", 2, 3, 3, 1, 2, 2, false, {2, 1, 3}},
                        Size{"of itself, masked and causal", 2, 4, 4, 2, 2, 2, true, {2, 4, 4}},
                        Size{"wide, of itself", 2, 130, 130, 3, 17, 17, true, {}, false},
                        Size{"heads of eight, fewer keys", 2, 7, 4, 2, 8, 16, true, {}, false},
                        Size{"heads of eight, masked pairs", 2, 5, 6, 2, 8, 8, false, {2, 5, 6}, false},
                        Size{"heads of eight, masked and causal", 2, 6, 6, 2, 16, 16, true, {2, 1, 6}, false}}) {
    const graph::Attributes attributes = {{"scale", 0.7}, {"causal", s.causal}};
    std::vector<Operand> inputs = {reals({s.samples, s.queries, s.heads, s.features}, -2, 2),
                                   reals({s.samples, s.keys, s.heads, s.features}, -2, 2),
                                   reals({s.samples, s.keys, s.heads, s.values})};
    if (s.mask.rank() > 0) inputs.push_back(booleans(s.mask));
    cases.push_back({"attention", s.name, inputs, attributes, s.differentiable});
    cases.push_back({"attention_kept", s.name, inputs, attributes, false});
    const Operand flow = reals({s.samples, s.queries, s.heads, s.values});
    // About as large as sums of such scores are: no share is much above one.
    const double largest = 4.2 * std::sqrt(static_cast<double>(s.features));
    const Operand sums = reals({s.samples, s.heads, s.queries}, largest, largest + 1);
    cases.push_back({"attention_kept_grad", s.name, kept(inputs, 3, sums, flow), attributes, false});
    cases.push_back({"attention_grad", s.name, with(inputs, {flow}), attributes, s.differentiable});
    if (s.queries != s.keys || s.features != s.values) continue;
    inputs = {reals({s.samples, s.queries, 3, s.heads, s.features}, -2, 2)};
    if (s.mask.rank() > 0) inputs.push_back(booleans(s.mask));
    cases.push_back({"self_attention", s.name, inputs, attributes, s.differentiable});
    cases.push_back({"self_attention_kept", s.name, inputs, attributes, false});
    cases.push_back({"self_attention_kept_grad", s.name, kept(inputs, 1, sums, flow), attributes, false});
    cases.push_back({"self_attention_grad", s.name, with(inputs, {flow}), attributes, s.differentiable});
  }
}

}  // namespace dltrain::test
