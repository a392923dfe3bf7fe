// Attention, forward and backward, without its scores in memory: each thread takes some heads of one sample at a time and
// goes through their queries in blocks; scores of a block stay in the cache, and the gradient computes them again. Where
// attention is causal a block only meets the keys up to its last query. Products are the library's, on views of these
// heads.
#include <dnnl.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/primitive.h"
#include "backends/onednn/vector/elementwise.h"
#include "backends/onednn/vector/softmax.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

using dnnl::memory;

// A score that is not allowed, as graph/ops/attention.cpp says it.
constexpr float never = -0.7F * std::numeric_limits<float>::max();

// Where one of the tensors [N, steps, (sides,) heads, width] lies: as which input or output, and how.
struct Side {
  size_t at;
  int64_t steps, width;
  int64_t stride;  // elements from step to step
  int64_t begin;  // of this side in a step
};

struct Sizes {
  int64_t samples, queries, keys, heads, features, values;
  float scale;
  bool causal;
  bool together;  // query, key and value lie side by side in one tensor

  explicit Sizes(const Request& request)
      : scale(static_cast<float>(request.node.attributes.real("scale"))),
        causal(request.node.attributes.get<bool>("causal")),
        together(request.op().starts_with("self_")) {
    const Shape& x = request.input(0).shape;
    samples = x[0];
    queries = x[1];
    keys = together ? queries : request.input(1).shape[1];
    heads = x[x.rank() - 2];
    features = x.back();
    values = together ? features : request.input(2).shape[3];
  }

  // Inputs of that number in all; mask and gradient stand behind them.
  size_t tensors() const { return together ? 1 : 3; }
  Side query() const { return side(0, queries, features); }
  Side key() const { return side(1, keys, features); }
  Side value() const { return side(2, keys, values); }
  Side result(size_t at) const { return {at, queries, values, heads * values, 0}; }
  Side side(size_t number, int64_t steps, int64_t width) const {
    const int64_t all = heads * width;
    return together ? Side{0, steps, width, 3 * all, static_cast<int64_t>(number) * all}
                    : Side{number, steps, width, all, 0};
  }

  double flops(int products) const {
    return 2.0 * products * static_cast<double>(samples * heads) * static_cast<double>(queries * keys) *
           static_cast<double>(features + values) / 2 * (causal ? 0.5 : 1);
  }
};

// A mask [N or 1, T or 1, S or 1] as strides.
struct Mask {
  int64_t sample = 0, query = 0, key = 0;

  Mask() = default;
  explicit Mask(const Shape& shape)
      : sample(shape[0] > 1 ? shape[1] * shape[2] : 0), query(shape[1] > 1 ? shape[2] : 0), key(shape[2] > 1 ? 1 : 0) {}
};

// Queries of each head that are done together, and the keys that they meet.
struct Block {
  int64_t first, rows, keys;
  bool last;  // the first that the gradient does: it writes where others add
};

class AttentionKernel : public LibraryKernel {
 protected:
  // What runs the products of a block; a thread has its own.
  struct Products {
    Primitive scores, result;  // q k^T scale; shares v
    Primitive dshares, dvalue, dquery, dkey;  // dy v^T scale; shares^T dy; dscores k; dscores^T q
  };
  // Sums over blocks of queries, of narrow tensors: float32 until the last block is done.
  struct Totals {
    int64_t key = 0, value = 0;  // offsets in scratch memory
  };
  struct Part {
    std::map<std::array<int64_t, 3>, Products> products;  // by rows, keys, last
    int64_t buffers = 0;  // shares, and in the gradient their gradient; of narrow tensors, both rounded behind them
    Totals totals;
  };

