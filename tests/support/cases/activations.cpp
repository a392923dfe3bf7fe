// Examples of activation functions, softmax and their gradients.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

struct Function {
  const char* op;
  const char* name;
  graph::Attributes attributes;
};

std::vector<Function> functions() {
  const auto relu = [](double slope, double limit, double threshold) {
    return graph::Attributes{{"negative_slope", slope}, {"max_value", limit}, {"threshold", threshold}};
  };
  return {{"relu", "plain", relu(0, -1, 0)},
          {"relu", "leaky", relu(0.3, -1, 0)},
          {"relu", "at most 6", relu(0, 6, 0)},
          {"relu", "leaky, limited, above a threshold", relu(0.2, 1.5, 0.7)},
          {"relu", "above a threshold", relu(0, -1, 0.5)},
          {"elu", "plain", {{"alpha", 1.0}}},
          {"elu", "alpha 0.3", {{"alpha", 0.3}}},
          {"selu", "plain", {}},
          {"gelu", "exact", {{"approximate", false}}},
          {"gelu", "approximate", {{"approximate", true}}},
          {"silu", "plain", {}},
          {"sigmoid", "plain", {}},
          {"hard_sigmoid", "plain", {}},
          {"softplus", "plain", {}},
          {"softsign", "plain", {}}};
}

}  // namespace

void add_activation_cases(std::vector<OpCase>& cases) {
  for (const Function& f : functions()) {
    const std::string name = f.name;
    // No element within 0.01 of a kink: 0, 0.5, 0.7, 1.5, 3, 6.
    cases.push_back({f.op, name, {apart({3, 7}, -4.03, 7.11)}, f.attributes});
    cases.push_back({f.op, name + ", a scalar", {listed({}, {0.9})}, f.attributes});
    cases.push_back({f.op, name + ", images", {reals({2, 3, 3, 5}, -3, 3)}, f.attributes, false});
    cases.push_back(
        {f.op, name + ", far out", {listed({8}, {-1000, -90, -20, 0, 1e-8, 20, 90, 1000})}, f.attributes, false});
    graph::Attributes of = f.attributes;
    of.set("function", std::string(f.op));
    cases.push_back(
        {"activation_grad", std::string(f.op) + ", " + name, {apart({3, 5}, 0.03, 0.97), reals({3, 5})}, of});
    cases.push_back({"activation_grad",
                     std::string(f.op) + ", " + name + ", values below 0",
                     {apart({13}, -0.29, -0.02), reals({13})},
                     of});
  }
  for (const char* op : {"softmax", "log_softmax"}) {
    cases.push_back({op, "rows", {reals({3, 7}, -3, 3)}});
    cases.push_back({op, "a vector", {reals({5}, -3, 3)}});
    cases.push_back({op, "one class", {reals({4, 1})}});
    cases.push_back({op, "sequences", {reals({2, 3, 5}, -3, 3)}});
    cases.push_back({op, "large numbers", {listed({2, 3}, {1000, 0, 999, -1000, -1001, -1000})}, {}, false});
    const std::string gradient = std::string(op) + "_grad";
    cases.push_back({gradient, "rows", {reals({3, 7}, -3, 0), reals({3, 7})}});
    cases.push_back({gradient, "sequences", {reals({2, 3, 5}, -3, 0), reals({2, 3, 5})}});
    cases.push_back({gradient, "one class", {reals({4, 1}), reals({4, 1})}});
  }
}

}  // namespace dltrain::test
