// Matrix products by oneDNN, with bias and rectifier behind them where the node is a fused one.
#include <dnnl.hpp>

#include "backends/onednn/kernel.h"
#include "backends/onednn/post_ops.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/transposed_product.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

// A product of stacks of matrices as oneDNN sees it. Both sides have the same number of axes.
struct Product {
  memory::desc x, y, z;
  memory::dim m, n, k, batch;
};

// Sizes and strides of a side with its last two axes swapped where the node says so; leading 1s fill up to `rank`.
memory::desc side_desc(const Shape& shape, DType dtype, bool transpose, size_t rank) {
  memory::dims sizes(rank - shape.rank(), 1);
  sizes.insert(sizes.end(), shape.begin(), shape.end());
  memory::dims strides = strides_of(Shape(sizes));
  if (transpose) {
    std::swap(sizes[rank - 1], sizes[rank - 2]);
    std::swap(strides[rank - 1], strides[rank - 2]);
  }
  return {sizes, data_type_of(dtype), strides};
}

// Leading axes of x are rows like any other where y is one matrix.
Shape flattened(const Shape& x) { return {x.slice(0, x.rank() - 1).elements(), x.back()}; }

Product product_of(const Request& request) {
  const bool tx = request.node.attributes.get<bool>("transpose_x");
  const bool ty = request.node.attributes.get<bool>("transpose_y");
  Shape x = request.input(0).shape;
  const Shape& y = request.input(1).shape;
  Shape z = request.output().shape;
  if (y.rank() == 2 && x.rank() > 2 && !tx) {
    x = flattened(x);
    z = flattened(z);
  }
  const size_t rank = z.rank();
  Product product{side_desc(x, request.input(0).dtype, tx, rank),
                  side_desc(y, request.input(1).dtype, ty, rank),
                  plain_desc(z, request.output().dtype),
                  z[rank - 2],
                  z[rank - 1],
                  0,
                  0};
  product.k = tx ? x[x.rank() - 2] : x.back();
  product.batch = z.slice(0, rank - 2).elements();
  return product;
}

// A private copy of a weight in the library's layout costs its own size per change and makes the product 10 to 20 %
// faster where it is large enough (measured: 784 x 512, 512 x 256 with 32 and 128 rows).
// Wide weights of a narrow product are rounded into such a copy in any case.
bool packs(const Request& request, const Product& product) {
  if (request.input(1).dtype != request.input(0).dtype) return true;
  const StateUse use = state_use(request.graph, request.node.inputs[1]);
  if (!use.is_state || product.batch != 1 || product.k < 64 || product.n < 64) return false;
  return !use.changes || product.m >= 32;
}

// Of that size, in the dtype of the other side.
memory::desc any_layout(const memory::desc& desc, const memory::desc& other) {
  return {desc.get_dims(), other.get_data_type(), memory::format_tag::any};
}

class MatmulKernel final : public LibraryKernel {
 public:
  explicit MatmulKernel(const Request& request) : has_bias_(request.node.inputs.size() > 2) {
    const Product p = product_of(request);
    begin(request, 2.0 * static_cast<double>(p.batch * p.m) * static_cast<double>(p.n * p.k));
    const bool packed = packs(request, p);
    const memory::desc weights = packed ? any_layout(p.y, p.x) : p.y;
    const dnnl::primitive_attr attributes = with_post_ops(request.node.attributes);
    memory::dims bias_sizes(p.z.get_ndims(), 1);
    bias_sizes.back() = p.n;
    const DType bias_dtype = has_bias_ ? request.input(2).dtype : DType::f32;
    const memory::desc bias(bias_sizes, data_type_of(bias_dtype), strides_of(Shape(bias_sizes)));
    const dnnl::matmul::primitive_desc desc =
        has_bias_ ? dnnl::matmul::primitive_desc(engine(), p.x, weights, bias, p.z, attributes)
                  : dnnl::matmul::primitive_desc(engine(), p.x, weights, p.z, attributes);
    std::vector<Primitive::Argument> arguments = {{DNNL_ARG_SRC, p.x},
                                                  {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                  {DNNL_ARG_DST, p.z},
                                                  {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}};
    if (has_bias_) arguments.push_back({DNNL_ARG_BIAS, bias});
    product_ = Primitive(dnnl::matmul(desc), arguments);
    reorder_ = make_reorder(p.y, desc.weights_desc());
    describe(request, p, desc);
  }

 private:
  void describe(const Request& request, const Product& product, const dnnl::matmul::primitive_desc& desc) {
    info_.implementation = desc.impl_info_str();
    reserve(desc.scratchpad_desc().get_size());
    if (!reorder_) return;
    info_.packed_bytes = static_cast<int64_t>(desc.weights_desc().get_size());
    info_.packed_inputs = {1};
    info_.packed_layout = layout_text(product.y, desc.weights_desc());
    info_.reorders = state_use(request.graph, request.node.inputs[1]).changes ? 1 : 0;
  }

  void fill_packed(const Arguments& arguments) override {
    if (reorder_) reorder_.run(std::array{arguments.inputs[1], arguments.packed});
  }

  void execute(const Arguments& arguments) override {
    void* const weights = reorder_ ? arguments.packed : arguments.inputs[1];
    const std::array<void*, 5> addresses = {arguments.inputs[0], weights, arguments.outputs[0], arguments.scratch,
                                            has_bias_ ? arguments.inputs[2] : nullptr};
    product_.run(std::span(addresses).first(has_bias_ ? 5 : 4));
  }

  bool has_bias_;
  Primitive product_;
  Primitive reorder_;
};

// The own kernel for gradients of kernels of dense layers.
Support accepts_transposed(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  const Shape& x = request.input(0).shape;
  const Shape& y = request.input(1).shape;
  const bool is_transposed =
      request.node.attributes.get<bool>("transpose_x") && !request.node.attributes.get<bool>("transpose_y");
  if (!is_transposed || x.rank() != 2 || y.rank() != 2) return {false, "it is for x^T y of two matrices"};
  if (!TransposedProduct::pays(request.machine, x[0], x[1], y[1])) return {false, "the library does this size as fast"};
  return {};
}

std::unique_ptr<Kernel> make_transposed(const Request& request) {
  const Shape& x = request.input(0).shape;
  const TransposedProduct product(request.machine, x[0], x[1], request.input(1).shape[1]);
  KernelInfo info =
      own_info(request, 2.0 * static_cast<double>(x[0]) * static_cast<double>(request.output().elements()));
  info.scratch_bytes = product.scratch_bytes();
  return make_kernel(std::move(info), [product](const Arguments& a) {
    product.run(input<float>(a, 0), input<float>(a, 1), output<float>(a), a.scratch);
  });
}

Support accepts(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  if (!fits_post_ops(request.node.attributes))
    return {false, "the library does not compute this function behind a product"};
  return {};
}

std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<MatmulKernel>(request); }

}  // namespace

void register_matmul(KernelRegistry& registry) {
  registry.add("matmul", {accepts_transposed, make_transposed});
  registry.add("matmul", {accepts, make});
  registry.add("fused_matmul", {accepts, make});
}

}  // namespace dltrain::backends::onednn