  AttentionKernel(const Request& request, bool backward)
      : sizes_(request),
        dtype_(request.input(0).dtype),
        masked_(request.node.inputs.size() == sizes_.tensors() + (backward ? 2 : 1)) {
    begin(request, sizes_.flops(backward ? 5 : 2));
    if (masked_) mask_ = Mask(request.input(sizes_.tensors()).shape);
    const int64_t share = sizes_.causal ? std::clamp<int64_t>(divide_up(sizes_.queries, 8), 32, 128) : 128;
    for (int64_t first = 0; first < sizes_.queries; first += share) {
      const int64_t rows = std::min(share, sizes_.queries - first);
      const bool last = first + rows == sizes_.queries;
      // A query that may look nowhere looks everywhere: with a mask, all keys matter.
      const bool skips = sizes_.causal && !masked_ && !last;
      blocks_.push_back({first, rows, skips ? std::min(first + rows, sizes_.keys) : sizes_.keys, last});
      largest_ = std::max(largest_, rows * sizes_.keys);
    }
    group_ = heads_together(request.machine);
    const int64_t tasks = sizes_.samples * sizes_.heads / group_;
    const auto useful = static_cast<int64_t>(std::max(1.0, info_.flops / 1e6));
    parts_.resize(to_size(std::min({tasks, useful, int64_t{request.machine.threads}})));
    use_threads(1);
    for (Part& part : parts_) {
      for (const Block& block : blocks_) {
        const std::array<int64_t, 3> key = {block.rows, block.keys, block.last ? 1 : 0};
        if (!part.products.contains(key)) part.products[key] = make_products(block, backward);
      }
      const int64_t tables = (backward ? 2 : 1) * group_ * largest_;
      part.buffers = reserve(to_size(tables) * (sizeof(float) + (narrow() ? sizeof(Bfloat16) : 0)));
      if (!narrow() || !backward) continue;
      part.totals.key = reserve(to_size(group_ * sizes_.keys * sizes_.features) * sizeof(float));
      part.totals.value = reserve(to_size(group_ * sizes_.keys * sizes_.values) * sizeof(float));
    }
    pads_ = reserve(scratchpad_ * parts_.size());
  }

  // To call the library takes as long as a small product: it does several heads at once where that leaves enough to do
  // for all threads, and what is between its calls in the cache.
  int64_t heads_together(const Machine& machine) const {
    constexpr int64_t cached_floats = 32 * 1024;
    int64_t group = sizes_.heads;
    const auto fits = [&] {
      return sizes_.heads % group == 0 && group * largest_ <= cached_floats &&
             sizes_.samples * (sizes_.heads / group) >= 4 * machine.threads;
    };
    while (group > 1 && !fits()) --group;
    return group;
  }

  bool narrow() const { return dtype_ == DType::bf16; }

  // Rows of the heads of a task.
  memory::desc head(int64_t rows, const Side& side) const {
    return {{group_, rows, side.width}, data_type_of(dtype_), memory::dims{side.width, side.stride, 1}};
  }
  memory::desc head_transposed(int64_t rows, const Side& side) const {
    return {{group_, side.width, rows}, data_type_of(dtype_), memory::dims{side.width, 1, side.stride}};
  }
  // What a product gives is float32, what it takes is as the tensors.
  memory::desc scores(int64_t rows, int64_t columns) const {
    return {{group_, rows, columns}, memory::data_type::f32, memory::dims{rows * columns, columns, 1}};
  }
  memory::desc table(int64_t rows, int64_t columns) const {
    return {{group_, rows, columns}, data_type_of(dtype_), memory::dims{rows * columns, columns, 1}};
  }
  memory::desc table_transposed(int64_t rows, int64_t columns) const {
    return {{group_, columns, rows}, data_type_of(dtype_), memory::dims{rows * columns, 1, columns}};
  }
  // Where the gradients of keys and values are added up.
  memory::desc total(int64_t rows, const Side& side) const {
    if (!narrow()) return head(rows, side);
    return {{group_, rows, side.width}, memory::data_type::f32, memory::dims{side.steps * side.width, side.width, 1}};
  }

