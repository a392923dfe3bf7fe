// Primitives element by element: vector loops for float32, plain loops for every other dtype that a graph may hold
// (float64 for sums, integers, truth values).
#include "backends/onednn/elementwise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "backends/onednn/dtypes.h"
#include "backends/onednn/vector/elementwise.h"

namespace dltrain::backends::onednn {

namespace {

// The loop f(x) or f(x, y) over a run of elements of T.
template <class T, class R, class F> void plain_one(const Run& run, F f) {
  const auto* x = static_cast<const T*>(run.in[0]);
  auto* z = static_cast<R*>(run.out);
  for (int64_t i = 0; i < run.count; ++i) z[i] = static_cast<R>(f(x[i]));
}
template <class T, class R, class F> void plain_two(const Run& run, F f) {
  const auto* x = static_cast<const T*>(run.in[0]);
  const auto* y = static_cast<const T*>(run.in[1]);
  auto* z = static_cast<R*>(run.out);
  for (int64_t i = 0; i < run.count; ++i) z[i] = static_cast<R>(f(x[i * run.step[0]], y[i * run.step[1]]));
}

// Integers wrap around; a division by zero gives zero.
template <class T> T wrapped(T x, T y, char op) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    const auto a = static_cast<uint64_t>(static_cast<U>(x));
    const auto b = static_cast<uint64_t>(static_cast<U>(y));
    if (op == '+') return static_cast<T>(a + b);
    if (op == '-') return static_cast<T>(a - b);
    if (op == '*') return static_cast<T>(a * b);
    if (y == 0) return 0;
    if (std::is_signed_v<T> && y == static_cast<T>(-1)) return static_cast<T>(uint64_t{0} - a);
    return static_cast<T>(x / y);
  } else {
    return op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : x / y;
  }
}

template <class T> bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
  else return false;
}

template <class T> ElementLoop arithmetic_loop(const std::string& op) {
  if (op == "add") return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return wrapped(x, y, '+'); }); };
  if (op == "sub") return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return wrapped(x, y, '-'); }); };
  if (op == "mul") return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return wrapped(x, y, '*'); }); };
  if (op == "div") return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return wrapped(x, y, '/'); }); };
  if (op == "maximum")
    return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return is_nan(x) || x > y ? x : y; }); };
  if (op == "minimum")
    return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return is_nan(x) || x < y ? x : y; }); };
  if (op == "equal") return [](const Run& r) { plain_two<T, uint8_t>(r, [](T x, T y) { return x == y; }); };
  if (op == "less") return [](const Run& r) { plain_two<T, uint8_t>(r, [](T x, T y) { return x < y; }); };
  if (op == "less_equal") return [](const Run& r) { plain_two<T, uint8_t>(r, [](T x, T y) { return x <= y; }); };
  if (op == "neg") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return wrapped(T{0}, x, '-'); }); };
  if (op == "abs")
    return [](const Run& r) { plain_one<T, T>(r, [](T x) { return x < 0 ? wrapped(T{0}, x, '-') : x; }); };
  if (op == "sign")
    return
        [](const Run& r) { plain_one<T, T>(r, [](T x) { return is_nan(x) ? x : static_cast<T>((x > 0) - (x < 0)); }); };
  if (op == "square") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return wrapped(x, x, '*'); }); };
  if (op == "is_finite") {
    return [](const Run& r) {
      plain_one<T, uint8_t>(r, [](T x) {
        if constexpr (std::is_floating_point_v<T>) return std::isfinite(x);
        else return true;
      });
    };
  }
  return nullptr;
}

template <class T> ElementLoop real_loop(const std::string& op) {
  if (op == "neg") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return -x; }); };
  if (op == "abs") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::abs(x); }); };
  if (op == "exp") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::exp(x); }); };
  if (op == "log") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::log(x); }); };
  if (op == "log1p") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::log1p(x); }); };
  if (op == "expm1") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::expm1(x); }); };
  if (op == "sqrt") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::sqrt(x); }); };
  if (op == "rsqrt") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return 1 / std::sqrt(x); }); };
  if (op == "reciprocal") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return 1 / x; }); };
  if (op == "tanh") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::tanh(x); }); };
  if (op == "erf") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::erf(x); }); };
  if (op == "floor") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::floor(x); }); };
  if (op == "sin") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::sin(x); }); };
  if (op == "cos") return [](const Run& r) { plain_one<T, T>(r, [](T x) { return std::cos(x); }); };
  if (op == "pow") return [](const Run& r) { plain_two<T, T>(r, [](T x, T y) { return std::pow(x, y); }); };
  return arithmetic_loop<T>(op);
}

ElementLoop truth_loop(const std::string& op) {
  using B = uint8_t;
  if (op == "logical_and") return [](const Run& r) { plain_two<B, B>(r, [](B x, B y) { return x & y; }); };
  if (op == "logical_or") return [](const Run& r) { plain_two<B, B>(r, [](B x, B y) { return x | y; }); };
  if (op == "logical_not") return [](const Run& r) { plain_one<B, B>(r, [](B x) { return x == 0; }); };
  if (op == "equal") return [](const Run& r) { plain_two<B, B>(r, [](B x, B y) { return x == y; }); };
  if (op == "less") return [](const Run& r) { plain_two<B, B>(r, [](B x, B y) { return x < y; }); };
  if (op == "less_equal") return [](const Run& r) { plain_two<B, B>(r, [](B x, B y) { return x <= y; }); };
  return nullptr;
}

