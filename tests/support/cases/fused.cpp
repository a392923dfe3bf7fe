// Examples of the composites that backends put in the place of groups of nodes.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

graph::Attributes with_function(graph::Attributes attributes, const std::string& function, double slope = 0,
                                double limit = -1) {
  attributes.set("function", function);
  if (function == "elu") attributes.set("alpha", 0.7);
  if (function == "gelu") attributes.set("approximate", false);
  if (function != "relu") return attributes;
  attributes.set("negative_slope", slope);
  attributes.set("max_value", limit);
  attributes.set("threshold", 0.0);
  return attributes;
}

void add_normalized_convolutions(std::vector<OpCase>& cases, graph::Attributes window) {
  window.set("epsilon", 1e-3);
  std::vector<Operand> operands = {reals({2, 5, 6, 2}), wide(reals({3, 3, 2, 4})), reals({4}, 0.5, 2),
                                   reals({4}),          reals({4}, 0, 2),          reals({4}, 0.3, 2)};
  window.set("bias", false);
  cases.push_back({"fused_conv2d_norm", "relu", operands, with_function(window, "relu")});
  cases.push_back({"fused_conv2d_norm", "limited relu", operands, with_function(window, "relu", 0, 0.5)});
  cases.push_back({"fused_conv2d_norm", "silu", operands, with_function(window, "silu")});
  operands.push_back(reals({2, 5, 2, 4}));
  cases.push_back({"fused_conv2d_norm", "residual, limited relu", operands, with_function(window, "relu", 0.1, 0.5)});
  cases.push_back({"fused_conv2d_norm", "residual, elu", operands, with_function(window, "elu")});
  cases.push_back({"fused_conv2d_norm", "residual", operands, with_function(window, "")});
  cases.push_back({"fused_conv2d_norm", "residual, relu", operands, with_function(window, "relu")});
  window.set("bias", true);
  operands.insert(operands.end() - 1, wide(reals({4})));
  cases.push_back({"fused_conv2d_norm", "bias, residual, relu", operands, with_function(window, "relu")});
  operands.pop_back();
  cases.push_back({"fused_conv2d_norm", "bias", operands, with_function(window, "")});
}

void add_products(std::vector<OpCase>& cases) {
  const graph::Attributes plain = {{"transpose_x", false}, {"transpose_y", false}};
  const std::vector<Operand> product = {reals({3, 5}), reals({5, 7}), reals({7})};
  cases.push_back({"fused_matmul", "bias", product, with_function(plain, "")});
  std::vector<Operand> wide_weights = product;
  for (size_t i : {1, 2}) wide_weights[i].wide = true;
  cases.push_back({"fused_matmul", "wide weights, bias, relu", wide_weights, with_function(plain, "relu")});
  graph::Attributes wide_result = with_function(plain, "relu");
  wide_result.set("result", DType::f32);
  cases.push_back({"fused_matmul", "wide weights and result, bias, relu", wide_weights, wide_result});
  cases.push_back({"fused_matmul", "bias, relu", product, with_function(plain, "relu")});
  cases.push_back({"fused_matmul", "bias, leaky relu", product, with_function(plain, "relu", 0.2)});
  cases.push_back({"fused_matmul", "bias, limited relu", product, with_function(plain, "relu", 0, 0.5)});
  for (const char* function : {"elu", "silu", "gelu"})
    cases.push_back({"fused_matmul", std::string("bias, ") + function, product, with_function(plain, function)});
  graph::Attributes approximate = with_function(plain, "gelu");
  approximate.set("approximate", true);
  cases.push_back({"fused_matmul", "bias, approximate gelu", product, approximate});
  cases.push_back({"fused_matmul", "bias, tanh", product, with_function(plain, "tanh")});
  cases.push_back({"fused_matmul", "relu", {reals({3, 5}), reals({5, 7})}, with_function(plain, "relu")});
  cases.push_back(
      {"fused_matmul", "leading axes", {reals({2, 3, 5}), reals({5, 4}), reals({4})}, with_function(plain, "relu")});
  const graph::Attributes window = {{"strides", std::vector<int64_t>{1, 2}},
                                    {"dilation", std::vector<int64_t>{1, 1}},
                                    {"padding", std::vector<int64_t>{1, 1, 0, 0}},
                                    {"groups", int64_t{1}}};
  const std::vector<Operand> convolution = {reals({2, 5, 6, 2}), reals({3, 3, 2, 4}), reals({4})};
  cases.push_back({"fused_conv2d", "bias", convolution, with_function(window, "")});
  std::vector<Operand> wide_kernel = convolution;
  for (size_t i : {1, 2}) wide_kernel[i].wide = true;
  cases.push_back({"fused_conv2d", "wide kernel, bias, relu", wide_kernel, with_function(window, "relu")});
  wide_result = with_function(window, "");
  wide_result.set("result", DType::f32);
  cases.push_back({"fused_conv2d", "wide kernel and result, bias", wide_kernel, wide_result});
  cases.push_back({"fused_conv2d", "bias, relu", convolution, with_function(window, "relu")});
  cases.push_back({"fused_conv2d", "bias, leaky relu", convolution, with_function(window, "relu", 0.1)});
  cases.push_back({"fused_conv2d", "bias, limited relu", convolution, with_function(window, "relu", 0, 0.5)});
  for (const char* function : {"elu", "silu", "gelu"})
    cases.push_back({"fused_conv2d", std::string("bias, ") + function, convolution, with_function(window, function)});
  add_normalized_convolutions(cases, window);
}

