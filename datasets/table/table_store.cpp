#include "datasets/table/table_store.h"

#include "core/checked.h"
#include "datasets/gather.h"
#include "datasets/one_hot.h"

namespace dltrain::datasets {

namespace {

class TableStore : public FieldStore {
 public:
  TableStore(Array rows, std::vector<int64_t> category_counts)
      : rows_(std::move(rows)), category_counts_(std::move(category_counts)), width_(row_width(category_counts_)) {}

  int64_t rows() const override { return rows_.shape[0]; }
  void gather(std::span<const int64_t> rows, Array& out) const override {
    const std::span<const float> from = rows_.as<float>();
    const std::span<float> to = out.as<float>();
    const size_t columns = category_counts_.size(), width = to_size(width_);
    for (size_t i = 0; i < rows.size(); ++i)
      spread_row(from.subspan(to_size(rows[i]) * columns, columns), category_counts_, to.subspan(i * width, width));
  }
  const Array* raw() const override { return &rows_; }
  void add_to(Sha256& hash) const override { hash.update(rows_.bytes); }
  void fill_missing(std::span<const double> fill) override { fill_columns(rows_, fill); }

 private:
  Array rows_;
  std::vector<int64_t> category_counts_;
  int64_t width_;
};

}  // namespace

std::unique_ptr<FieldStore> table_store(Array rows, std::vector<int64_t> category_counts) {
  return std::make_unique<TableStore>(std::move(rows), std::move(category_counts));
}

}  // namespace dltrain::datasets
