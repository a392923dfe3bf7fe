// One GPU, chosen and looked at before anything is asked of it: every reason why it cannot be used is said here in
// words. Owns the connection to it (the primary context).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "backends/cuda/driver.h"

namespace dltrain::backends::cuda {

// The oldest of each that will do.
constexpr int least_api = 13000;      // CUDA 13.0
constexpr int least_driver = 580;     // the first branch of drivers that runs CUDA 13
constexpr int least_capability = 80;  // Ampere

struct GpuFacts {
  int ordinal = 0;
  std::string name;        // "NVIDIA H100 80GB HBM3"
  int capability = 0;      // 90 for 9.0
  int processors = 0;      // streaming multiprocessors
  int64_t memory = 0;      // bytes, in all
  int64_t l2_bytes = 0;
  int64_t clock_khz = 0;         // of the processors
  int64_t memory_clock_khz = 0;
  int64_t memory_bus_bits = 0;
  int api = 0;             // of the driver, 13000 for 13.0

  // "NVIDIA H100 80GB HBM3, compute capability 9.0, 132 processors, CUDA 13.0"
  std::string text() const;
};

// What the checks need to know of this machine beside the driver's answers: the version of the driver that is loaded,
// e.g. "550.54.14", from the text of /proc/driver/nvidia/version; empty if it is not there.
std::string driver_release();
// The version in such a text; empty if there is none.
std::string driver_release_in(const std::string& text);

// What a call that failed says of the cause.
enum class Failure {
  memory,
  ours,   // it was asked for something impossible
  device
};

class Gpu {
 public:
  // device: "cuda" for the first GPU, "cuda:N" for number N. Throws UserError (device) with the reason in words: no
  // driver, too old a driver, no GPU, no GPU of that number, one that others hold, one that is too old.
  Gpu(std::unique_ptr<Driver> driver, const std::string& device);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const Driver& driver() const { return *driver_; }
  const GpuFacts& facts() const { return facts_; }
  const std::string& device() const { return device_; }  // "cuda:0"
  // Makes the connection the calling thread's.
  void use() const;
  // The same where things are given back, which a GPU that does not answer must not keep from happening.
  void use_anyway() const { driver_->context_set(context_); }
  // Throws UserError for a result that is not success: (memory) where there is not enough of it, else (device);
  // `doing` is what was tried, e.g. "to copy a batch".
  void check(CUresult result, const std::string& doing) const;
  // The same for the call of a library: throws for a failure of that kind, with the library's own words.
  [[noreturn]] void fail(Failure failure, const std::string& doing, const std::string& words) const;
  // An earlier call has found the GPU lost; nothing more will come of it.
  bool lost() const { return lost_; }

 private:
  void connect();

  std::unique_ptr<Driver> driver_;
  std::string device_;
  GpuFacts facts_;
  CUdevice handle_ = 0;
  CUcontext context_ = nullptr;
  mutable bool lost_ = false;
};

// What every GPU that can be used computes in: units for tensorfloat32 and bfloat16 came with the oldest of them, those
// for float16 before.
inline constexpr std::array<const char*, 4> precisions = {"float32", "tensorfloat32", "mixed_bfloat16",
                                                          "mixed_float16"};

// Every GPU of this machine in one line each, or why there is none that can be used; for `dltrain devices`. usable: there is one.
std::string report_gpus(std::unique_ptr<Driver> driver, bool& usable);

}  // namespace dltrain::backends::cuda
