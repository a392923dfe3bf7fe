#include "backends/cuda/cudnn.h"

#include <array>
#include <utility>

#include "backends/cuda/library.h"

namespace dltrain::backends::cuda {

namespace {

constexpr size_t least_version = 91200;  // 9.12.0, the first for CUDA 13

}  // namespace

std::unique_ptr<Cudnn> Cudnn::load(const std::string& device, const std::string& file) {
  const LibraryName library = {"cuDNN 9", file, "cuDNN " + dotted_version(least_version) + " or newer for CUDA 13"};
  // Attention is compiled when it is planned. The compiler looks for its own part by its name alone.
  open_part("libnvrtc-builtins.so.13");
  Symbols symbols(open_library(device, library));
  auto cudnn = std::make_unique<Cudnn>();
  symbols.find(cudnn->version, "cudnnGetVersion");
  symbols.find(cudnn->error_string, "cudnnGetErrorString");
  symbols.find(cudnn->last_error, "cudnnGetLastErrorString");
  symbols.find(cudnn->create, "cudnnCreate");
  symbols.find(cudnn->destroy, "cudnnDestroy");
  symbols.find(cudnn->set_stream, "cudnnSetStream");
  symbols.find(cudnn->descriptor_create, "cudnnBackendCreateDescriptor");
  symbols.find(cudnn->descriptor_destroy, "cudnnBackendDestroyDescriptor");
  symbols.find(cudnn->set, "cudnnBackendSetAttribute");
  symbols.find(cudnn->get, "cudnnBackendGetAttribute");
  symbols.find(cudnn->finalize, "cudnnBackendFinalize");
  symbols.find(cudnn->execute, "cudnnBackendExecute");
  expect_functions(device, library, symbols);
  expect_version(device, library, cudnn->version(), least_version);
  return cudnn;
}

std::string Cudnn::version_text() const { return dotted_version(version()); }

std::string Cudnn::text(cudnnStatus_t status) const {
  std::array<char, 512> words{};
  last_error(words.data(), words.size());
  const std::string said = words.data();
  return std::string(error_string(status)) + (said.empty() ? "" : ": " + said);
}

void Cudnn::check(const Gpu& gpu, cudnnStatus_t status, const std::string& doing) const {
  if (status == CUDNN_STATUS_SUCCESS) return;
  // Codes count by families of a thousand: 2 is a wrong use, 3 what is not supported, 4 and 5 failures.
  const auto family = static_cast<int>(status) / 1000;
  const bool memory = status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                      status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  const Failure failure = memory ? Failure::memory : family == 2 || family == 3 ? Failure::ours : Failure::device;
  gpu.fail(failure, doing, text(status));
}

Descriptor::Descriptor(const Cudnn& cudnn, const Gpu& gpu, cudnnBackendDescriptorType_t type)
    : cudnn_(&cudnn), gpu_(&gpu) {
  check(cudnn_->descriptor_create(type, &handle_));
}

Descriptor::~Descriptor() {
  if (handle_ != nullptr) cudnn_->descriptor_destroy(handle_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : cudnn_(other.cudnn_), gpu_(other.gpu_), handle_(std::exchange(other.handle_, nullptr)) {}

void Descriptor::check(cudnnStatus_t status) const { cudnn_->check(*gpu_, status, "to describe an operation"); }

void Descriptor::set(cudnnBackendAttributeName_t name, std::span<const int64_t> values) {
  set_bytes(name, CUDNN_TYPE_INT64, values.size(), values.data());
}

void Descriptor::set(cudnnBackendAttributeName_t name, const Descriptor& value) {
  set_bytes(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.handle_);
}

void Descriptor::set_bytes(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, size_t count,
                           const void* values) {
  check(cudnn_->set(handle_, name, type, static_cast<int64_t>(count), values));
}

void Descriptor::finalize() { check(cudnn_->finalize(handle_)); }

std::string Descriptor::try_to_finalize() {
  const cudnnStatus_t status = cudnn_->finalize(handle_);
  return status == CUDNN_STATUS_SUCCESS ? std::string() : cudnn_->text(status);
}

}  // namespace dltrain::backends::cuda