  Primitive product(const memory::desc& x, const memory::desc& y, const memory::desc& z, float scale, bool adds) {
    dnnl::primitive_attr attributes = user_scratchpad();
    dnnl::post_ops after;
    if (scale != 1) after.append_eltwise(dnnl::algorithm::eltwise_linear, scale, 0);
    if (adds) after.append_sum(1);
    attributes.set_post_ops(after);
    const dnnl::matmul::primitive_desc desc(engine(), x, y, z, attributes);
    scratchpad_ = std::max(scratchpad_, desc.scratchpad_desc().get_size());
    info_.implementation = "own over " + std::string(desc.impl_info_str());
    return {
        dnnl::matmul(desc),
        {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, y}, {DNNL_ARG_DST, z}, {DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc()}}};
  }

  Products make_products(const Block& b, bool backward) {
    const Side query = sizes_.query(), key = sizes_.key(), value = sizes_.value(), result = sizes_.result(0);
    const float scale = sizes_.scale;
    Products p;
    p.scores = product(head(b.rows, query), head_transposed(b.keys, key), scores(b.rows, b.keys), scale, false);
    if (!backward) {
      p.result = product(table(b.rows, b.keys), head(b.keys, value), head(b.rows, result), 1, false);
      return p;
    }
    p.dshares = product(head(b.rows, result), head_transposed(b.keys, value), scores(b.rows, b.keys), scale, false);
    p.dvalue = product(table_transposed(b.rows, b.keys), head(b.rows, result), total(b.keys, value), 1, !b.last);
    p.dquery = product(table(b.rows, b.keys), head(b.keys, key), head(b.rows, query), 1, false);
    p.dkey = product(table_transposed(b.rows, b.keys), head(b.rows, query), total(b.keys, key), 1, !b.last);
    return p;
  }

  // Heads of one sample, the first of which is `head`, and the thread that does them.
  struct Task {
    const Arguments& a;
    Part& part;
    void* pad;
    int64_t sample, head;
  };

  template <class F> void for_tasks(const Arguments& a, const F& f) {
    const int parts = static_cast<int>(parts_.size());
    in_parallel(parts, [&](int p) {
      const int64_t groups = sizes_.heads / group_;
      const Range own = part_of(sizes_.samples * groups, parts, p);
      void* const pad = scratch(a, pads_ + p * static_cast<int64_t>(scratchpad_));
      for (int64_t i = own.begin; i < own.end; ++i)
        f(Task{a, parts_[to_size(p)], pad, i / groups, i % groups * group_});
    });
  }

  // Where the rows of a task's heads begin, at step `first` of a side; null if nobody wants it.
  void* place(std::span<void* const> tensors, const Side& side, const Task& t, int64_t first = 0) const {
    auto* const tensor = static_cast<std::byte*>(tensors[side.at]);
    const int64_t at = (t.sample * side.steps + first) * side.stride + side.begin + t.head * side.width;
    return tensor == nullptr ? nullptr : tensor + at * static_cast<int64_t>(byte_size(dtype_));
  }

  static void multiply(Primitive& primitive, const Task& t, void* x, void* y, void* z) {
    primitive.run(std::array<void*, 4>{x, y, z, t.pad});
  }

  // Scores and what becomes of them, in float32; and as products take them.
  float* table_of(const Task& t, int64_t number) const {
    return static_cast<float*>(scratch(t.a, t.part.buffers)) + number * group_ * largest_;
  }
  void* rounded_of(const Task& t, int64_t number, int64_t tables, int64_t count) const {
    float* const from = table_of(t, number);
    if (!narrow()) return from;
    auto* const to = reinterpret_cast<Bfloat16*>(table_of(t, tables)) + number * group_ * largest_;
    conversion_loop(false)({{from}, {1}, to, count, nullptr});
    return to;
  }

  Products& products_of(const Task& t, const Block& b) const {
    return t.part.products.at({b.rows, b.keys, b.last ? 1 : 0});
  }

  // The shares of a block [heads, rows, keys]: scores, then a softmax over what is allowed.
  void fill_shares(const Task& t, const Block& b, float* shares) const {
    multiply(products_of(t, b).scores, t, place(t.a.inputs, sizes_.query(), t, b.first),
             place(t.a.inputs, sizes_.key(), t), shares);
    for (int64_t r = 0; r < group_ * b.rows; ++r) {
      float* const row = shares + r * b.keys;
      const int64_t query = b.first + r % b.rows;
      int64_t count = b.keys;
      if (masked_) forbid(t, query, row);
      else if (sizes_.causal) count = std::min(query + 1, b.keys);
      softmax_rows().softmax(row, row, count);
      std::fill(row + count, row + b.keys, 0.0F);
    }
  }

  bool allowed(const Task& t, int64_t query, int64_t key) const {
    const bool* const mask = static_cast<const bool*>(t.a.inputs[sizes_.tensors()]);
    return mask[t.sample * mask_.sample + query * mask_.query + key * mask_.key] && (!sizes_.causal || key <= query);
  }
  void forbid(const Task& t, int64_t query, float* row) const {
    for (int64_t k = 0; k < sizes_.keys; ++k) {
      if (!allowed(t, query, k)) row[k] = never;
    }
  }
  bool looks_nowhere(const Task& t, int64_t query) const {
    for (int64_t k = 0; k < sizes_.keys; ++k) {
      if (allowed(t, query, k)) return false;
    }
    return true;
  }

  Sizes sizes_;
  DType dtype_;
  bool masked_;
  Mask mask_;
  std::vector<Block> blocks_;
  int64_t largest_ = 0;  // elements of a head's scores in a block
  int64_t group_ = 1;  // heads of a task
  std::vector<Part> parts_;
  size_t scratchpad_ = 0;
  int64_t pads_ = 0;
};

