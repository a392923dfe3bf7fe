#include "backends/cuda/cudnn_session.h"

#include <vector>

#include "backends/cuda/library.h"

namespace dltrain::backends::cuda {

CudnnSession::CudnnSession(Queue& queue, const BackendOptions& options)
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

CudnnSession::~CudnnSession() {
  queue_.gpu().use_anyway();
  if (handle_ != nullptr) cudnn_->destroy(handle_);
}

void CudnnSession::run(const CudnnPlan& plan, std::span<const Bound> tensors, void* workspace,
                       const char* doing) const {
  queue_.gpu().use();
  std::vector<int64_t> ids;
  std::vector<const void*> pointers;
  for (const auto& [id, pointer] : tensors) {
    ids.push_back(id);
    pointers.push_back(pointer);
  }
  Descriptor pack(*cudnn_, queue_.gpu(), CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, ids.size(), ids.data());
  pack.set_bytes(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers.size(), pointers.data());
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, workspace);
  pack.finalize();
  cudnn_->check(queue_.gpu(), cudnn_->execute(handle_, plan.plan.get(), pack.get()), doing);
}

}  // namespace dltrain::backends::cuda
