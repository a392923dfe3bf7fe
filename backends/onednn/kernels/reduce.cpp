// Sums and extremes along axes, and argmax. float32 has vector loops; other dtypes, and axes that cannot be merged into
// one stretch, are folded element by element.
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "backends/onednn/dtypes.h"
#include "backends/onednn/kernel.h"
#include "backends/onednn/parallel.h"
#include "backends/onednn/reduction.h"
#include "backends/onednn/vector/reduce.h"
#include "core/checked.h"

namespace dltrain::backends::onednn {

namespace {

constexpr int64_t column_grain = 64;  // whole cache lines

// How a fold is shared between threads: its outer rows, its columns, or (with partial results in scratch) what is
// folded.
struct Sharing {
  enum class By {
    outer,
    inner,
    count
  } by = By::outer;
  int parts = 1;
};

Sharing sharing_of(const Fold& fold, const Machine& machine) {
  const double elements =
      static_cast<double>(fold.outer) * static_cast<double>(fold.count) * static_cast<double>(fold.inner);
  const int parts = parts_for(machine, elements, INT64_MAX);
  if (fold.outer >= parts) return {Sharing::By::outer, parts};
  if (fold.inner >= 64 * column_grain * parts) return {Sharing::By::inner, parts};
  if (fold.outer == 1 && fold.count >= parts) return {Sharing::By::count, parts};
  return {Sharing::By::outer, static_cast<int>(fold.outer)};
}

// --- sums ---

// Columns [begin, begin + columns) of the rows [first, last) of one outer slice, into doubles.
template <class T>
void sum_part(const Fold& fold, const T* x, Range rows, Range columns, double* sums) {
  std::fill(sums, sums + (columns.end - columns.begin), 0.0);
  if (fold.inner == 1) *sums = sum_of(x + rows.begin, rows.end - rows.begin);
  else
    add_columns(x + rows.begin * fold.inner + columns.begin, rows.end - rows.begin, fold.inner,
                columns.end - columns.begin, sums);
}

template <class R> void store_sums(const double* sums, R* y, int64_t count) {
  for (int64_t i = 0; i < count; ++i) y[i] = rounded<R>(static_cast<float>(sums[i]));
}

template <class T, class R>
void sum_shared_rows(const Fold& fold, int parts, const T* x, R* y, double* partial) {
  in_parallel(parts, [&](int part) {
    sum_part(fold, x, part_of(fold.count, parts, part), {0, fold.inner}, partial + part * fold.inner);
  });
  for (int part = 1; part < parts; ++part) {
    for (int64_t i = 0; i < fold.inner; ++i) partial[i] += partial[part * fold.inner + i];
  }
  store_sums(partial, y, fold.inner);
}

// T: of the input; R: of the sums.
template <class T, class R> std::unique_ptr<Kernel> make_sum(const Request& request, const Fold& fold) {
  const Sharing sharing = sharing_of(fold, request.machine);
  KernelInfo info = own_info(request, static_cast<double>(request.input(0).elements()));
  info.scratch_bytes = checked_multiply(checked_multiply(sharing.parts, fold.inner), sizeof(double));
  return make_kernel(std::move(info), [fold, sharing](const Arguments& arguments) {
    const auto* x = input<T>(arguments, 0);
    auto* y = output<R>(arguments);
    auto* partial = static_cast<double*>(arguments.scratch);
    const int64_t slice = fold.count * fold.inner;
    if (sharing.by == Sharing::By::count) {
      sum_shared_rows(fold, sharing.parts, x, y, partial);
      return;
    }
    in_parallel(sharing.parts, [&](int part) {
      const bool by_outer = sharing.by == Sharing::By::outer;
      const Range outer = by_outer ? part_of(fold.outer, sharing.parts, part) : Range{0, fold.outer};
      const Range columns = by_outer ? Range{0, fold.inner} : part_of(fold.inner, sharing.parts, part, column_grain);
      double* const own = partial + part * fold.inner;
      for (int64_t o = outer.begin; o < outer.end; ++o) {
        sum_part(fold, x + o * slice, {0, fold.count}, columns, own);
        store_sums(own, y + o * fold.inner + columns.begin, columns.end - columns.begin);
      }
    });
  });
}

// --- extremes ---

template <class T>
std::unique_ptr<Kernel> make_extreme(const Request& request, const Fold& fold, Extreme which) {
  const Sharing sharing = sharing_of(fold, request.machine);
  const int parts = sharing.by == Sharing::By::outer ? sharing.parts : 1;
  return make_kernel(own_info(request, static_cast<double>(request.input(0).elements())),
                     [fold, parts, which](const Arguments& arguments) {
                       in_parallel(parts, [&](int part) {
                         const Range outer = part_of(fold.outer, parts, part);
                         for (int64_t o = outer.begin; o < outer.end; ++o) {
                           const T* x = input<T>(arguments, 0) + o * fold.count * fold.inner;
                           T* y = output<T>(arguments) + o * fold.inner;
                           if (fold.inner == 1) {
                             *y = rounded<T>(extreme_of(x, fold.count, which));
                           } else {
                             std::copy_n(x, fold.inner, y);
                             extreme_columns(x + fold.inner, fold.count - 1, fold.inner, fold.inner, y, which);
                           }
                         }
                       });
                     });
}

// Nothing is folded together: the elements themselves.
std::unique_ptr<Kernel> make_copy(const Request& request) {
  KernelInfo info = own_info(request, 0);
  info.implementation = "own:copy";
  allow_in_place(info, request);
  return make_kernel(std::move(info), [bytes = to_size(request.output().bytes())](const Arguments& a) {
    if (a.inputs[0] != a.outputs[0]) std::memcpy(a.outputs[0], a.inputs[0], bytes);
  });
}

// --- any dtype, any axes ---

enum class Operation {
  sum,
  max,
  min
};

template <class T> void fold_in(Operation operation, T x, T& total) {
  if constexpr (std::is_floating_point_v<T>) {
    if (operation != Operation::sum && (std::isnan(total) || std::isnan(x))) {
      total = std::numeric_limits<T>::quiet_NaN();
      return;
    }
  }
  if (operation == Operation::max) total = std::max(total, x);
  else if (operation == Operation::min) total = std::min(total, x);
  else if constexpr (std::is_integral_v<T>)
    total = static_cast<T>(static_cast<uint64_t>(total) + static_cast<uint64_t>(x));
  else total += x;
}

// Where each input element goes: per input axis, the stride in the output (0 if reduced).
struct Scatter {
  Shape shape;
  std::vector<int64_t> strides;
};

Scatter scatter_of(const Shape& shape, const std::vector<int64_t>& axes) {
  Scatter scatter{shape, std::vector<int64_t>(shape.rank(), 0)};
  int64_t stride = 1;
  for (size_t i = shape.rank(); i-- > 0;) {
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end()) continue;
    scatter.strides[i] = stride;
    stride *= shape[i];
  }
  return scatter;
}

// Totals in their largest type, the place in the input, and whether an output has begun.
int64_t plain_scratch(const Scatter& scatter, int64_t outputs) {
  const int64_t words = checked_add(outputs, static_cast<int64_t>(scatter.shape.rank()));
  return checked_add(checked_multiply(words, sizeof(int64_t)), outputs);
}

template <class T> T as_number(T x) { return x; }
float as_number(Bfloat16 x) { return as_float(x); }
template <class R, class A> R stored(A total) {
  if constexpr (std::is_same_v<R, Bfloat16>) return rounded<Bfloat16>(static_cast<float>(total));
  else return static_cast<R>(total);
}

// A is what totals are gathered in, R what they are stored as.
template <class T, class R, class A> void reduce_plainly(const Scatter& scatter, Operation operation, const T* x, R* y,
                                                         int64_t outputs, void* scratch) {
  static_assert(sizeof(A) <= sizeof(int64_t));
  auto* const index = static_cast<int64_t*>(scratch) + outputs;
  auto* const begun = reinterpret_cast<bool*>(index + scatter.shape.rank());
  auto* const totals = static_cast<A*>(scratch);
  std::fill_n(totals, outputs, A{});
  std::fill_n(index, scatter.shape.rank(), 0);
  std::fill_n(begun, outputs, operation == Operation::sum);
  int64_t at = 0;
  for (int64_t i = 0; i < scatter.shape.elements(); ++i) {
    if (begun[at]) fold_in<A>(operation, static_cast<A>(as_number(x[i])), totals[at]);
    else totals[at] = static_cast<A>(as_number(x[i]));
    begun[at] = true;
    for (size_t a = scatter.shape.rank(); a-- > 0;) {
      at += scatter.strides[a];
      if (++index[a] < scatter.shape[a]) break;
      at -= scatter.strides[a] * scatter.shape[a];
      index[a] = 0;
    }
  }
  for (int64_t i = 0; i < outputs; ++i) y[i] = stored<R>(totals[i]);
}

std::unique_ptr<Kernel> make_plain(const Request& request, Operation operation) {
  KernelInfo info = own_info(request, static_cast<double>(request.input(0).elements()));
  info.implementation = "own:plain";
  const Scatter scatter = scatter_of(request.input(0).shape, request.node.attributes.integers("axes"));
  const int64_t outputs = request.output().elements();
  info.scratch_bytes = plain_scratch(scatter, outputs);
  return make_kernel(std::move(info), [scatter, operation, dtype = request.input(0).dtype, to = request.output().dtype,
                                       outputs](const Arguments& a) {
    if (dtype == DType::bf16) {
      const auto* x = input<Bfloat16>(a, 0);
      if (to == DType::f32) {
        reduce_plainly<Bfloat16, float, double>(scatter, operation, x, output<float>(a), outputs, a.scratch);
      } else {
        reduce_plainly<Bfloat16, Bfloat16, double>(scatter, operation, x, output<Bfloat16>(a), outputs, a.scratch);
      }
      return;
    }
    visit_stored(dtype, [&]<class T>(T*) {
      using A = std::conditional_t<std::is_same_v<T, float>, double, T>;
      reduce_plainly<T, T, A>(scatter, operation, input<T>(a, 0), output<T>(a), outputs, a.scratch);
    });
  });
}

Operation operation_of(const Request& request) {
  const std::string& op = request.op();
  return op == "reduce_sum" ? Operation::sum : op == "reduce_max" ? Operation::max : Operation::min;
}

Support accepts(const Request& request) {
  const DType dtype = request.input(0).dtype;
  if (dtype == DType::bf16 || visit_stored(dtype, [](auto*) {})) return {};
  return {false, "it does not add up " + request.input(0).text()};
}

// The kernel for float32 and bfloat16.
std::unique_ptr<Kernel> make_real(const Request& request, const Fold& fold, Operation operation) {
  return for_dtype(request, [&]<class T>(T*) {
    if (operation != Operation::sum)
      return make_extreme<T>(request, fold, operation == Operation::max ? Extreme::max : Extreme::min);
    return request.output().dtype == DType::f32 ? make_sum<T, float>(request, fold) : make_sum<T, T>(request, fold);
  });
}

std::unique_ptr<Kernel> make(const Request& request) {
  const auto fold = fold_of(request.input(0).shape, request.node.attributes.integers("axes"));
  const Operation operation = operation_of(request);
  const DType dtype = request.input(0).dtype;
  if (fold && fold->count == 1 && request.output().dtype == dtype) return make_copy(request);
  const bool is_real = dtype == DType::f32 || dtype == DType::bf16;
  return fold && is_real ? make_real(request, *fold, operation) : make_plain(request, operation);
}

// --- argmax ---

// The place of the first of the largest; the first not-a-number is larger than anything. Without branches, since the
// processor cannot guess them.
template <class T> int32_t place_of_largest(const T* x, int64_t count, int64_t stride) {
  int64_t best = 0;
  auto largest = as_number(x[0]);
  using N = decltype(largest);
  for (int64_t i = 1; i < count; ++i) {
    const N value = as_number(x[i * stride]);
    bool is_larger = value > largest;
    if constexpr (std::is_floating_point_v<N>) is_larger = !(value <= largest) & (largest == largest);
    best = is_larger ? i : best;
    largest = is_larger ? value : largest;
  }
  return static_cast<int32_t>(best);
}

// Does the first of the rows, if they are short, many at once; how many.
template <class T> int64_t small_rows(const Arguments& a, const Fold& fold, Range outer) {
  constexpr int64_t most = 64;
  if constexpr (std::is_same_v<T, float>) {
    if (fold.inner != 1 || fold.count > most) return 0;
    const float* x = input<float>(a, 0) + outer.begin * fold.count;
    return argmax_rows(x, outer.end - outer.begin, fold.count, output<int32_t>(a) + outer.begin);
  }
  return 0;
}

std::unique_ptr<Kernel> make_argmax(const Request& request) {
  const Fold fold = *fold_of(request.input(0).shape, {request.node.attributes.integer("axis")});
  const auto elements = static_cast<double>(request.input(0).elements());
  const int parts = parts_for(request.machine, elements, fold.outer);
  return make_kernel(own_info(request, elements), [fold, parts, dtype = request.input(0).dtype](const Arguments& a) {
    const auto run = [&]<class T>(T*) {
      in_parallel(parts, [&](int part) {
        const Range outer = part_of(fold.outer, parts, part);
        for (int64_t o = outer.begin + small_rows<T>(a, fold, outer); o < outer.end; ++o) {
          for (int64_t i = 0; i < fold.inner; ++i) {
            const T* x = input<T>(a, 0) + o * fold.count * fold.inner + i;
            output<int32_t>(a)[o * fold.inner + i] = place_of_largest(x, fold.count, fold.inner);
          }
        }
      });
    };
    if (dtype == DType::bf16) run(static_cast<Bfloat16*>(nullptr));
    else visit_stored(dtype, run);
  });
}

}  // namespace

void register_reduce(KernelRegistry& registry) {
  for (const char* op : {"reduce_sum", "reduce_max", "reduce_min"}) registry.add(op, {accepts, make});
  registry.add("argmax", {accepts, make_argmax});
}

}  // namespace dltrain::backends::onednn