// inputs query, key, value (or their sides), perhaps mask; output.
class Forward final : public AttentionKernel {
 public:
  explicit Forward(const Request& request) : AttentionKernel(request, false) {}

 private:
  void execute(const Arguments& a) override {
    for_tasks(a, [&](const Task& t) {
      for (const Block& b : blocks_) {
        fill_shares(t, b, table_of(t, 0));
        multiply(products_of(t, b).result, t, rounded_of(t, 0, 1, group_ * b.rows * b.keys),
                 place(a.inputs, sizes_.value(), t), place(a.outputs, sizes_.result(0), t, b.first));
      }
    });
  }
};

// inputs query, key, value (or their sides), perhaps mask, dy; outputs dquery, dkey, dvalue (or their sides).
class Gradient final : public AttentionKernel {
 public:
  explicit Gradient(const Request& request) : AttentionKernel(request, true) {}

 private:
  void execute(const Arguments& a) override {
    for_tasks(a, [&](const Task& t) {
      for (auto b = blocks_.rbegin(); b != blocks_.rend(); ++b) run_back(t, *b);
      if (!narrow()) return;
      store_total(t, t.part.totals.key, sizes_.key());
      store_total(t, t.part.totals.value, sizes_.value());
    });
  }

  void run_back(const Task& t, const Block& b) {
    const Arguments& a = t.a;
    Products& p = products_of(t, b);
    float* const shares = table_of(t, 0);
    float* const flows = table_of(t, 1);
    const int64_t count = group_ * b.rows * b.keys;
    void* const dy = place(a.inputs, sizes_.result(a.inputs.size() - 1), t, b.first);
    fill_shares(t, b, shares);
    if (void* const dvalue = total_of(t, t.part.totals.value, sizes_.value()))
      multiply(p.dvalue, t, rounded_of(t, 0, 2, count), dy, dvalue);
    multiply(p.dshares, t, dy, place(a.inputs, sizes_.value(), t), flows);
    for (int64_t r = 0; r < group_ * b.rows; ++r) {
      float* const row = flows + r * b.keys;
      softmax_rows().softmax_grad(shares + r * b.keys, row, row, b.keys);
      if (masked_ && looks_nowhere(t, b.first + r % b.rows)) std::fill_n(row, b.keys, 0.0F);
    }
    void* const dscores = rounded_of(t, 1, 2, count);
    if (void* const dquery = place(a.outputs, sizes_.query(), t, b.first))
      multiply(p.dquery, t, dscores, place(a.inputs, sizes_.key(), t), dquery);
    if (void* const dkey = total_of(t, t.part.totals.key, sizes_.key()))
      multiply(p.dkey, t, dscores, place(a.inputs, sizes_.query(), t, b.first), dkey);
  }

  // Where the gradient of a side is added up; null if nobody wants it.
  void* total_of(const Task& t, int64_t offset, const Side& side) const {
    void* const result = place(t.a.outputs, side, t);
    return result == nullptr || !narrow() ? result : scratch(t.a, offset);
  }

  // [heads, steps, width] to their places between other heads.
  void store_total(const Task& t, int64_t offset, const Side& side) const {
    auto* const result = static_cast<Bfloat16*>(place(t.a.outputs, side, t));
    if (result == nullptr) return;
    const auto* from = static_cast<const float*>(scratch(t.a, offset));
    for (int64_t head = 0; head < group_; ++head) {
      for (int64_t step = 0; step < side.steps; ++step, from += side.width)
        conversion_loop(false)({{from}, {1}, result + step * side.stride + head * side.width, side.width, nullptr});
    }
  }
};

Support accepts(const Request& request) {
  const Sizes sizes(request);
  for (const Side& side : {sizes.query(), sizes.value(), sizes.result(0)}) {
    // It takes the rows of a single column to lie close together, whatever the strides say.
    if (side.width == 1 && side.stride > 1) return {false, "the library reads one feature of several wrongly"};
  }
  return only_real(request);
}

template <class K> std::unique_ptr<Kernel> make(const Request& request) { return std::make_unique<K>(request); }

}  // namespace

void register_attention(KernelRegistry& registry) {
  registry.add("attention", {accepts, make<Forward>});
  registry.add("attention_grad", {accepts, make<Gradient>});
  registry.add("self_attention", {accepts, make<Forward>});
  registry.add("self_attention_grad", {accepts, make<Gradient>});
}

}  // namespace dltrain::backends::onednn
