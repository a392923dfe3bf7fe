// Batch normalization over channels-last tables, forward and backward, with the rectifier and the residual sum of fused
// nodes: one pass for the statistics, one for the result. oneDNN's own needs channels-first to be fast in neither
// (measured: 4 to 9 times slower).
#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/norm.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

struct Table {
  int64_t rows = 1;
  int64_t channels = 1;
  int parts = 1;

  int64_t elements() const { return rows * channels; }
};

Table table_of(const Request& request) {
  const Shape& x = request.input(0).shape;
  Table table{x.slice(0, x.rank() - 1).elements(), x.back()};
  table.parts = parts_for(request.machine, 2 * static_cast<double>(table.elements()), table.rows);
  return table;
}

Rectifier rectifier_of(const graph::Attributes& attributes) {
  if (attributes.get_or<std::string>("function", "") != "relu") return {false, 0};
  const double limit = attributes.real("max_value");
  return {true, limit < 0 ? std::numeric_limits<float>::infinity() : static_cast<float>(limit)};
}

Support accepts(const Request& request) {
  if (const Support support = only_real(request); !support.yes) return support;
  const std::string function = request.node.attributes.get_or<std::string>("function", "");
  if (function.empty()) return {};
  const bool plain = function == "relu" && request.node.attributes.real("negative_slope") == 0 &&
                     request.node.attributes.real("threshold") == 0;
  return {plain, plain ? "" : "it has no such function behind a normalization"};
}

// Scratch memory: sums of every part, and a few vectors of one float a channel.
struct Scratch {
  double* sums;  // [parts][2][channels]
  float* vectors;  // [count][channels]
};
constexpr int64_t vector_count = 4;

int64_t scratch_bytes(const Table& table) {
  const int64_t doubles = checked_multiply(2 * table.parts, table.channels);
  return checked_add(checked_multiply(doubles, sizeof(double)),
                     checked_multiply(vector_count * table.channels, sizeof(float)));
}

Scratch scratch_of(const Table& table, void* memory) {
  auto* sums = static_cast<double*>(memory);
  return {sums, reinterpret_cast<float*>(sums + 2 * table.parts * table.channels)};
}

// Runs f(part, rows, first sums, second sums) in parallel and adds the sums up in the order of the parts.
template <class F> void gather_sums(const Table& t, double* sums, const F& f) {
  in_parallel(t.parts, [&](int part) {
    double* first = sums + part * 2 * t.channels;
    std::fill_n(first, 2 * t.channels, 0.0);
    f(part_of(t.rows, t.parts, part), first, first + t.channels);
  });
  for (int part = 1; part < t.parts; ++part) {
    for (int64_t i = 0; i < 2 * t.channels; ++i) sums[i] += sums[part * 2 * t.channels + i];
  }
}

// A value near the mean of each channel, from rows spread over the table: differences from it lose no digits when
// squared.
template <class T>
void estimate_means(const Table& t, const T* x, float* shift) {
  const int64_t samples = std::min<int64_t>(t.rows, 16);
  std::fill_n(shift, t.channels, 0.0F);
  for (int64_t s = 0; s < samples; ++s) {
    const T* row = x + t.rows * s / samples * t.channels;
    for (int64_t c = 0; c < t.channels; ++c) shift[c] += as_float(row[c]) / static_cast<float>(samples);
  }
}

// mean, biased variance and 1 / deviation of each channel; variance may be null.
template <class T>
void statistics(const Table& t, double epsilon, const T* x, const Scratch& scratch, float* mean, float* variance,
                float* inverse) {
  float* shift = scratch.vectors;
  estimate_means(t, x, shift);
  gather_sums(t, scratch.sums, [&](Range rows, double* first, double* second) {
    norm_loops<T>().moments(x + rows.begin * t.channels, shift, rows.end - rows.begin, t.channels, first, second);
  });
  const auto n = static_cast<double>(t.rows);
  for (int64_t c = 0; c < t.channels; ++c) {
    const double offset = scratch.sums[c] / n;
    const double spread = scratch.sums[t.channels + c] / n - offset * offset;
    const double biased = spread < 0 ? 0 : spread;  // not-a-number stays
    mean[c] = static_cast<float>(static_cast<double>(shift[c]) + offset);
    if (variance != nullptr) variance[c] = static_cast<float>(biased);
    inverse[c] = static_cast<float>(1 / std::sqrt(biased + epsilon));
  }
}

