// Sums down the columns of [rows, columns] in float32, in one pass for few rows and in two for many. Every sum has one
// order.
#pragma once

#include <string>

#include "backends/cuda/device/reduce_parameters.h"
#include "backends/cuda/queue.h"

namespace dltrain::backends::cuda {

class Columns {
 public:
  // kernel: of device/reduce.cu, columns_sum_DTYPE with the dtype of what it reads.
  Columns(Queue& queue, const std::string& kernel, int64_t rows, int64_t columns);

  // How many shares the rows are added up in before those are.
  static int64_t splits_of(int64_t rows);
  // The blocks and threads of kernels that walk down columns as these do: 32 columns and one share of the rows each.
  static Grid grid_of(int64_t columns, int64_t splits);

  int64_t scratch_bytes() const;
  // `what` has everything but sizes and places of results; out [columns] gets the sums times its factor.
  void run(device::ColumnsParameters what, float* out, void* scratch) const;

 private:
  Queue* queue_;
  CUkernel first_, second_;
  uint32_t rows_, columns_, splits_;
};

}  // namespace dltrain::backends::cuda
