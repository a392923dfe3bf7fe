// Sums down the columns of [rows, columns] in float32, in one pass for few rows and in two for many. Every sum has one
// order.
#pragma once

#include <string>

#include "backends/cuda/device/reduce_parameters.h"
#include "backends/cuda/queue.h"

namespace dltrain::backends::cuda {

class Columns {
 public:
  // kernel: of device/reduce.cu with the dtype of what it reads; it says what is added up.
  Columns(Queue& queue, const std::string& kernel, int64_t rows, int64_t columns);

  int64_t scratch_bytes() const;
  // `what` has everything but sizes and places of results; out [columns] gets the sums times its factor.
  void run(device::ColumnsParameters what, float* out, void* scratch) const;

 private:
  Queue* queue_;
  CUkernel first_, second_;
  uint32_t rows_, columns_, splits_;
};

}  // namespace dltrain::backends::cuda