template <class T>
void normalize(const Table& t, const BatchNormColumns& columns, Rectifier rectifier, const T* x, const T* residual,
               T* y) {
  in_parallel(t.parts, [&](int part) {
    const Range rows = part_of(t.rows, t.parts, part);
    const int64_t first = rows.begin * t.channels;
    norm_loops<T>().batch_forward(columns, rectifier, x + first, residual == nullptr ? nullptr : residual + first,
                                  rows.end - rows.begin, t.channels, y + first);
  });
}

// inputs x, gamma, beta (, residual); outputs y, mean, variance, inverse.
template <class T> std::unique_ptr<Kernel> make_forward(const Request& request) {
  const Table t = table_of(request);
  KernelInfo info = own_info(request, 8 * static_cast<double>(t.elements()));
  info.scratch_bytes = scratch_bytes(t);
  info.bytes += static_cast<double>(request.input(0).bytes());  // statistics, then the result
  allow_in_place(info, request);
  return make_kernel(std::move(info), [t, epsilon = request.node.attributes.real("epsilon"),
                                       rectifier = rectifier_of(request.node.attributes),
                                       has_residual = request.node.inputs.size() > 3](const Arguments& a) {
    const Scratch scratch = scratch_of(t, a.scratch);
    float* mean = a.outputs[1] != nullptr ? output<float>(a, 1) : scratch.vectors + t.channels;
    float* inverse = a.outputs[3] != nullptr ? output<float>(a, 3) : scratch.vectors + 2 * t.channels;
    statistics(t, epsilon, input<T>(a, 0), scratch, mean, output<float>(a, 2), inverse);
    if (a.outputs[0] == nullptr) return;
    const BatchNormColumns columns{input<float>(a, 1), input<float>(a, 2), mean, inverse};
    normalize<T>(t, columns, rectifier, input<T>(a, 0), has_residual ? input<T>(a, 3) : nullptr, output<T>(a));
  });
}

// inputs x, gamma, beta, mean, variance (, residual).
template <class T> std::unique_ptr<Kernel> make_inference(const Request& request) {
  const Table t = table_of(request);
  const Rectifier rectifier = rectifier_of(request.node.attributes);
  const bool has_residual = request.node.inputs.size() > 5;
  const double epsilon = request.node.attributes.real("epsilon");
  KernelInfo info = own_info(request, 4 * static_cast<double>(t.elements()));
  info.scratch_bytes = checked_multiply(t.channels, sizeof(float));
  allow_in_place(info, request);
  return make_kernel(std::move(info), [t, rectifier, has_residual, epsilon](const Arguments& a) {
    auto* inverse = static_cast<float*>(a.scratch);
    for (int64_t c = 0; c < t.channels; ++c) {
      inverse[c] = static_cast<float>(1 / std::sqrt(static_cast<double>(input<float>(a, 4)[c]) + epsilon));
    }
    const BatchNormColumns columns{input<float>(a, 1), input<float>(a, 2), input<float>(a, 3), inverse};
    normalize<T>(t, columns, rectifier, input<T>(a, 0), has_residual ? input<T>(a, 5) : nullptr, output<T>(a));
  });
}

// dx = gamma inverse (dy - (dbeta + h dgamma) / n) = a dy + b (x - mean) + d.
void backward_vectors(const Table& t, const BatchNormColumns& k, const double* sums, float* vectors) {
  const auto n = static_cast<double>(t.rows);
  for (int64_t c = 0; c < t.channels; ++c) {
    const double scale = static_cast<double>(k.gamma[c]) * static_cast<double>(k.inverse[c]);
    vectors[c] = static_cast<float>(scale);
    vectors[t.channels + c] = static_cast<float>(-scale * static_cast<double>(k.inverse[c]) * sums[t.channels + c] / n);
    vectors[2 * t.channels + c] = static_cast<float>(-scale * sums[c] / n);
  }
}

template <class T> struct BackwardInputs {
  const T* x;
  const T* y;  // null without a rectifier, and where it is computed again
  const T* dy;
};

