// Examples of matmul and of convolutions with all their options, forward and backward.
#include "tests/support/cases/cases.h"

namespace dltrain::test {

namespace {

using Ints = std::vector<int64_t>;

void add_matmul(std::vector<OpCase>& cases) {
  struct Product {
    const char* name;
    Shape x, y;
    bool transpose_x, transpose_y;
  };
  for (const Product& p :
       {Product{"plain", {3, 5}, {5, 7}, false, false}, Product{"left transposed", {5, 3}, {5, 7}, true, false},
        Product{"right transposed", {3, 5}, {7, 5}, false, true},
        Product{"both transposed", {5, 3}, {7, 5}, true, true}, Product{"one row", {1, 17}, {17, 3}, false, false},
        Product{"one column", {4, 5}, {5, 1}, false, false}, Product{"one inner element", {3, 1}, {1, 4}, false, false},
        Product{"batches", {2, 3, 5}, {2, 5, 2}, false, false},
        Product{"one matrix for all batches", {2, 3, 4, 5}, {5, 3}, false, false},
        Product{"batches broadcast", {2, 1, 3, 4}, {3, 4, 2}, false, false},
        Product{"batches transposed", {2, 4, 3}, {2, 5, 4}, true, true}}) {
    cases.push_back(
        {"matmul", p.name, {reals(p.x), reals(p.y)}, {{"transpose_x", p.transpose_x}, {"transpose_y", p.transpose_y}}});
    const std::string wide_name = std::string(p.name) + ", wide";
    cases.push_back({"matmul",
                     wide_name + " right side",
                     {reals(p.x), wide(reals(p.y))},
                     {{"transpose_x", p.transpose_x}, {"transpose_y", p.transpose_y}}});
    cases.push_back({"matmul",
                     wide_name + " result",
                     {reals(p.x), reals(p.y)},
                     {{"transpose_x", p.transpose_x}, {"transpose_y", p.transpose_y}, {"result", DType::f32}}});
  }
}

struct Convolution {
  const char* name;
  Shape x, kernel, y;
  Ints strides, dilation, padding;
  int64_t groups;
};

void add_convolutions(std::vector<OpCase>& cases) {
  for (const Convolution& c :
       {Convolution{"3x3", {2, 5, 6, 2}, {3, 3, 2, 4}, {2, 3, 4, 4}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
        Convolution{"same", {1, 5, 4, 3}, {3, 3, 3, 2}, {1, 5, 4, 2}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1},
        Convolution{
            "stride 2 with uneven padding", {2, 6, 7, 1}, {3, 3, 1, 3}, {2, 3, 4, 3}, {2, 2}, {1, 1}, {0, 1, 1, 1}, 1},
        Convolution{
            "stride that leaves a rest", {1, 8, 8, 2}, {3, 3, 2, 2}, {1, 2, 2, 2}, {3, 3}, {1, 1}, {0, 0, 0, 0}, 1},
        Convolution{"dilation", {1, 7, 9, 2}, {3, 3, 2, 3}, {1, 3, 3, 3}, {1, 1}, {2, 3}, {0, 0, 0, 0}, 1},
        Convolution{
            "causal in one dimension", {2, 1, 9, 2}, {1, 3, 2, 3}, {2, 1, 9, 3}, {1, 1}, {1, 2}, {0, 0, 4, 0}, 1},
        Convolution{"groups", {1, 4, 5, 6}, {3, 2, 3, 4}, {1, 2, 4, 4}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 2},
        Convolution{"depthwise", {2, 5, 5, 3}, {3, 3, 1, 3}, {2, 5, 5, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, 3},
        Convolution{
            "depthwise with multiplier", {1, 4, 4, 2}, {2, 2, 1, 6}, {1, 3, 3, 6}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 2},
        Convolution{"dilated depthwise", {2, 7, 9, 17}, {3, 3, 1, 17}, {2, 5, 6, 17}, {1, 1}, {2, 3}, {1, 1, 0, 3}, 17},
        Convolution{
            "dilated depthwise with stride", {1, 9, 8, 3}, {2, 3, 1, 3}, {1, 4, 3, 3}, {2, 2}, {2, 2}, {0, 0, 1, 0}, 3},
        Convolution{"1x1", {2, 3, 3, 5}, {1, 1, 5, 7}, {2, 3, 3, 7}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
        Convolution{"1x1 with stride", {1, 5, 5, 3}, {1, 1, 3, 2}, {1, 3, 3, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1},
        Convolution{
            "kernel as large as the image", {1, 3, 4, 2}, {3, 4, 2, 5}, {1, 1, 1, 5}, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
        Convolution{
            "more padding than image", {1, 2, 2, 1}, {3, 3, 1, 1}, {1, 4, 4, 1}, {1, 1}, {1, 1}, {2, 2, 2, 2}, 1},
        Convolution{
            "strides of two kinds", {1, 5, 9, 2}, {2, 3, 2, 2}, {1, 4, 4, 2}, {1, 2}, {1, 1}, {0, 0, 0, 0}, 1}}) {
    graph::Attributes window = {
        {"strides", c.strides}, {"dilation", c.dilation}, {"padding", c.padding}, {"groups", c.groups}};
    cases.push_back({"conv2d", c.name, {reals(c.x), reals(c.kernel)}, window});
    const std::string wide_name = std::string(c.name) + ", wide";
    cases.push_back({"conv2d", wide_name + " kernel", {reals(c.x), wide(reals(c.kernel))}, window});
    graph::Attributes to_input = window;
    to_input.set("input_shape", c.x.sizes());
    cases.push_back({"conv2d_grad_input", c.name, {reals(c.y), reals(c.kernel)}, to_input});
    cases.push_back({"conv2d_grad_input", wide_name + " kernel", {reals(c.y), wide(reals(c.kernel))}, to_input});
    graph::Attributes to_kernel = window;
    to_kernel.set("kernel_shape", c.kernel.sizes());
    cases.push_back({"conv2d_grad_kernel", c.name, {reals(c.x), reals(c.y)}, to_kernel});
    to_kernel.set("result", DType::f32);
    cases.push_back({"conv2d_grad_kernel", wide_name + " result", {reals(c.x), reals(c.y)}, to_kernel});
  }
}

}  // namespace

void add_product_cases(std::vector<OpCase>& cases) {
  add_matmul(cases);
  add_convolutions(cases);
}

}  // namespace dltrain::test
