// Attention through cuDNN: when it is taken, what becomes of masks, and what is done where the library has no engine. The
// values of the examples of every op are tested beside (ops.cpp); without a GPU the stand-in computes them from the
// graphs of operations that the library is given.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "graph/autodiff.h"
#include "graph/ops.h"
#include "tests/cuda/run.h"
#include "tests/cuda/stand_in/control.h"
#include "tests/support/files.h"
#include "tests/support/op_case.h"

namespace dltrain::test {

namespace {

struct Size {
  int64_t samples, queries, keys, heads, features, values;
};
constexpr Size usual = {3, 5, 5, 2, 8, 8};

// self: side by side. mask: none, or its shape and its values, repeated.
OpCase example(const Size& s, bool causal, bool gradient, bool self = false, const Shape& mask = {},
               std::vector<double> values = {}) {
  std::vector<Operand> inputs;
  if (self) {
    inputs = {reals({s.samples, s.queries, 3, s.heads, s.features}, -2, 2)};
  } else {
    inputs = {reals({s.samples, s.queries, s.heads, s.features}, -2, 2),
              reals({s.samples, s.keys, s.heads, s.features}, -2, 2), reals({s.samples, s.keys, s.heads, s.values})};
  }
  if (!values.empty()) inputs.push_back(listed(mask, std::move(values), DType::boolean));
  if (gradient) inputs.push_back(reals({s.samples, s.queries, s.heads, s.values}));
  const std::string name = std::string(self ? "self_" : "") + "attention" + (gradient ? "_grad" : "");
  return {name, "example", inputs, {{"scale", 0.4}, {"causal", causal}}};
}

// What differs from the reference; the kernels that ran are put into `kernels`.
std::string wrong_with(const OpCase& op_case, DType dtype, std::string& kernels, bool deterministic = true) {
  const graph::Graph graph = op_case_graph(op_case, dtype);
  const Arrays inputs = op_case_inputs(op_case, dtype);
  const auto session = session_on("cuda", {.threads = 1, .deterministic = deterministic});
  const int number = session->add(graph);
  kernels = library_kernels(session->plan(number), "cu");
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session->run(number, feed);
  std::string wrong;
  for (const auto& [name, expected] : run_on_reference(graph, inputs)) {
    const std::string own = difference(session->result(number, name), expected, tolerance_of(dtype));
    if (!own.empty()) wrong += name + ": " + own + "\n";
  }
  return wrong;
}

// Causal attention of five steps and the gradient of a weighted sum of it by what it looks at. The mask leaves the second
// query nowhere to look.
graph::Graph with_gradient(bool self, bool masked) {
  graph::Graph graph;
  graph::StateTable states;
  graph::Builder b(graph, states, true);
  const auto data = [&](const char* name, Shape shape, DType dtype) {
    return b.input(name, graph::InputKind::data, {dtype, std::move(shape)});
  };
  const graph::Value mask = masked ? data("mask", {1, 5, 5}, DType::boolean) : graph::Value{};
  std::vector<graph::Value> sides;
  graph::Value y;
  if (self) {
    sides = {data("q", {2, 5, 3, 2, 8}, DType::bf16)};
    y = graph::self_attention(b, sides[0], mask, 0.4, true);
  } else {
    for (const char* name : {"q", "k", "v"}) sides.push_back(data(name, {2, 5, 2, 8}, DType::bf16));
    y = graph::attention(b, sides[0], sides[1], sides[2], mask, 0.4, true);
  }
  b.set_result("y", y);
  const graph::Value loss = graph::reduce_sum(b, graph::mul(b, y, data("weight", {2, 5, 2, 8}, DType::bf16)));
  const std::vector<graph::Value> gradients = graph::gradients(b, loss, sides);
  for (size_t i = 0; i < sides.size(); ++i) b.set_result("d" + std::to_string(i), gradients[i]);
  return graph;
}

// Values of a few bits for each of its inputs, and a mask.
Arrays narrow_inputs(const graph::Graph& graph) {
  Arrays inputs;
  for (const graph::Input& input : graph.inputs) {
    Array array(graph.type(input.value).dtype, graph.type(input.value).shape);
    for (int64_t i = 0; i < array.shape.elements(); ++i) {
      const bool looks = i / 5 != 1 && i % 3 != 2;
      set_element(array, i, input.name == "mask" ? (looks ? 1 : 0) : static_cast<double>((i * 37 + 11) % 23 - 11) / 8);
    }
    inputs.emplace(input.name, std::move(array));
  }
  return inputs;
}

constexpr DType narrow_dtypes[] = {DType::bf16, DType::f16};

}  // namespace

TEST_CASE("cuda: attention of 16 bits and its gradient are one operation of cuDNN's each") {
  for (const DType dtype : narrow_dtypes) {
    for (const bool self : {false, true}) {
      for (const bool causal : {false, true}) {
        for (const bool gradient : {false, true}) {
          use_stand_in("");
          std::string kernels;
          CHECK(wrong_with(example(usual, causal, gradient, self), dtype, kernels) == "");
          CHECK(kernels == std::string("cudnn:attention") + (gradient ? "_grad" : "") + (causal ? "+causal" : ""));
          if (!on_gpu()) CHECK(stand_in_count("plans of attention") == (gradient ? 2 : 1));
        }
      }
    }
  }
}

TEST_CASE("cuda: causal attention to more or fewer keys than queries counts both from their first") {
  for (const Size& size : {Size{2, 9, 4, 2, 8, 16}, Size{2, 4, 9, 2, 16, 8}, Size{2, 1, 9, 1, 8, 8}}) {
    for (const bool gradient : {false, true}) {
      use_stand_in("");
      std::string kernels;
      CHECK(wrong_with(example(size, true, gradient), DType::bf16, kernels) == "");
      CHECK(kernels.starts_with("cudnn:attention"));
    }
  }
}

// The third query may look nowhere, the second only at what is later.
TEST_CASE("cuda: a query that may look nowhere looks everywhere alike, and its scores have no gradient") {
  const std::vector<double> pairs = {1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0};
  const std::vector<double> keys = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1};  // the second sample has none
  for (const DType dtype : narrow_dtypes) {
    for (const bool self : {false, true}) {
      for (const bool causal : {false, true}) {
        for (const bool gradient : {false, true}) {
          use_stand_in("");
          INFO("self " << self << ", causal " << causal << ", gradient " << gradient);
          std::string kernels;
          CHECK(wrong_with(example(usual, causal, gradient, self, {1, 5, 5}, pairs), dtype, kernels) == "");
          CHECK(kernels.ends_with("+mask"));
          CHECK(wrong_with(example(usual, causal, gradient, self, {3, 1, 5}, keys), dtype, kernels) == "");
          CHECK(wrong_with(example(usual, causal, gradient, self, {3, 5, 1}, keys), dtype, kernels) == "");
        }
      }
    }
  }
}

