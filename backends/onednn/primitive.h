// oneDNN's primitives, reduced to what kernels need: fixed arguments whose addresses change between runs.
#pragma once

#include <dnnl.hpp>

#include <span>
#include <vector>

#include "backends/onednn/registry.h"
#include "backends/state_use.h"

namespace dltrain::backends::onednn {

const dnnl::engine& engine();

// Scratch memory is ours (KernelInfo::scratch_bytes), not the library's.
dnnl::primitive_attr user_scratchpad();

// Makes oneDNN plan and run for this many threads.
void use_threads(int threads);
// The same, for a kernel of so many multiplications and additions: small ones take one thread.
int use_threads_for(const Request& request, double flops);

class Primitive {
 public:
  struct Argument {
    int name;  // DNNL_ARG_...
    dnnl::memory::desc desc;
  };
  Primitive() = default;
  Primitive(const dnnl::primitive& primitive, const std::vector<Argument>& arguments);

  explicit operator bool() const { return static_cast<bool>(primitive_); }
  // One address for each argument, in their order.
  void run(std::span<void* const> addresses);

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memory_;
  std::vector<dnnl_exec_arg_t> arguments_;
  std::vector<void*> bound_;
};

// The copy from one layout to another; empty if they are the same.
Primitive make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);

// Names that copy: equal texts mean equal bytes from equal bytes. Empty where a layout is the library's secret.
std::string layout_text(const dnnl::memory::desc& from, const dnnl::memory::desc& to);

// Of reals: float32 or bfloat16.
dnnl::memory::data_type data_type_of(DType dtype);

// Row-major memory.
dnnl::memory::desc plain_desc(const Shape& shape, DType dtype = DType::f32);

// A kernel that runs primitives. Scratch memory is handed out in pieces.
class LibraryKernel : public Kernel {
 public:
  void run(const Arguments& arguments) final;
  void pack(const Arguments& arguments) final;

 protected:
  // To be called before primitives are made: fills the cost into the info and settles the number of threads.
  void begin(const Request& request, double flops);
  virtual void execute(const Arguments& arguments) = 0;
  virtual void fill_packed(const Arguments&) {}
  // Reserves a piece of scratch memory; its offset.
  int64_t reserve(size_t bytes);
  static void* scratch(const Arguments& arguments, int64_t offset) {
    return static_cast<std::byte*>(arguments.scratch) + offset;
  }

 private:
  int threads_ = 1;
};

}  // namespace dltrain::backends::onednn
