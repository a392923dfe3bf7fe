// Examples of convolutions of joined images and of transposed convolutions with a bias.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

graph::Attributes window(Ints strides, Ints padding, Ints dilation = {1, 1}) {
  return {{"strides", std::move(strides)},
          {"dilation", std::move(dilation)},
          {"padding", std::move(padding)},
          {"groups", int64_t{1}}};
}

graph::Attributes with(graph::Attributes attributes, const char* name, graph::Attribute value) {
  attributes.set(name, std::move(value));
  return attributes;
}

graph::Attributes with_function(graph::Attributes attributes, const std::string& function) {
  attributes.set("function", function);
  if (function != "relu") return attributes;
  attributes.set("negative_slope", 0.0);
  attributes.set("max_value", -1.0);
  attributes.set("threshold", 0.0);
  return attributes;
}

// Images of 5 x 6 pixels, 3 x 2 windows, `first` and `second` channels, `filters`.
void add_joined(std::vector<OpCase>& cases, const std::string& name, int64_t first, int64_t second, int64_t filters) {
  const graph::Attributes plain = window({1, 1}, {1, 1, 1, 0});
  const Shape a = {2, 5, 6, first}, b = {2, 5, 6, second}, kernel = {3, 2, first + second, filters};
  const Shape y = {2, 5, 6, filters};
  const std::vector<Operand> images = {reals(a), reals(b), reals(kernel)};
  std::vector<Operand> biased = images;
  biased.push_back(reals({filters}));
  cases.push_back({"joined_conv2d", name, images, with_function(plain, "")});
  cases.push_back({"joined_conv2d", name + ", bias, relu", biased, with_function(plain, "relu")});
  const Shape x = {2, 5, 6, first + second};
  for (const auto& [begin, channels] : {std::pair(int64_t{0}, first), std::pair(first, second)}) {
    cases.push_back({"joined_conv2d_grad_input",
                     name + ", from " + std::to_string(begin),
                     {reals(y), reals(kernel)},
                     with(with(with(plain, "input_shape", x.sizes()), "begin", begin), "channels", channels)});
  }
  cases.push_back(
      {"joined_conv2d_grad_kernel", name, {reals(a), reals(b), reals(y)}, with(plain, "kernel_shape", kernel.sizes())});
}

void add_transposed(std::vector<OpCase>& cases, const std::string& name, Shape dy, Ints kernel, int64_t channels) {
  const Ints sizes = {kernel[0], kernel[1], channels, dy[3]};
  const Ints x = {dy[0], dy[1] * kernel[0], dy[2] * kernel[1], channels};
  const graph::Attributes attributes = with(window(kernel, {0, 0, 0, 0}), "input_shape", x);
  cases.push_back({"conv2d_grad_input", name, {reals(dy), reals(Shape(sizes))}, attributes});
  cases.push_back({"fused_conv2d_grad_input", name, {reals(dy), reals(Shape(sizes)), reals({channels})}, attributes});
}

}  // namespace

void add_joined_cases(std::vector<OpCase>& cases) {
  add_joined(cases, "few channels", 2, 3, 2);
  add_joined(cases, "channels that fill vectors", 16, 32, 16);
  add_joined(cases, "filters that do not", 16, 16, 5);
  add_transposed(cases, "side by side", {2, 3, 2, 3}, {2, 2}, 8);
  add_transposed(cases, "side by side, wide", {1, 2, 13, 19}, {2, 3}, 16);
  add_transposed(cases, "side by side, many", {1, 3, 5, 33}, {1, 4}, 40);
  add_transposed(cases, "side by side, not filling vectors", {2, 2, 3, 4}, {2, 2}, 3);
}

}  // namespace dltrain::test
