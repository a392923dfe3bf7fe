// Matrix products by oneDNN, with bias and rectifier behind them where the node is a fused one.
#include <dnnl.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "backends/onednn/implementations.h"
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

// Whether a private copy of the second side can be had: it is made when a weight has changed.
bool can_pack(const Request& request, const Product& product) {
  return state_use(request.graph, request.node.inputs[1]).is_state && product.batch == 1;
}

// Wide weights of a narrow product are rounded into such a copy in any case.
bool must_pack(const Request& request) { return request.input(1).dtype != request.input(0).dtype; }

// A private copy of a weight in the library's layout costs its own size per change and makes the product 10 to 20 %
// faster where it is large enough (measured: 784 x 512, 512 x 256 with 32 and 128 rows).
bool packs(const Request& request, const Product& product) {
  if (must_pack(request)) return true;
  if (!can_pack(request, product) || product.k < 64 || product.n < 64) return false;
  return !state_use(request.graph, request.node.inputs[1]).changes || product.m >= 32;
}

// Of that size, in the dtype of the other side.
memory::desc any_layout(const memory::desc& desc, const memory::desc& other) {
  return {desc.get_dims(), other.get_data_type(), memory::format_tag::any};
}

using Desc = dnnl::matmul::primitive_desc;

// The product with what follows it, its second side in the layout that the library likes best, or as it is.
class Description {
 public:
  explicit Description(const Request& request)
      : product(product_of(request)), attributes_(with_post_ops(request.node.attributes)) {
    flops = 2.0 * static_cast<double>(product.batch * product.m) * static_cast<double>(product.n * product.k);
    if (request.node.inputs.size() < 3) return;
    memory::dims sizes(product.z.get_ndims(), 1);
    sizes.back() = product.n;
    bias = {sizes, data_type_of(request.input(2).dtype), strides_of(Shape(sizes))};
  }

  Desc desc(bool packed) const {
    const memory::desc weights = packed ? any_layout(product.y, product.x) : product.y;
    if (bias.is_zero()) return {engine(), product.x, weights, product.z, attributes_};
    return {engine(), product.x, weights, bias, product.z, attributes_};
  }

  const Product product;
  memory::desc bias;  // zero: there is none
  double flops = 0;

 private:
  dnnl::primitive_attr attributes_;
};

// How implementations on a private copy of the second side are called: "brg_matmul:avx512_core, packed".
constexpr std::string_view packed_ending = ", packed";

std::vector<std::string> names_of(const Description& description, bool packed) {
  const auto make = [&] { return description.desc(packed); };
  std::vector<std::string> names = implementation_names(make, make().impl_info_str());
  if (packed) std::ranges::for_each(names, [](std::string& name) { name += packed_ending; });
  return names;
}

class MatmulKernel final : public LibraryKernel {
 public:
  explicit MatmulKernel(const Request& request) : has_bias_(request.node.inputs.size() > 2) {
    const Description description(request);
    const Product& p = description.product;
    begin(request, description.flops);
    const Desc desc = choose(request, description);
    std::vector<Primitive::Argument> arguments = {{DNNL_ARG_SRC, p.x},
                                                  {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                  {DNNL_ARG_DST, p.z},
                                                  {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}};
    if (has_bias_) arguments.push_back({DNNL_ARG_BIAS, description.bias});
    product_ = Primitive(dnnl::matmul(desc), arguments);
    reorder_ = make_reorder(p.y, desc.weights_desc());
    describe(request, p, desc);
  }

 private:
  static Desc choose(const Request& request, const Description& description) {
    std::string_view name = request.implementation;
    if (name.empty()) return description.desc(packs(request, description.product));
    const bool packed = name.ends_with(packed_ending);
    if (packed) name.remove_suffix(packed_ending.size());
    return implementation_named([&] { return description.desc(packed); }, name);
  }

  void describe(const Request& request, const Product& product, const Desc& desc) {
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
Support computes_transposed(const Request& request) {
  if (const Support support = only_float32(request); !support.yes) return support;
  const Shape& x = request.input(0).shape;
  const Shape& y = request.input(1).shape;
  const bool is_transposed =
      request.node.attributes.get<bool>("transpose_x") && !request.node.attributes.get<bool>("transpose_y");
  if (!is_transposed || x.rank() != 2 || y.rank() != 2) return {false, "it is for x^T y of two matrices"};
  return {TransposedProduct::computes(request.machine, x[1], y[1]), "its sums do not fit into a cache"};
}

Support accepts_transposed(const Request& request) {
  if (const Support support = computes_transposed(request); !support.yes) return support;
  const Shape& x = request.input(0).shape;
  if (TransposedProduct::pays(request.machine, x[0], x[1], request.input(1).shape[1])) return {};
  return {false, "the library does this size as fast"};
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

std::vector<std::string> names(const Request& request) {
  if (!accepts(request).yes) return {};
  const Description description(request);
  use_threads_for(request, description.flops);
  const bool packed = packs(request, description.product);
  std::vector<std::string> all = names_of(description, packed);
  const bool has_other = packed ? !must_pack(request) : can_pack(request, description.product);
  if (has_other) std::ranges::move(names_of(description, !packed), std::back_inserter(all));
  return all;
}

}  // namespace

void register_matmul(KernelRegistry& registry) {
  registry.add("matmul", {accepts_transposed, make_transposed, own_names<computes_transposed>});
  registry.add("matmul", {accepts, make, names});
  registry.add("fused_matmul", {accepts, make, names});
}

}  // namespace dltrain::backends::onednn
