// Primitives element by element: own kernels for every dtype that a graph may hold.
#include "backends/cuda/elementwise.h"

#include <set>
#include <string>

namespace dltrain::backends::cuda {

namespace {

const std::set<std::string>& real_ops() {
  static const std::set<std::string> ops = {"exp",  "log", "log1p", "expm1", "sqrt", "rsqrt", "reciprocal",
                                            "tanh", "erf", "floor", "sin",   "cos",  "pow"};
  return ops;
}

bool is_logical(const std::string& op) { return op.starts_with("logical_"); }
bool is_comparison(const std::string& op) { return op == "equal" || op == "less" || op == "less_equal"; }

// The name of the node's kernel; empty if there is none.
std::string kernel_of(const Request& request) {
  const std::string& op = request.op();
  if (op == "select") return "select_" + std::to_string(byte_size(request.output().dtype));
  const DType dtype = request.input(0).dtype;
  const char* suffix = suffix_of(dtype);
  if (suffix == nullptr) return {};
  if (op == "cast") {
    const char* to = suffix_of(request.output().dtype);
    return to == nullptr ? std::string() : std::string("cast_") + suffix + "_" + to;
  }
  if (real_ops().contains(op) && !is_float(dtype)) return {};
  if (dtype == DType::u8 && is_comparison(op)) return op + "_bool";  // truth values are bytes
  if (byte_size(dtype) == 1 && dtype != DType::boolean) return {};
  const bool fits_truth = is_logical(op) || is_comparison(op);
  if (dtype == DType::boolean ? !fits_truth : is_logical(op)) return {};
  return op + "_" + suffix;
}

Support accepts(const Request& request) {
  if (kernel_of(request).empty()) return {false, "there is no CUDA kernel for " + request.input(0).text()};
  return accepts_elementwise(request);
}

// Additions that an element is worth, roughly.
double cost_of(const std::string& op) {
  if (op == "pow" || op == "sin" || op == "cos") return 40;
  return real_ops().contains(op) ? 8 : op == "div" ? 3 : 1;
}

std::unique_ptr<Kernel> make(const Request& request) {
  return make_elementwise(request, {"elementwise", kernel_of(request)}, cost_of(request.op()));
}

Support accepts_copy(const Request&) { return {}; }

std::unique_ptr<Kernel> make_copy(const Request& request) {
  Queue* queue = &request.queue;
  const int64_t bytes = request.output().bytes();
  KernelInfo info = own_info(request, 0);
  info.implementation = "copy";
  info.in_place = {{0, 0}};
  return make_function_kernel(
      std::move(info), [queue, bytes](const Arguments& a) { queue->copy(output<void>(a), input<void>(a, 0), bytes); });
}

}  // namespace

void register_elementwise(KernelRegistry& registry) {
  for (const char* op :
       {"neg",       "abs",         "sign",   "exp",  "log",        "log1p",       "expm1",      "sqrt",
        "rsqrt",     "reciprocal",  "square", "tanh", "erf",        "floor",       "sin",        "cos",
        "is_finite", "logical_not", "cast",   "add",  "sub",        "mul",         "div",        "pow",
        "maximum",   "minimum",     "equal",  "less", "less_equal", "logical_and", "logical_or", "select"}) {
    registry.add(op, {accepts, make});
  }
  registry.add("stop_gradient", {accepts_copy, make_copy});
}

}  // namespace dltrain::backends::cuda
