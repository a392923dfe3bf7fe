#include "backends/cuda/convolutions.h"

#include "backends/cuda/library.h"

namespace dltrain::backends::cuda {

Convolutions::Convolutions(Queue& queue, const BackendOptions& options)
    : queue_(queue), options_(options), cudnn_(Cudnn::load(queue.gpu().device())) {
  queue_.gpu().use();
  // Its parts are libraries of their own, which it opens now; codes from 1000 to 1999 say that it could not start.
  const cudnnStatus_t status = cudnn_->create(&handle_);
  const bool starts = static_cast<int>(status) / 1000 != 1;
  if (!starts) refuse_start(queue_.gpu().device(), "cuDNN 9", cudnn_->text(status));
  cudnn_->check(queue_.gpu(), status, "to start cuDNN");
  cudnn_->check(queue_.gpu(), cudnn_->set_stream(handle_, reinterpret_cast<cudaStream_t>(queue_.stream())),
                "to start cuDNN");
}

Convolutions::~Convolutions() {
  queue_.gpu().use_anyway();
  known_.clear();
  if (handle_ != nullptr) cudnn_->destroy(handle_);
}

const ConvolutionPlan* Convolutions::choose(const Convolution& convolution, std::string& reason) {
  auto known = known_.find(convolution);
  if (known == known_.end()) {
    queue_.gpu().use();
    Known fresh;
    fresh.plan = ConvolutionPlanner(*cudnn_, queue_.gpu(), options_, handle_).plan(convolution, fresh.reason);
    known = known_.emplace(convolution, std::move(fresh)).first;
  }
  reason = known->second.reason;
  return known->second.plan.get();
}

void Convolutions::run(const ConvolutionPlan& plan, const void* images, const void* kernel, const void* results,
                       const void* bias, void* workspace) const {
  queue_.gpu().use();
  const std::array<int64_t, 4> ids = {ConvolutionIds::images, ConvolutionIds::kernel, ConvolutionIds::results,
                                      ConvolutionIds::bias};
  const std::array<const void*, 4> pointers = {images, kernel, results, bias};
  const size_t count = plan.bias ? 4 : 3;
  Descriptor pack(*cudnn_, queue_.gpu(), CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, count, ids.data());
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, count, pointers.data());
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace);
  pack.finalize();
  cudnn_->check(queue_.gpu(), cudnn_->execute(handle_, plan.plan.get(), pack.get()), "to convolve");
}

}  // namespace dltrain::backends::cuda
