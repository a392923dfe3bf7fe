// Layer normalization over the last axis, forward and backward.
#include <algorithm>

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
};

Table table_of(const Request& request) {
  const int64_t channels = request.input(0).shape.back();
  Table table{request.input(0).elements() / channels, channels};
  table.parts = parts_for(request.machine, 4 * static_cast<double>(table.rows * channels), table.rows);
  return table;
}

Support accepts(const Request& request) { return only_real(request); }

template <class P> P* moved(P* pointer, int64_t by) { return pointer == nullptr ? nullptr : pointer + by; }

// inputs x, gamma, beta; outputs y, mean, inverse.
template <class T> std::unique_ptr<Kernel> make_forward(const Request& request) {
  const Table t = table_of(request);
  KernelInfo info = own_info(request, 8 * static_cast<double>(t.rows * t.channels));
  if (request.output_used[0]) allow_in_place(info, request);
  info.scratch_bytes = request.output_used[0] ? 0 : request.output(0).bytes();
  return make_kernel(std::move(info), [t, epsilon = static_cast<float>(request.node.attributes.real("epsilon"))](
                                          const Arguments& a) {
    T* y = a.outputs[0] != nullptr ? output<T>(a) : static_cast<T*>(a.scratch);
    in_parallel(t.parts, [&](int part) {
      const Range rows = part_of(t.rows, t.parts, part);
      norm_loops<T>().layer_forward(input<T>(a, 0) + rows.begin * t.channels, input<float>(a, 1), input<float>(a, 2),
                                    epsilon, rows.end - rows.begin, t.channels, y + rows.begin * t.channels,
                                    moved(output<float>(a, 1), rows.begin), moved(output<float>(a, 2), rows.begin));
    });
  });
}

// inputs x, gamma, mean, inverse, dy; outputs dx, dgamma, dbeta.
template <class T> std::unique_ptr<Kernel> make_grad(const Request& request) {
  const Table t = table_of(request);
  KernelInfo info = own_info(request, 14 * static_cast<double>(t.rows * t.channels));
  info.in_place = {{4, 0}};
  info.scratch_bytes = checked_multiply(checked_multiply(2 * t.parts, t.channels), sizeof(double));
  return make_kernel(std::move(info), [t](const Arguments& a) {
    auto* sums = static_cast<double*>(a.scratch);  // [parts][dgamma, dbeta][channels]
    in_parallel(t.parts, [&](int part) {
      const Range rows = part_of(t.rows, t.parts, part);
      const int64_t at = rows.begin * t.channels;
      double* own = sums + part * 2 * t.channels;
      std::fill_n(own, 2 * t.channels, 0.0);
      norm_loops<T>().layer_backward(input<T>(a, 0) + at, input<float>(a, 1), input<float>(a, 2) + rows.begin,
                                     input<float>(a, 3) + rows.begin, input<T>(a, 4) + at, rows.end - rows.begin,
                                     t.channels, moved(output<T>(a), at), own, own + t.channels);
    });
    for (int part = 1; part < t.parts; ++part) {
      for (int64_t i = 0; i < 2 * t.channels; ++i) sums[i] += sums[part * 2 * t.channels + i];
    }
    for (size_t o = 1; o <= 2; ++o) {
      const double* of = sums + (static_cast<int64_t>(o) - 1) * t.channels;
      for (int64_t c = 0; a.outputs[o] != nullptr && c < t.channels; ++c)
        output<float>(a, o)[c] = static_cast<float>(of[c]);
    }
  });
}

}  // namespace

void register_layer_norm(KernelRegistry& registry) {
  registry.add("layer_norm", {accepts, [](const Request& r) {
                                return for_dtype(r, [&]<class T>(T*) { return make_forward<T>(r); });
                              }});
  registry.add("layer_norm_grad",
               {accepts, [](const Request& r) { return for_dtype(r, [&]<class T>(T*) { return make_grad<T>(r); }); }});
}

}  // namespace dltrain::backends::onednn
