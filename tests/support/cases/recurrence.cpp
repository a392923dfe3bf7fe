// Examples of recurrent ops and their gradients: one step and several, one sample, masks, both directions.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

struct Size {
  const char* name;
  int64_t steps, samples, units;
  bool masked, backwards;
};

constexpr Size sizes[] = {{"forwards", 3, 2, 3, false, false},    {"backwards", 3, 2, 2, false, true},
                          {"one step", 1, 3, 2, false, false},    {"one of all", 2, 1, 1, false, false},
                          {"masked", 4, 3, 2, true, false},       {"masked, backwards", 3, 4, 2, true, true},
                          {"wide", 3, 37, 33, false, false},      {"wide, masked", 4, 6, 20, true, true},
                          {"many units", 2, 7, 71, false, false}, {"many samples", 3, 520, 5, false, true}};

// Finite differences of the large ones would take minutes.
bool is_small(const Size& s) { return s.units <= 3; }

// Inputs of a gradient: the kernel, what the forward op gives, and flows into the first two outputs.
OpCase gradient_case(const std::string& op, const Size& s, int64_t gates, std::vector<int64_t> flows) {
  const Shape states = {s.steps, s.samples, s.units};
  std::string title = s.name;
  OpCase result{op, "", {reals({s.units, gates * s.units}), reals(states)}};
  result.inputs.push_back(reals({s.steps, s.samples, gates * s.units}, 0.1, 0.9));
  result.inputs.push_back(reals(states, -2, 2));
  if (s.masked) result.inputs.push_back(booleans({s.steps, s.samples}));
  for (const int64_t output : flows) {
    title += ", " + std::to_string(output);
    result.inputs.push_back(reals(output == 0   ? states
                                  : output == 1 ? Shape{s.samples, s.units}
                                  : output == 2 ? Shape{s.steps, s.samples, gates * s.units}
                                                : states));
  }
  result.name = title;
  result.differentiable = is_small(s);
  result.attributes = {{"backwards", s.backwards}, {"masked", s.masked}, {"flows", flows}};
  return result;
}

}  // namespace

void add_recurrence_cases(std::vector<OpCase>& cases) {
  for (const Size& s : sizes) {
    const auto forward = [&](const std::string& op, int64_t gates) {
      OpCase result{op,
                    s.name,
                    {reals({s.steps, s.samples, gates * s.units}, -2, 2), reals({s.units, gates * s.units})},
                    {{"backwards", s.backwards}}};
      if (op == "gru") result.inputs.push_back(reals({gates * s.units}));
      if (s.masked) result.inputs.push_back(booleans({s.steps, s.samples}));
      result.differentiable = is_small(s);
      cases.push_back(result);
      result.name += ", wide kernel";
      for (size_t i = 1; i < (op == "gru" ? 3 : 2); ++i) result.inputs[i].wide = true;
      cases.push_back(result);
    };
    forward("lstm", 4);
    forward("gru", 3);
    for (const std::vector<int64_t>& flows :
         std::vector<std::vector<int64_t>>{{0}, {1}, {0, 1}, {0, 1, 2, 3}, {2}, {3}}) {
      if (flows.size() == 1 && flows[0] > 1 && !(s.masked && is_small(s))) continue;
      for (const auto& [op, gates] : {std::pair{"lstm_grad", 4}, std::pair{"gru_grad", 3}}) {
        cases.push_back(gradient_case(op, s, gates, flows));
        cases.push_back(cases.back());
        cases.back().name += ", wide kernel";
        cases.back().inputs[0].wide = true;
      }
    }
  }
}

}  // namespace dltrain::test
