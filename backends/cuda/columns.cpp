#include "backends/cuda/columns.h"

#include <algorithm>

#include "core/checked.h"

namespace dltrain::backends::cuda {

namespace {

constexpr int64_t rows_of_split = 256;
constexpr int64_t most_splits = 64;
constexpr int64_t columns_of_block = 32;

}  // namespace

int64_t Columns::splits_of(int64_t rows) { return std::clamp<int64_t>(rows / rows_of_split, 1, most_splits); }

Grid Columns::grid_of(int64_t columns, int64_t splits) { return {divide_up(columns, columns_of_block) * splits, 256}; }

Columns::Columns(Queue& queue, const std::string& kernel, int64_t rows, int64_t columns)
    : queue_(&queue),
      first_(queue.kernel({"reduce", kernel})),
      second_(queue.kernel({"reduce", "columns_sum_float32"})),
      rows_(static_cast<uint32_t>(rows)),
      columns_(static_cast<uint32_t>(columns)),
      splits_(static_cast<uint32_t>(splits_of(rows))) {}

int64_t Columns::scratch_bytes() const {
  return splits_ == 1 ? 0 : checked_multiply(checked_multiply(splits_, columns_), sizeof(float));
}

void Columns::run(device::ColumnsParameters what, float* out, void* scratch) const {
  const float factor = what.factor;
  what.rows = rows_;
  what.columns = columns_;
  what.splits = splits_;
  what.out = splits_ == 1 ? out : static_cast<float*>(scratch);
  what.factor = splits_ == 1 ? factor : 1;
  queue_->launch(first_, grid_of(columns_, splits_), &what);
  if (splits_ == 1) return;
  const device::ColumnsParameters rest{
      .x = what.out, .out = out, .rows = splits_, .columns = columns_, .splits = 1, .factor = factor};
  queue_->launch(second_, grid_of(columns_, 1), &rest);
}

}  // namespace dltrain::backends::cuda
