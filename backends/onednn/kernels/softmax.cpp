// softmax, log_softmax and their gradients; softmax and sigmoid cross-entropy and theirs. One row after the other, rows
// shared between threads.
#include "backends/onednn/vector/softmax.h"

#include <algorithm>
#include <array>

#include "backends/onednn/dtypes.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"

namespace dltrain::backends::onednn {

namespace {

constexpr double cost = 16;  // additions that an element is worth

// Rows of the first input along its last axis.
struct Rows {
  int64_t rows = 1;
  int64_t width = 1;
  int parts = 1;
};

Rows rows_of(const Request& request) {
  const int64_t elements = request.input(0).elements();
  const int64_t width = std::max<int64_t>(request.input(0).shape.back(), 1);
  return {elements / width, width, parts_for(request.machine, static_cast<double>(elements) * cost, elements / width)};
}

// The kernel that calls f(arguments, row number) for each row.
template <class F> std::unique_ptr<Kernel> make_rows(const Request& request, bool in_place, F f) {
  const Rows rows = rows_of(request);
  KernelInfo info = own_info(request, static_cast<double>(rows.rows * rows.width) * cost);
  if (in_place) allow_in_place(info, request);
  return make_kernel(std::move(info), [rows, f](const Arguments& a) {
    in_parallel(rows.parts, [&](int part) {
      const Range own = part_of(rows.rows, rows.parts, part);
      for (int64_t r = own.begin; r < own.end; ++r) f(a, r, rows.width);
    });
  });
}

Support accepts(const Request& request) { return only_float32(request); }

// f: the function of one row of SoftmaxRows.
template <auto f> std::unique_ptr<Kernel> make_function(const Request& request) {
  return make_rows(request, true, [](const Arguments& a, int64_t r, int64_t n) {
    (softmax_rows().*f)(input<float>(a, 0) + r * n, output<float>(a) + r * n, n);
  });
}

template <auto f> std::unique_ptr<Kernel> make_gradient(const Request& request) {
  return make_rows(request, true, [](const Arguments& a, int64_t r, int64_t n) {
    (softmax_rows().*f)(input<float>(a, 0) + r * n, input<float>(a, 1) + r * n, output<float>(a) + r * n, n);
  });
}

// --- sparse labels ---

using LabelAt = int64_t (*)(const void* labels, int64_t i);

LabelAt label_reader(DType dtype) {
  LabelAt found = nullptr;
  visit_stored(dtype, [&]<class I>(I*) {
    if constexpr (std::is_integral_v<I>)
      found = [](const void* labels, int64_t i) { return static_cast<int64_t>(static_cast<const I*>(labels)[i]); };
  });
  return found;
}

Support accepts_sparse(const Request& request) {
  if (request.input(0).dtype != DType::f32)
    return {false, "it computes in float32 (was " + request.input(0).text() + ")"};
  return {};
}

// Some rows at once, with their maxima in between.
std::unique_ptr<Kernel> make_sparse(const Request& request) {
  const Rows all = rows_of(request);
  const LabelAt label_at = label_reader(request.input(1).dtype);
  return make_kernel(own_info(request, static_cast<double>(all.rows * all.width) * cost), [=](const Arguments& a) {
    in_parallel(all.parts, [&](int part) {
      const Range own = part_of(all.rows, all.parts, part);
      constexpr int64_t most = 128;
      std::array<float, most> shifts;
      for (int64_t first = own.begin; first < own.end; first += most) {
        const float* x = input<float>(a, 0) + first * all.width;
        float* y = output<float>(a) + first;
        const int64_t rows = std::min(most, own.end - first);
        softmax_rows().log_sums(x, rows, all.width, shifts.data(), y);
        for (int64_t r = 0; r < rows; ++r) {
          const int64_t label = label_at(a.inputs[1], first + r);
          const bool is_class = label >= 0 && label < all.width;
          y[r] = is_class ? y[r] - (x[r * all.width + label] - shifts[static_cast<size_t>(r)]) : 0;
        }
      }
    });
  });
}

std::unique_ptr<Kernel> make_sparse_grad(const Request& request) {
  return make_rows(request, false,
                   [label_at = label_reader(request.input(1).dtype)](const Arguments& a, int64_t r, int64_t n) {
                     const int64_t label = label_at(a.inputs[1], r);
                     float* dx = output<float>(a) + r * n;
                     if (label < 0 || label >= n) {
                       std::fill_n(dx, n, 0.0F);
                       return;
                     }
                     const float flow = input<float>(a, 2)[r];
                     softmax_rows().scaled_softmax(input<float>(a, 0) + r * n, flow, nullptr, 0, dx, n);
                     dx[label] -= flow;
                   });
}

// --- targets by class ---

std::unique_ptr<Kernel> make_dense(const Request& request) {
  return make_rows(request, false, [](const Arguments& a, int64_t r, int64_t n) {
    output<float>(a)[r] = softmax_rows().cross_entropy(input<float>(a, 0) + r * n, input<float>(a, 1) + r * n, n);
  });
}

std::unique_ptr<Kernel> make_dense_grad(const Request& request) {
  return make_rows(request, false, [](const Arguments& a, int64_t r, int64_t n) {
    const float* t = input<float>(a, 1) + r * n;
    const float flow = input<float>(a, 2)[r];
    softmax_rows().scaled_softmax(input<float>(a, 0) + r * n, flow * softmax_rows().sum(t, n), t, flow,
                                  output<float>(a) + r * n, n);
  });
}

// --- sigmoid cross-entropy: one row is as good as many ---

template <class F> std::unique_ptr<Kernel> make_flat(const Request& request, F f) {
  const int64_t elements = request.output().elements();
  const int parts = parts_for(request.machine, static_cast<double>(elements) * cost, elements);
  KernelInfo info = own_info(request, static_cast<double>(elements) * cost);
  allow_in_place(info, request);
  return make_kernel(std::move(info), [elements, parts, f](const Arguments& a) {
    in_parallel(parts, [&](int part) { f(a, part_of(elements, parts, part, 64)); });
  });
}

std::unique_ptr<Kernel> make_sigmoid(const Request& request) {
  return make_flat(request, [](const Arguments& a, Range own) {
    softmax_rows().sigmoid_cross_entropy(input<float>(a, 0) + own.begin, input<float>(a, 1) + own.begin,
                                         output<float>(a) + own.begin, own.end - own.begin);
  });
}

std::unique_ptr<Kernel> make_sigmoid_grad(const Request& request) {
  return make_flat(request, [](const Arguments& a, Range own) {
    softmax_rows().sigmoid_cross_entropy_grad(input<float>(a, 0) + own.begin, input<float>(a, 1) + own.begin,
                                              input<float>(a, 2) + own.begin, output<float>(a) + own.begin,
                                              own.end - own.begin);
  });
}

}  // namespace

void register_softmax(KernelRegistry& registry) {
  registry.add("softmax", {accepts, make_function<&SoftmaxRows::softmax>});
  registry.add("log_softmax", {accepts, make_function<&SoftmaxRows::log_softmax>});
  registry.add("softmax_grad", {accepts, make_gradient<&SoftmaxRows::softmax_grad>});
  registry.add("log_softmax_grad", {accepts, make_gradient<&SoftmaxRows::log_softmax_grad>});
  registry.add("sparse_softmax_cross_entropy", {accepts_sparse, make_sparse});
  registry.add("sparse_softmax_cross_entropy_grad", {accepts_sparse, make_sparse_grad});
  registry.add("softmax_cross_entropy", {accepts, make_dense});
  registry.add("softmax_cross_entropy_grad", {accepts, make_dense_grad});
  registry.add("sigmoid_cross_entropy", {accepts, make_sigmoid});
  registry.add("sigmoid_cross_entropy_grad", {accepts, make_sigmoid_grad});
}

}  // namespace dltrain::backends::onednn