void add_normalizations(std::vector<OpCase>& cases) {
  const graph::Attributes epsilon = {{"epsilon", 1e-3}};
  const Shape x = {2, 3, 4, 5};
  const std::vector<Operand> norm = {reals(x, -1, 3), reals({5}, 0.5, 2), reals({5})};
  std::vector<Operand> residual = norm;
  residual.push_back(reals(x));
  cases.push_back({"fused_batch_norm", "relu", norm, with_function(epsilon, "relu")});
  cases.push_back({"fused_batch_norm", "limited relu", norm, with_function(epsilon, "relu", 0, 1)});
  cases.push_back({"fused_batch_norm", "residual", residual, with_function(epsilon, "")});
  cases.push_back({"fused_batch_norm", "residual, relu", residual, with_function(epsilon, "relu")});
  const std::vector<Operand> inference = {reals(x, -1, 3), reals({5}, 0.5, 2), reals({5}), reals({5}, 0, 2),
                                          reals({5}, 0.3, 2)};
  std::vector<Operand> inference_residual = inference;
  inference_residual.push_back(reals(x));
  cases.push_back({"fused_batch_norm_inference", "limited relu", inference, with_function(epsilon, "relu", 0, 1)});
  cases.push_back({"fused_batch_norm_inference", "residual, relu", inference_residual, with_function(epsilon, "relu")});
  const std::vector<Operand> gradient = {reals(x, -1, 3),    reals({5}, 0.5, 2), reals({5}, 0, 2),
                                         reals({5}, 0.3, 2), apart(x, -1, 1.5),  reals(x)};
  cases.push_back({"fused_batch_norm_grad", "relu", gradient, with_function({}, "relu")});
  cases.push_back({"fused_batch_norm_grad", "limited relu", gradient, with_function({}, "relu", 0, 1)});
  std::vector<Operand> again = gradient;
  again[4] = wide(reals({5}));
  graph::Attributes recompute = with_function({}, "relu");
  recompute.set("recompute", true);
  cases.push_back({"fused_batch_norm_grad", "recomputed relu", again, recompute, false});
  recompute.set("max_value", 1.0);
  cases.push_back({"fused_batch_norm_grad", "recomputed limited relu", again, recompute, false});
}

}  // namespace

void add_fused_cases(std::vector<OpCase>& cases) {
  add_products(cases);
  add_normalizations(cases);
}

}  // namespace dltrain::test
