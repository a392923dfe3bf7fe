// Rows by index: gather, scatter_add, one_hot. An index outside the table reads zeros and receives nothing. Each thread
// owns a range of the rows that are written, so that sums are made in the order of the indices for any number of
// threads.
#include <cstring>

#include "backends/onednn/dtypes.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/vector/elementwise.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

// Index i of an integer array, as far as it fits: others are outside of every table.
template <class F> void visit_indices(DType dtype, const F& f) {
  visit_stored(dtype, [&]<class I>(I*) {
    if constexpr (std::is_integral_v<I>) f(static_cast<I*>(nullptr));
  });
}

bool inside(int64_t index, int64_t rows) { return index >= 0 && index < rows; }

Support accepts_any(const Request& request) {
  const DType from = request.input(0).dtype, to = request.output().dtype;
  if (from == to || (from == DType::f32 && to == DType::bf16)) return {};
  return {false, "it does not make " + request.output().text() + " of " + request.input(0).text()};
}

std::unique_ptr<Kernel> make_gather(const Request& request) {
  const int64_t rows = request.input(0).shape[0];
  const int64_t count = request.input(1).elements();
  const int64_t row_bytes = request.input(0).bytes() / std::max<int64_t>(rows, 1);
  const int64_t width = request.input(0).elements() / std::max<int64_t>(rows, 1);
  const bool rounds = request.input(0).dtype != request.output().dtype;
  const int64_t out_bytes = rounds ? row_bytes / 2 : row_bytes;
  const int parts = parts_for(request.machine, static_cast<double>(request.output().elements()), count);
  KernelInfo info = own_info(request, 0);
  info.implementation = "own:copy";
  info.bytes = (rounds ? 3.0 : 2.0) * static_cast<double>(request.output().bytes()) +
               static_cast<double>(request.input(1).bytes());
  return make_kernel(std::move(info),
                     [=, dtype = request.input(1).dtype, convert = conversion_loop(false)](const Arguments& a) {
                       visit_indices(dtype, [&]<class I>(I*) {
                         in_parallel(parts, [&](int part) {
                           const Range own = part_of(count, parts, part);
                           for (int64_t i = own.begin; i < own.end; ++i) {
                             const auto index = static_cast<int64_t>(input<I>(a, 1)[i]);
                             std::byte* const to = output<std::byte>(a) + i * out_bytes;
                             if (!inside(index, rows)) std::memset(to, 0, to_size(out_bytes));
                             else if (rounds) convert({{input<float>(a, 0) + index * width}, {1}, to, width, nullptr});
                             else std::memcpy(to, input<std::byte>(a, 0) + index * row_bytes, to_size(row_bytes));
                           }
                         });
                       });
                     });
}

// Adds `count` elements at x to those at y.
using AddRow = void (*)(const void* x, void* y, int64_t count);

AddRow add_row_for(DType dtype) {
  AddRow found = nullptr;
  visit_stored(dtype, [&]<class T>(T*) {
    found = [](const void* x, void* y, int64_t count) {
      const auto* from = static_cast<const T*>(x);
      auto* to = static_cast<T*>(y);
      for (int64_t i = 0; i < count; ++i) to[i] = static_cast<T>(to[i] + from[i]);
    };
  });
  if (dtype != DType::f32) return found;
  return [](const void* x, void* y, int64_t count) {
    static const ElementLoop add = vector_loop("add");
    add({{y, x, nullptr}, {1, 1, 0}, y, count, nullptr});
  };
}

Support accepts_scatter(const Request& request) {
  if (request.input(1).dtype == DType::bf16) return {};
  if (add_row_for(request.output().dtype) != nullptr) return {};
  return {false, "it does not add up " + request.output().text()};
}

void add_narrow(const Bfloat16* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] += as_float(x[i]);
}