TEST_CASE("cuda: what cuDNN has no attention for is expanded into products, with the same result") {
  struct Odd {
    const char* settings;
    Size size;
    DType dtype;
  };
  for (const Odd& odd : {Odd{"", usual, DType::f32}, Odd{"", {2, 5, 5, 2, 6, 8}, DType::bf16},
                         Odd{"", {2, 5, 5, 2, 8, 12}, DType::f16}, Odd{"cudnn_lacks=attention", usual, DType::bf16}}) {
    for (const bool gradient : {false, true}) {
      use_stand_in(odd.settings);
      if (on_gpu() && *odd.settings != '\0') continue;
      std::string kernels;
      CHECK(wrong_with(example(odd.size, true, gradient), odd.dtype, kernels) == "");
      CHECK(kernels.find("cudnn") == std::string::npos);
      CHECK(kernels.find("cublas") != std::string::npos);
      if (!on_gpu() && odd.dtype == DType::f32) CHECK(stand_in_count("cudnnCreate") == 0);
    }
  }
}

TEST_CASE("cuda: the gradient of attention sums in one order unless a recipe gives that up") {
  for (const bool deterministic : {true, false}) {
    use_stand_in("");
    std::string kernels;
    CHECK(wrong_with(example(usual, true, true), DType::bf16, kernels, deterministic) == "");
    if (!on_gpu()) CHECK((stand_in_count("plans that sum in any order") == 0) == deterministic);
  }
}

TEST_CASE("cuda: a gradient of attention reads what the forward pass has kept") {
  for (const bool self : {false, true}) {
    for (const bool masked : {false, true}) {
      use_stand_in("");
      INFO("self " << self << ", masked " << masked);
      const graph::Graph graph = with_gradient(self, masked);
      const Arrays inputs = narrow_inputs(graph);
      const auto session = session_on("cuda");
      const int number = session->add(graph);
      const std::string end = masked ? "+causal+mask" : "+causal";
      CHECK(library_kernels(session->plan(number), "cudnn") ==
            "cudnn:attention_kept" + end + " cudnn:attention_kept_grad" + end);
      if (!on_gpu()) CHECK(stand_in_count("plans of attention") == 2);
      backends::Feed feed;
      for (const auto& [name, array] : inputs) feed.data[name] = &array;
      session->run(number, feed);
      for (const auto& [name, expected] : run_on_reference(graph, inputs))
        CHECK(difference(session->result(number, name), expected, tolerance_of(DType::bf16)) == "");
    }
  }
}

TEST_CASE("cuda: a gradient of attention that nobody reads is computed aside") {
  use_stand_in("");
  graph::Graph graph = op_case_graph(example(usual, false, true), DType::bf16);
  std::erase_if(graph.outputs, [](const graph::Output& output) { return output.name != "y1"; });
  const Arrays inputs = op_case_inputs(example(usual, false, true), DType::bf16);
  const auto session = session_on("cuda");
  const int number = session->add(graph);
  backends::Feed feed;
  for (const auto& [name, array] : inputs) feed.data[name] = &array;
  session->run(number, feed);
  const Arrays expected = run_on_reference(graph, inputs);
  CHECK(difference(session->result(number, "y1"), expected.at("y1"), tolerance_of(DType::bf16)) == "");
  CHECK(stand_in_count("broken borders") == 0);
}

}  // namespace dltrain::test
