// cuDNN 9 as a table of the functions of its backend API, opened when a model first convolves, and its descriptors.
#pragma once

#include <cudnn.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/cuda/gpu.h"

namespace dltrain::backends::cuda {

struct Cudnn {
  // Throws UserError (device) if the library is missing, damaged or too old. `file` is what tests look for instead.
  static std::unique_ptr<Cudnn> load(const std::string& device, const std::string& file = "libcudnn.so.9");

  decltype(&cudnnGetVersion) version = nullptr;
  decltype(&cudnnGetErrorString) error_string = nullptr;
  decltype(&cudnnGetLastErrorString) last_error = nullptr;
  decltype(&cudnnCreate) create = nullptr;
  decltype(&cudnnDestroy) destroy = nullptr;
  decltype(&cudnnSetStream) set_stream = nullptr;
  decltype(&cudnnBackendCreateDescriptor) descriptor_create = nullptr;
  decltype(&cudnnBackendDestroyDescriptor) descriptor_destroy = nullptr;
  decltype(&cudnnBackendSetAttribute) set = nullptr;
  decltype(&cudnnBackendGetAttribute) get = nullptr;
  decltype(&cudnnBackendFinalize) finalize = nullptr;
  decltype(&cudnnBackendExecute) execute = nullptr;

  // "9.19.1"
  std::string version_text() const;
  // The status, and what the library says of its last failure.
  std::string text(cudnnStatus_t status) const;
  // Throws as Gpu::fail does unless the status is success.
  void check(const Gpu& gpu, cudnnStatus_t status, const std::string& doing) const;
};

// A descriptor of the library's: made, filled with attributes, made final, destroyed.
class Descriptor {
 public:
  Descriptor(const Cudnn& cudnn, const Gpu& gpu, cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;

  cudnnBackendDescriptor_t get() const { return handle_; }
  template <class T> void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const T& value) {
    set_bytes(name, type, 1, &value);
  }
  void set(cudnnBackendAttributeName_t name, std::span<const int64_t> values);
  void set(cudnnBackendAttributeName_t name, const Descriptor& value);
  void set_bytes(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, size_t count, const void* values);
  void finalize();
  // The same where the library may say no; "" if it says yes.
  std::string try_to_finalize();

 private:
  void check(cudnnStatus_t status) const;

  const Cudnn* cudnn_;
  const Gpu* gpu_;
  cudnnBackendDescriptor_t handle_ = nullptr;
};

}  // namespace dltrain::backends::cuda
