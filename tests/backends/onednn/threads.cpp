// Kernels that share their work between threads, on values large enough for that: three threads against one.
#include <catch2/catch_test_macros.hpp>

#include "backends/factory.h"
#include "backends/session.h"
#include "tests/support/numbers.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

graph::Attributes reduce_over(const Ints& axes) { return {{"axes", axes}, {"keepdims", false}}; }

graph::Attributes pooling(const Ints& padding) {
  return {{"size", Ints{3, 2}}, {"strides", Ints{2, 2}}, {"padding", padding}};
}

graph::Attributes window(int64_t dilation, int64_t groups) {
  return {{"strides", Ints{1, 1}},
          {"dilation", Ints{dilation, dilation}},
          {"padding", Ints{1, 1, 1, 1}},
          {"groups", groups}};
}

graph::Attributes with(graph::Attributes attributes, const char* name, const Ints& value) {
  attributes.set(name, value);
  return attributes;
}

Operand counters() { return listed({}, {3}, DType::i64); }

void add_elementwise(std::vector<OpCase>& cases) {
  const Shape large = {401, 7, 203};
  cases.push_back({"exp", "", {reals(large)}});
  cases.push_back({"add", "row", {reals(large), reals({203})}});
  cases.push_back({"mul", "column", {reals(large), reals({401, 1, 1})}});
  cases.push_back({"select", "middle", {booleans({7, 1}), reals(large), reals({1})}});
  cases.push_back({"cast", "", {reals(large, -100, 100)}, {{"dtype", DType::i32}}});
  cases.push_back({"transpose", "", {reals(large)}, {{"permutation", Ints{2, 0, 1}}}});
  cases.push_back({"transpose", "a matrix", {reals({1009, 511})}, {{"permutation", Ints{1, 0}}}});
  cases.push_back({"slice",
                   "",
                   {reals(large)},
                   {{"begin", Ints{1, 0, 3}}, {"size", Ints{199, 7, 100}}, {"strides", Ints{2, 1, 2}}}});
  cases.push_back({"pad",
                   "",
                   {reals({301, 7, 203})},
                   {{"low", Ints{1, 0, 2}}, {"high", Ints{0, 1, 3}}, {"interior", Ints{0, 1, 0}}, {"value", 2.5}}});
  cases.push_back({"concat", "", {reals({300, 500}), reals({300, 401})}, {{"axis", int64_t{1}}}});
  cases.push_back({"broadcast_to", "", {reals({401, 1, 203})}, {{"shape", large.sizes()}}});
  cases.push_back({"random_uniform",
                   "",
                   {counters(), counters(), counters()},
                   {{"shape", large.sizes()}, {"stream", int64_t{4}}, {"dtype", DType::f32}}});
  cases.push_back({"dropout",
                   "",
                   {reals(large), counters(), counters(), counters()},
                   {{"rate", 0.3}, {"stream", int64_t{4}}, {"noise_shape", Ints{}}}});
}

void add_folds(std::vector<OpCase>& cases) {
  for (const char* op : {"reduce_sum", "reduce_max"}) {
    cases.push_back({op, "all", {reals({700, 1000})}, reduce_over({0, 1})});
    cases.push_back({op, "rows", {reals({5000, 67})}, reduce_over({1})});
    cases.push_back({op, "columns", {reals({20000, 17})}, reduce_over({0})});
    cases.push_back({op, "many columns", {reals({11, 40000})}, reduce_over({0})});
    cases.push_back({op, "middle", {reals({100, 70, 45})}, reduce_over({1})});
    cases.push_back({op, "two places", {reals({30, 50, 120})}, reduce_over({0, 2})});
  }
  cases.push_back({"argmax", "", {reals({9000, 33})}, {{"axis", int64_t{1}}}});
  cases.push_back({"gather", "", {reals({90, 133}), integers({5000}, -1, 90)}});
  cases.push_back({"scatter_add", "", {integers({5000}, -1, 90), reals({5000, 133})}, {{"rows", int64_t{90}}}});
  cases.push_back({"all_finite", "", {reals({300, 700}), reals({200000}), reals({7})}});
  cases.push_back({"all_finite",
                   "with penalties",
                   {reals({300, 700}), reals({200000}), reals({300, 700}), reals({200000}), listed({}, {64})},
                   {{"penalties", std::vector<double>{0.01, 0.5}}}});
  cases.push_back({"sum_of_squares", "", {reals({300, 700}), reals({200000}), reals({7})}});
}

void add_rows(std::vector<OpCase>& cases) {
  const Shape table = {2503, 99};
  const Shape rows = {2503};
  const Shape channels = {99};
  for (const char* op : {"softmax", "log_softmax"}) cases.push_back({op, "", {reals(table)}});
  for (const char* op : {"softmax_grad", "log_softmax_grad"}) cases.push_back({op, "", {reals(table), reals(table)}});
  cases.push_back({"sparse_softmax_cross_entropy", "", {reals(table), integers(rows, -1, 99)}});
  cases.push_back({"sparse_softmax_cross_entropy_grad", "", {reals(table), integers(rows, -1, 99), reals(rows)}});
  cases.push_back({"softmax_cross_entropy", "", {reals(table), reals(table, 0, 1)}});
  cases.push_back({"softmax_cross_entropy_grad", "", {reals(table), reals(table, 0, 1), reals(rows)}});
  cases.push_back({"sigmoid_cross_entropy", "", {reals(table), reals(table, 0, 1)}});
  cases.push_back({"sigmoid_cross_entropy_grad", "", {reals(table), reals(table, 0, 1), reals(table)}});
  const graph::Attributes epsilon = {{"epsilon", 1e-3}};
  cases.push_back({"batch_norm", "", {reals(table), reals(channels), reals(channels)}, epsilon});
  cases.push_back({"batch_norm_grad",
                   "",
                   {reals(table), reals(channels), reals(channels), reals(channels, 0.5, 2), reals(table)},
                   epsilon});
  cases.push_back({"layer_norm", "", {reals(table), reals(channels), reals(channels)}, epsilon});
  cases.push_back({"layer_norm_grad",
                   "",
                   {reals(table), reals(channels), reals(rows), reals(rows, 0.5, 2), reals(table)},
                   epsilon});
}