ElementLoop plain_loop(const std::string& op, DType dtype) {
  switch (dtype) {
    case DType::f64: return real_loop<double>(op);
    case DType::f32: return real_loop<float>(op);
    case DType::i8: return arithmetic_loop<int8_t>(op);
    case DType::u8: return arithmetic_loop<uint8_t>(op);
    case DType::i32: return arithmetic_loop<int32_t>(op);
    case DType::i64: return arithmetic_loop<int64_t>(op);
    case DType::boolean: return truth_loop(op);
    default: return nullptr;
  }
}

template <class T> void choose(const Run& run) {
  const auto* condition = static_cast<const uint8_t*>(run.in[0]);
  const auto* x = static_cast<const T*>(run.in[1]);
  const auto* y = static_cast<const T*>(run.in[2]);
  auto* z = static_cast<T*>(run.out);
  for (int64_t i = 0; i < run.count; ++i)
    z[i] = condition[i * run.step[0]] != 0 ? x[i * run.step[1]] : y[i * run.step[2]];
}

ElementLoop select_loop(size_t bytes) {
  return bytes == 1   ? choose<uint8_t>
         : bytes == 2 ? choose<uint16_t>
         : bytes == 4 ? choose<uint32_t>
         : bytes == 8 ? choose<uint64_t>
                      : nullptr;
}

// Towards zero to integers, saturating, not-a-number to 0; x != 0 to truth values.
template <class T, class R> R cast_one(T x) {
  if constexpr (std::is_floating_point_v<T> && std::is_integral_v<R>) {
    if (std::isnan(x)) return 0;
    if (x <= static_cast<T>(std::numeric_limits<R>::min())) return std::numeric_limits<R>::min();
    if (x >= static_cast<T>(std::numeric_limits<R>::max())) return std::numeric_limits<R>::max();
  }
  return static_cast<R>(x);
}

// bfloat16 is cast by way of float32, which holds each of its numbers.
ElementLoop cast_loop(DType from, DType to) {
  if (from == DType::bf16) return to == DType::f32 ? conversion_loop(true) : cast_loop(DType::f32, to);
  if (to == DType::bf16) return from == DType::f32 ? conversion_loop(false) : cast_loop(from, DType::f32);
  ElementLoop found = nullptr;
  visit_stored(from, [&]<class T>(T*) {
    if (to == DType::boolean) {
      found = [](const Run& run) { plain_one<T, uint8_t>(run, [](T x) { return x != 0; }); };
      return;
    }
    visit_stored(to, [&]<class R>(R*) { found = [](const Run& run) { plain_one<T, R>(run, cast_one<T, R>); }; });
  });
  return found;
}

template <class T> void keep(const Run& run) {
  const auto* x = static_cast<const T*>(run.in[0]);
  std::copy_n(x, run.count, static_cast<T*>(run.out));
}

ElementLoop stop_loop(size_t bytes) {
  return bytes == 2   ? keep<uint16_t>
         : bytes == 4 ? cast_loop(DType::i32, DType::i32)
                      : cast_loop(DType::i64, DType::i64);
}

struct Loop {
  ElementLoop run = nullptr;  // null if there is none
  bool through_wide = false;  // it is of float32, bfloat16 is to be converted
};

Loop loop_for(const Request& request) {
  const std::string& op = request.op();
  const DType dtype = request.input(0).dtype;
  const DType result = request.output().dtype;
  if (op == "select") return {select_loop(byte_size(result))};
  if (op == "stop_gradient") return {stop_loop(byte_size(result))};
  const bool narrow = dtype == DType::bf16 || result == DType::bf16;
  if (op == "cast") {
    if (dtype == result && narrow) return {stop_loop(byte_size(result))};
    return {cast_loop(dtype, result), narrow && dtype != DType::f32 && result != DType::f32};
  }
  if (dtype != DType::f32 && dtype != DType::bf16) return {plain_loop(op, dtype)};
  if (const ElementLoop fast = vector_loop(op, narrow)) return {fast};
  return {plain_loop(op, DType::f32), narrow};
}

Support accepts(const Request& request) {
  if (loop_for(request).run != nullptr) return {};
  return {false, "there is no loop for " + request.input(0).text()};
}

// Additions that an element is worth, roughly.
double cost_of(const std::string& op) {
  if (op == "pow" || op == "sin" || op == "cos") return 40;
  for (const char* name : {"exp", "log", "log1p", "expm1", "tanh", "erf"}) {
    if (op == name) return 8;
  }
  return op == "div" || op == "sqrt" || op == "rsqrt" || op == "reciprocal" ? 3 : 1;
}

std::unique_ptr<Kernel> make(const Request& request) {
  const Loop loop = loop_for(request);
  return make_elementwise(request, loop.run, cost_of(request.op()), {}, loop.through_wide);
}

}  // namespace

void register_elementwise(KernelRegistry& registry) {
  for (const char* op : {"neg",  "abs",        "sign",        "exp",         "log",     "log1p",         "expm1",
                         "sqrt", "rsqrt",      "reciprocal",  "square",      "tanh",    "erf",           "floor",
                         "sin",  "cos",        "is_finite",   "logical_not", "cast",    "stop_gradient", "add",
                         "sub",  "mul",        "div",         "pow",         "maximum", "minimum",       "equal",
                         "less", "less_equal", "logical_and", "logical_or",  "select"}) {
    registry.add(op, {accepts, make});
  }
}

}  // namespace dltrain::backends::onednn