// outputs dx, dgamma, dbeta (, masked dy).
template <class T>
void backward(const Table& t, const BatchNormColumns& columns, Rectifier rectifier, const BackwardInputs<T>& in,
              const Arguments& a, T* masked) {
  const Scratch scratch = scratch_of(t, a.scratch);
  const auto y_at = [&](int64_t at) { return in.y == nullptr ? nullptr : in.y + at; };
  gather_sums(t, scratch.sums, [&](Range rows, double* sum_dy, double* sum_dyh) {
    const int64_t at = rows.begin * t.channels;
    norm_loops<T>().batch_sums(columns, rectifier, in.x + at, y_at(at), in.dy + at, rows.end - rows.begin, t.channels,
                               masked == nullptr ? nullptr : masked + at, sum_dy, sum_dyh);
  });
  for (int64_t c = 0; c < t.channels; ++c) {
    if (a.outputs[1] != nullptr) output<float>(a, 1)[c] = static_cast<float>(scratch.sums[t.channels + c]);
    if (a.outputs[2] != nullptr) output<float>(a, 2)[c] = static_cast<float>(scratch.sums[c]);
  }
  if (a.outputs[0] == nullptr) return;
  backward_vectors(t, columns, scratch.sums, scratch.vectors);
  const T* flow = masked != nullptr ? masked : in.dy;
  const Rectifier mask = masked != nullptr ? Rectifier{} : rectifier;
  in_parallel(t.parts, [&](int part) {
    const Range rows = part_of(t.rows, t.parts, part);
    const int64_t at = rows.begin * t.channels;
    const float* v = scratch.vectors;
    norm_loops<T>().batch_backward(columns, {v, v + t.channels, v + 2 * t.channels}, mask, in.x + at, y_at(at),
                                   flow + at, rows.end - rows.begin, t.channels, output<T>(a) + at);
  });
}

KernelInfo backward_info(const Request& request, const Table& t) {
  KernelInfo info = own_info(request, 10 * static_cast<double>(t.elements()));
  info.scratch_bytes = scratch_bytes(t);
  info.bytes += 2 * static_cast<double>(request.input(0).bytes());  // x and dy are read for the sums and again for dx
  return info;
}

// inputs x, gamma, mean, inverse, dy.
template <class T> std::unique_ptr<Kernel> make_grad(const Request& request) {
  const Table t = table_of(request);
  KernelInfo info = backward_info(request, t);
  info.in_place = {{0, 0}, {4, 0}};
  return make_kernel(std::move(info), [t](const Arguments& a) {
    const BatchNormColumns columns{input<float>(a, 1), nullptr, input<float>(a, 2), input<float>(a, 3)};
    backward<T>(t, columns, {}, {input<T>(a, 0), nullptr, input<T>(a, 4)}, a, nullptr);
  });
}

// inputs x, gamma, mean, inverse, y or beta, dy; outputs dx, dgamma, dbeta, dresidual.
template <class T> std::unique_ptr<Kernel> make_fused_grad(const Request& request) {
  const Table t = table_of(request);
  const bool again = request.node.attributes.get_or<bool>("recompute", false);
  KernelInfo info = backward_info(request, t);
  if (!again) info.bytes += static_cast<double>(request.input(4).bytes());  // y is read twice too
  if (request.output_used[3]) info.in_place = {{5, 3}, {0, 0}};
  else info.in_place = {{0, 0}, {5, 0}};
  if (!again) info.in_place.emplace_back(4, 0);
  return make_kernel(std::move(info),
                     [t, again, rectifier = rectifier_of(request.node.attributes)](const Arguments& a) {
                       const BatchNormColumns columns{input<float>(a, 1), again ? input<float>(a, 4) : nullptr,
                                                      input<float>(a, 2), input<float>(a, 3)};
                       const T* y = again ? nullptr : input<T>(a, 4);
                       backward<T>(t, columns, rectifier, {input<T>(a, 0), y, input<T>(a, 5)}, a, output<T>(a, 3));
                     });
}

}  // namespace

void register_batch_norm(KernelRegistry& registry) {
  const auto forward = [](const Request& r) { return for_dtype(r, [&]<class T>(T*) { return make_forward<T>(r); }); };
  const auto inference = [](const Request& r) {
    return for_dtype(r, [&]<class T>(T*) { return make_inference<T>(r); });
  };
  registry.add("batch_norm", {accepts, forward});
  registry.add("fused_batch_norm", {accepts, forward});
  registry.add("batch_norm_inference", {accepts, inference});
  registry.add("fused_batch_norm_inference", {accepts, inference});
  registry.add("batch_norm_grad",
               {accepts, [](const Request& r) { return for_dtype(r, [&]<class T>(T*) { return make_grad<T>(r); }); }});
  registry.add("fused_batch_norm_grad", {accepts, [](const Request& r) {
                                           return for_dtype(r, [&]<class T>(T*) { return make_fused_grad<T>(r); });
                                         }});
}

}  // namespace dltrain::backends::onednn