void add_attention(std::vector<OpCase>& cases) {
  const graph::Attributes causal = {{"scale", 0.2}, {"causal", true}};
  const Shape heads = {3, 70, 3, 16}, sides = {3, 70, 3, 3, 16};
  cases.push_back({"attention", "", {reals(heads), reals(heads), reals(heads)}, causal});
  cases.push_back({"attention_grad", "", {reals(heads), reals(heads), reals(heads), reals(heads)}, causal});
  cases.push_back({"self_attention", "", {reals(sides)}, causal});
  cases.push_back({"self_attention_grad", "", {reals(sides), reals(heads)}, causal});
}

void add_images(std::vector<OpCase>& cases) {
  const Shape image = {7, 41, 37, 21};
  const Shape pooled = {7, 20, 18, 21};
  const graph::Attributes back = with(pooling({0, 0, 0, 0}), "input_shape", image.sizes());
  cases.push_back({"max_pool2d", "", {apart(image)}, pooling({0, 0, 0, 0})});
  cases.push_back({"average_pool2d", "padding", {reals(image)}, pooling({1, 1, 1, 0})});
  cases.push_back({"max_pool2d_grad", "", {reals(pooled), integers(pooled, 0, 5, DType::u8)}, back});
  cases.push_back({"average_pool2d_grad", "", {reals(pooled)}, back});
  cases.push_back({"conv2d", "", {reals({6, 25, 25, 8}), reals({3, 3, 8, 24})}, window(1, 1)});
  cases.push_back({"conv2d_grad_input",
                   "",
                   {reals({6, 25, 25, 24}), reals({3, 3, 8, 24})},
                   with(window(1, 1), "input_shape", {6, 25, 25, 8})});
  cases.push_back({"conv2d_grad_kernel",
                   "",
                   {reals({6, 25, 25, 8}), reals({6, 25, 25, 24})},
                   with(window(1, 1), "kernel_shape", {3, 3, 8, 24})});
  cases.push_back({"conv2d_grad_input",
                   "dilated depthwise",
                   {reals({9, 23, 23, 19}), reals({3, 3, 1, 19})},
                   with(window(2, 19), "input_shape", {9, 25, 25, 19})});
  cases.push_back({"conv2d_grad_kernel",
                   "dilated depthwise",
                   {reals({9, 25, 25, 19}), reals({9, 23, 23, 19})},
                   with(window(2, 19), "kernel_shape", {3, 3, 1, 19})});
  cases.push_back(
      {"matmul", "", {reals({129, 100}), reals({100, 131})}, {{"transpose_x", false}, {"transpose_y", false}}});
}

void add_steps(std::vector<OpCase>& cases) {
  const Shape weight = {300, 301};
  const std::vector<double> each = {1, 0.5};
  cases.push_back(
      {"adam_step",
       "",
       {reals({}, 0.01, 0.1), counters(), listed({}, {1}, DType::boolean), reals({}, 0.5, 1), reals(weight), reals({5}),
        reals(weight), reals({5}), reals(weight), reals({5}), reals(weight, 0, 1), reals({5}, 0, 1)},
       {{"beta_1", 0.9},
        {"beta_2", 0.999},
        {"epsilon", 1e-7},
        {"amsgrad", false},
        {"learning_rate_factors", each},
        {"weight_decays", each}}});
}

std::map<std::string, Array> results(const OpCase& op_case, int threads) {
  const graph::Graph graph = op_case_graph(op_case, DType::f32);
  const std::map<std::string, Array> inputs = op_case_inputs(op_case, DType::f32);
  backends::Session session(backends::open_backend("cpu", {threads}));
  const int number = session.add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session.run(number, feed);
  std::map<std::string, Array> found;
  for (const graph::Output& output : graph.outputs) found[output.name] = session.result(number, output.name);
  return found;
}

}  // namespace

TEST_CASE("kernels compute the same on three threads as on one") {
  std::vector<OpCase> cases;
  add_elementwise(cases);
  add_folds(cases);
  add_rows(cases);
  add_attention(cases);
  add_images(cases);
  add_steps(cases);
  for (const OpCase& op_case : cases) {
    INFO(op_case.title());
    // The library adds up thousands of products in float32, in another order.
    const double absolute = op_case.op == "conv2d_grad_kernel" ? 5e-4 : 2e-5;
    const std::map<std::string, Array> shared = results(op_case, 3);
    for (const auto& [name, alone] : results(op_case, 1))
      CHECK(difference(shared.at(name), alone, {2e-5, absolute}) == "");
  }
}

}  // namespace dltrain::test