// Rows of bfloat16, added up in float32: in place where the result is that, else in scratch memory.
std::unique_ptr<Kernel> make_narrow_scatter(const Request& request) {
  const int64_t rows = request.output().shape[0];
  const int64_t count = request.input(0).elements();
  const int64_t width = request.output().elements() / rows;
  const bool rounds = request.output().dtype == DType::bf16;
  const double work =
      static_cast<double>(request.output().elements()) + static_cast<double>(request.input(1).elements());
  const int parts = parts_for(request.machine, work, rows);
  KernelInfo info = own_info(request, static_cast<double>(request.input(1).elements()));
  if (rounds) info.scratch_bytes = checked_multiply(request.output().elements(), sizeof(float));
  return make_kernel(std::move(info), [=, dtype = request.input(0).dtype](const Arguments& a) {
    float* const sums = rounds ? static_cast<float*>(a.scratch) : output<float>(a);
    visit_indices(dtype, [&]<class I>(I*) {
      in_parallel(parts, [&](int part) {
        const Range own = part_of(rows, parts, part);
        const int64_t own_count = (own.end - own.begin) * width;
        std::fill_n(sums + own.begin * width, own_count, 0.0F);
        for (int64_t i = 0; i < count; ++i) {
          const auto index = static_cast<int64_t>(input<I>(a, 0)[i]);
          if (index < own.begin || index >= own.end) continue;
          add_narrow(input<Bfloat16>(a, 1) + i * width, sums + index * width, width);
        }
        if (rounds)
          conversion_loop(false)(
              {{sums + own.begin * width}, {1}, output<Bfloat16>(a) + own.begin * width, own_count, nullptr});
      });
    });
  });
}

std::unique_ptr<Kernel> make_scatter_add(const Request& request) {
  if (request.input(1).dtype == DType::bf16) return make_narrow_scatter(request);
  const int64_t rows = request.output().shape[0];
  const int64_t count = request.input(0).elements();
  const int64_t width = request.output().elements() / rows;
  const auto size = static_cast<int64_t>(byte_size(request.output().dtype));
  const double work =
      static_cast<double>(request.output().elements()) + static_cast<double>(request.input(1).elements());
  const int parts = parts_for(request.machine, work, rows);
  const AddRow add = add_row_for(request.output().dtype);
  return make_kernel(own_info(request, static_cast<double>(request.input(1).elements())),
                     [=, dtype = request.input(0).dtype](const Arguments& a) {
                       visit_indices(dtype, [&]<class I>(I*) {
                         in_parallel(parts, [&](int part) {
                           const Range own = part_of(rows, parts, part);
                           std::memset(output<std::byte>(a) + own.begin * width * size, 0,
                                       to_size((own.end - own.begin) * width * size));
                           for (int64_t i = 0; i < count; ++i) {
                             const auto index = static_cast<int64_t>(input<I>(a, 0)[i]);
                             if (index < own.begin || index >= own.end) continue;
                             add(input<std::byte>(a, 1) + i * width * size, output<std::byte>(a) + index * width * size,
                                 width);
                           }
                         });
                       });
                     });
}

Support accepts_one_hot(const Request& request) {
  if (visit_stored(request.output().dtype, [](auto*) {})) return {};
  return {false, "it does not write " + request.output().text()};
}

std::unique_ptr<Kernel> make_one_hot(const Request& request) {
  const int64_t depth = request.node.attributes.integer("depth");
  const int64_t count = request.input(0).elements();
  return make_kernel(own_info(request, 0),
                     [=, from = request.input(0).dtype, to = request.output().dtype](const Arguments& a) {
                       std::memset(a.outputs[0], 0, to_size(count * depth) * byte_size(to));
                       visit_indices(from, [&]<class I>(I*) {
                         visit_stored(to, [&]<class T>(T*) {
                           for (int64_t i = 0; i < count; ++i) {
                             const auto index = static_cast<int64_t>(input<I>(a, 0)[i]);
                             if (inside(index, depth)) output<T>(a)[i * depth + index] = 1;
                           }
                         });
                       });
                     });
}

}  // namespace

void register_gather(KernelRegistry& registry) {
  registry.add("gather", {accepts_any, make_gather});
  registry.add("scatter_add", {accepts_scatter, make_scatter_add});
  registry.add("one_hot", {accepts_one_hot, make_one_hot});
}

}  // namespace dltrain::backends::onednn
