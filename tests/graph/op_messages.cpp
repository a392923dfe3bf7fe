// What users read when shapes do not fit: one clause with what was received, and what to do.
#include <catch2/catch_test_macros.hpp>
#include <functional>

#include "graph/ops.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"

namespace dltrain::test {

namespace {

using graph::Builder;
using graph::Value;

Value real(Builder& b, Shape shape) {
  return b.input("x" + std::to_string(b.graph().nodes.size()), graph::InputKind::data, {DType::f32, std::move(shape)});
}
Value whole(Builder& b, Shape shape) {
  return b.input("i" + std::to_string(b.graph().nodes.size()), graph::InputKind::data, {DType::i32, std::move(shape)});
}

class Messages {
 public:
  explicit Messages(std::string golden) : golden_(std::move(golden)) {}

  void add(const std::string& title, const std::function<void(Builder&)>& emit) {
    golden_.add(title, message_of([&] {
                  graph::Graph graph;
                  graph::StateTable states;
                  Builder builder(graph, states, true);
                  const auto source = std::make_shared<const Source>(Source{"recipe.toml", "layer"});
                  const auto scope = builder.scope("a", "layer \"a\" (Layer)", {source, 1, 1, 6});
                  emit(builder);
                }));
  }
  void check() { golden_.check(); }

