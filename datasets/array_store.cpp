#include "datasets/array_store.h"

#include <cmath>
#include <limits>

#include "core/diagnostic.h"
#include "core/not_finite.h"
#include "datasets/gather.h"

namespace dltrain::datasets {

void FieldStore::fill_missing(std::span<const double>) { throw Bug("only tables have missing values"); }

namespace {

class ArrayStore : public FieldStore {
 public:
  ArrayStore(Array data, double scale, double offset) : data_(std::move(data)), scale_(scale), offset_(offset) {}

  int64_t rows() const override { return data_.shape[0]; }
  void gather(std::span<const int64_t> rows, Array& out) const override {
    gather_rows(data_, rows, scale_, offset_, out);
  }
  const Array* raw() const override { return &data_; }
  void add_to(Sha256& hash) const override { hash.update(data_.bytes); }
  void fill_missing(std::span<const double> fill) override { fill_columns(data_, fill); }

 private:
  Array data_;
  double scale_;
  double offset_;
};

}  // namespace

void check_int32(const Array& data, const std::string& path) {
  for (const int64_t value : data.as<int64_t>()) {
    if (value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max()) continue;
    throw UserError(ExitCode::data, "integer-size", path,
                    "holds the integer " + std::to_string(value) + ", which does not fit into 32 bits",
                    "save it as float64 if these are quantities and not numbers of things");
  }
}

void check_finite(const Array& data, const std::string& path, int64_t first) {
  const int64_t at = first_not_finite(data);
  if (at < 0) return;
  const int64_t row = data.shape.from(1).elements();
  const std::vector<int64_t> strides = strides_of(data.shape);
  std::vector<int64_t> index;
  int64_t rest = at;
  for (const int64_t stride : strides) {
    index.push_back(rest / stride);
    rest %= stride;
  }
  index.erase(index.begin());
  std::string where = "sample " + std::to_string(first + at / row);
  if (!index.empty()) where += ", element " + Shape(std::move(index)).text();
  throw UserError(ExitCode::data, "not-finite", path,
                  where + " is " + (std::isnan(element(data, at)) ? "NaN" : "infinite") +
                      ", and so would be all that is computed from it",
                  "remove such samples or repair their values (samples count from 0)");
}

std::unique_ptr<FieldStore> array_store(Array data, double scale, double offset) {
  return std::make_unique<ArrayStore>(std::move(data), scale, offset);
}

InputField array_input(const std::string& name, Array data, double scale, double offset, const std::string& path) {
  check_finite(data, path);
  InputField input;
  input.field.name = name;
  input.field.shape = data.shape.from(1);
  const bool numbers = data.dtype == DType::i8 || data.dtype == DType::i32 || data.dtype == DType::i64;
  if (numbers && scale == 1 && offset == 0) {
    if (data.dtype == DType::i64) check_int32(data, path);
    data = converted(data, DType::i32);
    input.field.dtype = DType::i32;
  }
  input.preparation.scale = scale;
  input.preparation.offset = offset;
  input.store = array_store(std::move(data), scale, offset);
  return input;
}

}  // namespace dltrain::datasets