 private:
  GoldenSections golden_;
};

}  // namespace

TEST_CASE("misfits are explained") {
  Messages m("graph/op_messages.txt");
  m.add("element by element: shapes", [](Builder& b) { graph::add(b, real(b, {32, 3}), real(b, {32, 4})); });
  m.add("element by element: dtypes", [](Builder& b) { graph::mul(b, real(b, {3}), whole(b, {3})); });
  m.add("element by element: truth values", [](Builder& b) {
    const Value truth = graph::less(b, real(b, {3}), real(b, {3}));
    graph::add(b, truth, truth);
  });
  m.add("a function of integers", [](Builder& b) { graph::exp(b, whole(b, {3})); });
  m.add("a power of integers", [](Builder& b) { graph::pow(b, whole(b, {3}), whole(b, {3})); });
  m.add("logic on numbers", [](Builder& b) { graph::logical_and(b, real(b, {3}), real(b, {3})); });
  m.add("a choice by numbers", [](Builder& b) { graph::select(b, real(b, {3}), real(b, {3}), real(b, {3})); });
  m.add("reshape", [](Builder& b) { graph::reshape(b, real(b, {32, 784}), {32, 28, 27}); });
  m.add("reshape with -1", [](Builder& b) { graph::reshape(b, real(b, {32, 10}), {-1, 3}); });
  m.add("reshape with two -1", [](Builder& b) { graph::reshape(b, real(b, {32, 10}), {-1, -1}); });
  m.add("transpose", [](Builder& b) { graph::transpose(b, real(b, {2, 3, 4}), {0, 2}); });
  m.add("slice past the end", [](Builder& b) { graph::slice(b, real(b, {4, 10}), {0, 8}, {4, 3}); });
  m.add("slice to nothing", [](Builder& b) { graph::slice(b, real(b, {4, 10}), {0, 8}, {4, 0}); });
  m.add("slice with too few entries", [](Builder& b) { graph::slice(b, real(b, {4, 10}), {0}, {4}); });
  m.add("negative padding", [](Builder& b) { graph::pad(b, real(b, {4, 10}), {0, -1}, {0, 0}); });
  m.add("concat: sizes", [](Builder& b) { graph::concat(b, {real(b, {2, 3}), real(b, {4, 3})}, -1); });
  m.add("concat: axis", [](Builder& b) { graph::concat(b, {real(b, {2, 3}), real(b, {2, 3})}, 2); });
  m.add("concat: dtypes", [](Builder& b) { graph::concat(b, {real(b, {2, 3}), whole(b, {2, 3})}, 0); });
  m.add("repeating", [](Builder& b) { graph::broadcast_to(b, real(b, {2, 3}), {2, 6}); });
  m.add("reduction: axis", [](Builder& b) { graph::reduce_sum(b, real(b, {2, 3}), {2}); });
  m.add("reduction: an axis twice", [](Builder& b) { graph::reduce_sum(b, real(b, {2, 3}), {1, -1}); });
  m.add("argmax: axis", [](Builder& b) { graph::argmax(b, real(b, {2, 3}), 5); });
  m.add("matmul: inner sizes", [](Builder& b) { graph::matmul(b, real(b, {32, 784}), real(b, {100, 10})); });
  m.add("matmul: too few axes", [](Builder& b) { graph::matmul(b, real(b, {784}), real(b, {784, 10})); });
  m.add("matmul: leading sizes", [](Builder& b) { graph::matmul(b, real(b, {2, 3, 4}), real(b, {5, 4, 3})); });
  m.add("matmul: integers", [](Builder& b) { graph::matmul(b, whole(b, {2, 3}), whole(b, {3, 2})); });
  m.add("convolution: not an image",
        [](Builder& b) { graph::conv2d(b, real(b, {32, 784}), real(b, {3, 3, 1, 8}), {}); });
  m.add("convolution: channels",
        [](Builder& b) { graph::conv2d(b, real(b, {2, 8, 8, 3}), real(b, {3, 3, 4, 8}), {}); });
  m.add("convolution: groups",
        [](Builder& b) { graph::conv2d(b, real(b, {2, 8, 8, 3}), real(b, {3, 3, 1, 8}), {.groups = 2}); });
  m.add("convolution: image too small",
        [](Builder& b) { graph::conv2d(b, real(b, {2, 2, 8, 3}), real(b, {3, 3, 3, 8}), {}); });
  m.add("convolution: dilation too large", [](Builder& b) {
    graph::conv2d(b, real(b, {2, 8, 8, 3}), real(b, {3, 3, 3, 8}), {.dilation = {1, 5}, .padding = {0, 0, 1, 1}});
  });
  m.add("convolution: strides",
        [](Builder& b) { graph::conv2d(b, real(b, {2, 8, 8, 3}), real(b, {3, 3, 3, 8}), {.strides = {0, 1}}); });
  m.add("transposed convolution", [](Builder& b) {
    graph::conv2d_grad_input(b, real(b, {2, 8, 8, 3}), real(b, {3, 3, 4, 3}), {}, {2, 9, 10, 4});
  });
  m.add("pooling: not an image", [](Builder& b) { graph::max_pool2d(b, real(b, {32, 28, 28}), {}); });
  m.add("pooling: image too small", [](Builder& b) { graph::average_pool2d(b, real(b, {32, 1, 28, 3}), {}); });
  m.add("pooling: padding", [](Builder& b) { graph::max_pool2d(b, real(b, {2, 8, 8, 3}), {.padding = {2, 0, 0, 0}}); });
  m.add("gather: real indices", [](Builder& b) { graph::gather(b, real(b, {10, 4}), real(b, {32})); });
  m.add("scatter: shapes", [](Builder& b) { graph::scatter_add(b, whole(b, {3}), real(b, {4, 2}), 10); });
  m.add("dropout: rate", [](Builder& b) { graph::dropout(b, real(b, {32, 10}), 1.5, 0); });
  m.add("dropout: noise shape", [](Builder& b) { graph::dropout(b, real(b, {32, 10}), 0.5, 0, {-1, 5}); });
  m.add("dropout: axes of the noise shape", [](Builder& b) { graph::dropout(b, real(b, {32, 10}), 0.5, 0, {-1}); });
  m.add("activation of integers", [](Builder& b) { graph::sigmoid(b, whole(b, {3})); });
  m.add("rectifier", [](Builder& b) { graph::relu(b, real(b, {3}), -0.1); });
  m.add("softmax of a scalar", [](Builder& b) { graph::softmax(b, real(b, {})); });
  m.add("batch normalization: parameters",
        [](Builder& b) { graph::batch_norm(b, real(b, {32, 10}), real(b, {8}), real(b, {10}), 1e-3); });
  m.add("batch normalization: no channels",
        [](Builder& b) { graph::batch_norm(b, real(b, {32}), real(b, {32}), real(b, {32}), 1e-3); });
  m.add("layer normalization",
        [](Builder& b) { graph::layer_norm(b, real(b, {32, 10}), real(b, {32}), real(b, {10}), 1e-3); });
  m.add("sparse cross-entropy: shapes",
        [](Builder& b) { graph::sparse_softmax_cross_entropy(b, real(b, {32, 10}), whole(b, {32, 10})); });
  m.add("sparse cross-entropy: real labels",
        [](Builder& b) { graph::sparse_softmax_cross_entropy(b, real(b, {32, 10}), real(b, {32})); });
  m.add("cross-entropy: shapes",
        [](Builder& b) { graph::softmax_cross_entropy(b, real(b, {32, 10}), real(b, {32, 9})); });
  m.add("larger than any memory", [](Builder& b) {
    const int64_t many = int64_t{1} << 30;
    graph::broadcast_to(b, real(b, {1, 1, 1}), {many, many, many});
  });
  m.check();
}

}  // namespace dltrain::test
